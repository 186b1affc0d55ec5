import { z } from 'zod';
import { Cause } from '../history.ts';
import { VerdictName } from '../lists.ts';
import { Address, Port } from '../values.ts';

/** One endpoint and version whose verdict is another one in a second run, with the one cause that is told of it. */
export const Difference = z.strictObject({
  address: Address.describe('the address'),
  port: Port.describe('its port'),
  version: z.enum(['v1', 'v0']).describe('MPTCP version asked'),
  before: VerdictName.describe('verdict in the first run; silent where it has no answer there, asked or not'),
  after: VerdictName.describe('the same in the second run'),
  cause: Cause.describe('the one cause (docs/history.md)'),
  detail: z.string().describe('what of the runs says so, in words'),
  rules_before: z.array(z.string()).describe('rules of the first verdict; empty without an answer'),
  rules_after: z.array(z.string()).describe('the same of the second'),
  judged_before: VerdictName.describe('the first verdict, by the rules of today'),
  judged_after: VerdictName.describe('the second one, by the same'),
  moved_to: z
    .array(Address)
    .describe('addresses that the names of this one led to in the other run; empty unless address_moved'),
});
export type Difference = z.infer<typeof Difference>;
