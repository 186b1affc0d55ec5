import { z } from 'zod';
import { Verdict } from './hosts.ts';

/** What `judge` prints: the claim about one address, port and MPTCP version, from replies alone. */
export const JudgeRecord = z.strictObject({
  address: z.string().describe('the address'),
  port: z.int().describe('the TCP port'),
  version: z.union([z.literal(0), z.literal(1)]).describe('MPTCP version: 0 is RFC 6824, 1 is RFC 8684'),
  ...Verdict.shape,
});
export type JudgeRecord = z.infer<typeof JudgeRecord>;
