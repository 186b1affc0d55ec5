import { z } from 'zod';
import { Missing } from '../lists.ts';

/** The answer to one question of the DNS: one name, one type. */
export const ResolveRecord = z.strictObject({
  name: z.string().describe('the name asked'),
  type: z.enum(['A', 'AAAA']).describe('the record type asked'),
  addresses: z.array(z.string()).describe('addresses in the answer, sorted; empty when none'),
  chain: z.array(z.string()).describe('aliases followed, in order, the canonical name last; empty without CNAME'),
  status: z.string().describe("the resolver program's own word for the outcome, such as ok or nxdomain"),
  failure: Missing.nullable().describe('null when the answer holds an address, else why not'),
});
export type ResolveRecord = z.infer<typeof ResolveRecord>;
