import { z } from 'zod';
import { Stream } from '../../connection/streams.ts';

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

/** All that was seen of one endpoint. */
export const WgetRaw = z.looseObject({
  address: z.string().describe('address of the endpoint'),
  port: z.int().describe('port of the endpoint'),
  host: z.string().nullable().describe('name sent in the Host header'),
  run: WgetRun.describe('how the process went'),
  streams: z.array(Stream).describe('connections to the endpoint, in the order of their SYNs'),
  joins: z.array(Stream).describe('subflows that our kernel tried to add to them, to whatever address'),
});
export type WgetRaw = z.infer<typeof WgetRaw>;
