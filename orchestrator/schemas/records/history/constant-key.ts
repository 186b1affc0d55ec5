import { z } from 'zod';
import { Address, Moment, Port } from '../../values.ts';

const count = z.int().min(0);

/** One endpoint whose key is not drawn: fresh within each run, and the same, or made in the same way, over several. */
export const HistoryConstantKey = z.strictObject({
  address: Address.describe('the address'),
  port: Port.describe('its port'),
  version: z.enum(['v1', 'v0']).describe('MPTCP version probed'),
  relation: z
    .string()
    .describe('how the keys agree: constant, or a relation to what we sent (orchestrator/evidence/keys.ts)'),
  trace: z.string().describe('what they all have in common, hex: the key itself when the relation is constant'),
  runs: count.describe('runs in which it answered like this'),
  of: count.describe('runs in which it gave a key'),
  endpoints: count.describe('endpoints of the whole series with the same trace'),
  first_seen: Moment.describe('scan of the first of these runs, UTC'),
  last_seen: Moment.describe('scan of the last one, UTC'),
});
export type HistoryConstantKey = z.infer<typeof HistoryConstantKey>;
