import { z } from 'zod';
import { Missing } from '../lists.ts';
import { Address } from '../values.ts';

/** Network round trip of an address, to set against the SYN's: a much shorter TCP round trip is a box answering for the server (paper, section 5.3). */
export const PathRecord = z.strictObject({
  address: Address.describe('the address pinged'),
  ping_rtt_us: z
    .number()
    .min(0)
    .nullable()
    .describe('smallest ICMP echo round trip, microseconds')
    .meta({ volatile: true }),
  ping_replies: z.int().min(0).describe('echo replies received').meta({ volatile: true }),
  failure: Missing.nullable().describe('timeout when no echo reply came'),
});
export type PathRecord = z.infer<typeof PathRecord>;
