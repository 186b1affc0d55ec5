import { z } from 'zod';

/** A row of the table of that name in a release. */
export const VerdictCounts = z.strictObject({
  version: z.int().describe('MPTCP version of the probe: 1 or 0'),
  step: z
    .enum(['no_option', 'option', 'any'])
    .describe('whether the SYN/ACK had an MPTCP option; any: the split is withheld'),
  verdict: z
    .string()
    .describe('the claim (closed list) where it is not capable; other: several with too few, combined'),
  endpoints: z.int().describe('endpoints with a SYN/ACK to the probe and this verdict'),
});
