import { z } from 'zod';
import { ControlKind, Missing } from '../lists.ts';
import { Address } from '../values.ts';

/** Network round trip of an address, to set against the SYN's: a much shorter TCP round trip is a box answering for the server (paper, section 5.3). */
export const PathRecord = z.strictObject({
  address: Address.describe('the address pinged'),
  control: ControlKind.nullable().default(null).describe('which kind of control it is; null for a candidate'),
  ping_rtt_us: z
    .number()
    .min(0)
    .nullable()
    .describe('smallest ICMP echo round trip, microseconds')
    .meta({ volatile: true }),
  ping_replies: z.int().min(0).describe('echo replies received').meta({ volatile: true }),
  pairs: z
    .int()
    .min(0)
    .default(0)
    .describe('rounds in which both a SYN and an echo request were answered')
    .meta({ volatile: true }),
  pair_ratio: z
    .number()
    .min(0)
    .nullable()
    .default(null)
    .describe("the SYN's round trip as a share of the echo's in the same round, median")
    .meta({ volatile: true }),
  pair_gap_us: z
    .number()
    .nullable()
    .default(null)
    .describe('how much shorter it is, microseconds, median; negative: longer')
    .meta({ volatile: true }),
  failure: Missing.nullable().describe('timeout when no echo reply came'),
});
export type PathRecord = z.infer<typeof PathRecord>;
