import { z } from 'zod';
import { Cause } from '../history.ts';
import { VerdictName } from '../lists.ts';
import { Address, Port } from '../values.ts';

/** One endpoint and version whose verdict differs between two runs, with its one cause. */
export const Difference = z.strictObject({
  address: Address.describe('the address'),
  port: Port.describe('its port'),
  version: z.enum(['v1', 'v0']).describe('MPTCP version probed'),
  before: VerdictName.describe('verdict in the first run; silent where it has no answer there, asked or not'),
  after: VerdictName.describe('the same in the second run'),
  cause: Cause.describe('the one cause (docs/history.md)'),
  detail: z.string().describe('what in the runs shows this, in words'),
  rules_before: z.array(z.string()).describe('rules of the first verdict; empty without an answer'),
  rules_after: z.array(z.string()).describe('the same for the second'),
  judged_before: VerdictName.describe('the first verdict, by the current rules'),
  judged_after: VerdictName.describe('the second verdict, by the current rules'),
  moved_to: z
    .array(Address)
    .describe('addresses to which the names of this one resolved in the other run; empty unless address_moved'),
});
export type Difference = z.infer<typeof Difference>;
