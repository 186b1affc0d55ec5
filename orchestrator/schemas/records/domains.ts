import { z } from 'zod';

/** One list entry, its www double conflated with it (paper, section 4.2). Ports are conflated too: an address counts once. */
export const DomainsRecord = z.strictObject({
  name: z.string().describe('list entry, without www'),
  rank: z.int().nullable().describe('rank in the first list of the run; null also where only other lists name it'),
  ranks: z
    .array(
      z.strictObject({
        list: z.string().describe('name of the list: that of its file, or the one given in targets.list'),
        rank: z.int().nullable().describe('best rank in it; null for a list without ranks'),
      }),
    )
    .describe('every list that names it, in the order of the lists'),
  addresses: z.array(z.string()).describe('addresses of the name and its www variant, sorted, unique'),
  addresses_answered: z.int().describe('of these, addresses with a SYN/ACK to any probe'),
  addresses_capable_v1: z.int().describe('of these, addresses whose v1 verdict is capable'),
  addresses_capable_v0: z.int().describe('of these, addresses whose v0 verdict is capable'),
  mixed: z.boolean().describe('some but not all of the addresses that answered are capable in v1 or v0'),
  asn: z
    .int()
    .nullable()
    .default(null)
    .describe(
      'origin AS: the lowest number among its capable addresses, else among all that answered anything; null where none is known',
    ),
  run: z.string().describe('name of the run').meta({ volatile: true }),
});
export type DomainsRecord = z.infer<typeof DomainsRecord>;
