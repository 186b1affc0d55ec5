import { z } from 'zod';

/** How one wget process went. */
export const WgetRun = z.looseObject({
  address: z.string().describe('address of the endpoint'),
  port: z.int().describe('port of the endpoint'),
  exit_code: z.int().nullable().describe('exit code; null when we ended it'),
  ended: z
    .enum(['itself', 'failed', 'limit'])
    .describe(
      'itself: it ended; failed: ended by us after a failed connection; limit: ended by us for taking too long',
    ),
  log: z.string().describe('what it printed, its first lines'),
});
export type WgetRun = z.infer<typeof WgetRun>;

/** One captured segment of a stream. */
export const WgetPacket = z.looseObject({
  at_us: z.int().describe("microseconds since the stream's first packet"),
  from_us: z.boolean().describe('sent by the side that sent the SYN'),
  flags: z.int().describe('TCP flags, as a number'),
  length: z.int().describe('TCP payload bytes'),
  options: z.string().describe('TCP option area in hex'),
});
export type WgetPacket = z.infer<typeof WgetPacket>;

/** One TCP stream from its SYN on: all segments that say something, and the first of those that only carry data. */
export const WgetStream = z.looseObject({
  address: z.string().describe('address that our SYN went to'),
  port: z.int().describe('port that our SYN went to'),
  last_us: z.int().describe("time of the stream's last packet, kept or not, microseconds since the first"),
  packets: z.array(WgetPacket).describe('kept segments in the order captured'),
});
export type WgetStream = z.infer<typeof WgetStream>;

/** All that was seen of one endpoint. */
export const WgetRaw = z.looseObject({
  address: z.string().describe('address of the endpoint'),
  port: z.int().describe('port of the endpoint'),
  host: z.string().nullable().describe('name sent in the Host header'),
  run: WgetRun.describe('how the process went'),
  streams: z.array(WgetStream).describe('connections to the endpoint, in the order of their SYNs'),
  joins: z.array(WgetStream).describe('subflows that our kernel tried to add to them, to whatever address'),
});
export type WgetRaw = z.infer<typeof WgetRaw>;
