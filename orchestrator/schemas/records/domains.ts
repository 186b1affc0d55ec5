import { z } from 'zod';

/** One list entry, its www double conflated with it (paper, section 4.2). Ports are conflated too: an address counts once. */
export const DomainsRecord = z.strictObject({
  name: z.string().describe('list entry, without www'),
  rank: z.int().nullable().describe('rank in the first list of the run; null also where only others name it'),
  ranks: z
    .array(
      z.strictObject({
        list: z.string().describe('name of the list: that of its file, or what targets.list calls it'),
        rank: z.int().nullable().describe('best rank in it; null for a list without ranks'),
      }),
    )
    .describe('every list that names it, in their order'),
  addresses: z.array(z.string()).describe('addresses of the name and its www double, sorted, unique'),
  addresses_answered: z.int().describe('of these, addresses with a SYN/ACK to any probe'),
  addresses_capable_v1: z.int().describe('of these, addresses whose v1 verdict is capable'),
  addresses_capable_v0: z.int().describe('of these, addresses whose v0 verdict is capable'),
  mixed: z.boolean().describe('of the addresses that answered, some and not all are capable in v1 or v0'),
  asn: z
    .int()
    .nullable()
    .default(null)
    .describe(
      'origin AS: of its capable addresses, else of all that answered anything, the lowest number; null where it is known of none',
    ),
  run: z.string().describe('name of the run').meta({ volatile: true }),
});
export type DomainsRecord = z.infer<typeof DomainsRecord>;
