import { z } from 'zod';
import { isAddress, isName, isPrefix } from '../values.ts';

/** What a target of each kind must look like: it is asked for and sent to as it stands. */
const spelling = { name: isName, address: isAddress, prefix: isPrefix };

/** www. in front of a name; without putting the two together, millions of times. */
function isWwwOf(target: string, name: string | null): boolean {
  return name !== null && target.length === 4 + name.length && target.startsWith('www.') && target.endsWith(name);
}

/** One line of a target list, cleaned. A name gives two records where `www` is on. */
export const TargetsRecord = z
  .strictObject({
    list: z.int().describe('number of the list among those of the run, from 1 (manifest.json: stages.targets.sources)'),
    line: z.int().describe('line of the list, from 1'),
    kind: z.enum(['name', 'address', 'prefix']).describe('what the target is; addresses and prefixes skip resolve'),
    target: z.string().describe('what is resolved or probed: a DNS name, an address, or a prefix in CIDR notation'),
    name: z
      .string()
      .nullable()
      .describe('the list entry that the target belongs to, without www; null for addresses and prefixes'),
    rank: z.int().nullable().describe('rank in this list as printed there; null where it has none'),
    www: z.boolean().describe('true for the www. variant of the entry (paper, section 3)'),
  })
  .refine(({ kind, target }) => spelling[kind](target), {
    path: ['target'],
    error: 'not a target of its kind as it is written here',
  })
  .refine(({ kind, target, name, www }) => kind !== 'name' || (www ? isWwwOf(target, name) : target === name), {
    path: ['name'],
    error: 'not the name that the target belongs to: a target is its entry, or www. in front of it where www is true',
  });
export type TargetsRecord = z.infer<typeof TargetsRecord>;
