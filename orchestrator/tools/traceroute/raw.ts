import { z } from 'zod';
import { DrawnAs } from '../../schemas/lists.ts';

/** What traceroute printed of one way, as collect keeps it. */
export const Traced = z.strictObject({
  address: z.string().describe('the address asked'),
  port: z.int().describe('the TCP port'),
  probe: z.string().describe('the sample is of this kind of SYN; traceroute sends one without our option'),
  lines: z.array(z.string()).describe('its output, line by line'),
});
export type Traced = z.infer<typeof Traced>;

/** One line of it: a hop, or nobody. */
const Line = z.strictObject({
  ttl: z.int().min(1),
  address: z.string().nullable().describe('null: nobody answered'),
  rtt_ms: z.number().nullable(),
  barred: z.boolean().describe('it says that the address cannot be reached: a mark such as !X'),
});

export const TracerouteRaw = z.looseObject({
  address: z.string(),
  port: z.int(),
  probe: z.string(),
  drawn_as: DrawnAs,
  hops: z.array(Line),
});
export type TracerouteRaw = z.infer<typeof TracerouteRaw>;
