import { z } from 'zod';

const file = z
  .string()
  .min(1)
  .refine((path) => path !== '-', 'expected a file: reports and replays read it again');

/** Lists of MPTCP clients, which the report shows beside the servers that the census found. */
export const Clients = z
  .union([file, z.array(file).min(1)], 'expected a file, or a list of files')
  .nullable()
  .default(null)
  .describe(
    'lists of MPTCP clients to show beside the servers (points, countries or addresses; CSV, JSON, GeoJSON), or output of mptcp-census traffic; null: none',
  );

/** The files that a configuration names, in its order. */
export function clientFiles({ clients }: { clients: z.infer<typeof Clients> }): string[] {
  return clients === null ? [] : [clients].flat();
}
