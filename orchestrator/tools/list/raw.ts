import { z } from 'zod';

/** One line of a target list, as it stands there. */
export const ListRaw = z.looseObject({
  line: z.int().describe('line number, from 1'),
  text: z.string().describe('the line without its end'),
  list: z.int().optional().describe('number of the list among those of the run; the first where it is not said'),
  form: z
    .string()
    .optional()
    .describe('how the line is read, where it is more than a name or rank,name (lists/form.ts)'),
});
export type ListRaw = z.infer<typeof ListRaw>;
