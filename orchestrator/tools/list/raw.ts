import { z } from 'zod';

/** One line of a target list, as it stands there. */
export const ListRaw = z.looseObject({
  line: z.int().describe('line number, from 1'),
  text: z.string().describe('the line without its end'),
});
export type ListRaw = z.infer<typeof ListRaw>;
