import { z } from 'zod';
import { Missing } from '../lists.ts';
import { Address, Moment } from '../values.ts';

/** The answer to one question of the DNS: one name, one type. */
export const ResolveRecord = z.strictObject({
  name: z.string().describe('the name queried'),
  type: z.enum(['A', 'AAAA']).describe('the record type queried'),
  addresses: z.array(Address).describe('addresses in the answer, sorted; empty when none'),
  chain: z.array(z.string()).describe('aliases followed, in order, the canonical name last; empty without CNAME'),
  status: z.string().describe("the outcome in the resolver program's own word, such as ok or nxdomain"),
  ttl: z
    .int()
    .min(0)
    .nullable()
    .default(null)
    .describe('TTL of the answer in seconds, the smallest along the aliases; null when it gave none')
    .meta({ volatile: true }),
  answered_at: Moment.nullable()
    .default(null)
    .describe('when the answer came, or the query was given up, UTC; null when the program does not say')
    .meta({ volatile: true }),
  failure: Missing.nullable().describe('null when the answer holds an address, else why not'),
});
export type ResolveRecord = z.infer<typeof ResolveRecord>;
