import { z } from 'zod';
import { Segment, End as Side } from '../connection/packet.ts';
import { CaptureFile, TrafficCapture } from '../schemas/records/traffic/capture.ts';
import { End } from '../schemas/traffic.ts';

/** The output of the capture reader, one schema per kind of line (zmap-module/traffic/README.md). */

const count = z.int().min(0);
const stream = count.describe('number of the stream');
const hex64 = z.string().regex(/^[0-9a-f]{16}$/);

const Open = z.looseObject({ type: z.literal('open'), stream, at_us: count, ends: z.tuple([Side, Side]) });

const PacketLine = z.looseObject({ type: z.literal('packet'), stream, ...Segment.shape });

/** Totals of what one end of a stream sent. */
const Sent = z.looseObject({
  packets: count,
  bytes: count,
  sequence_bytes: count,
  dss: count,
  plain_bytes: count,
  malformed: count,
  mapped: count,
  data_first: hex64.nullable(),
  data_next: hex64.nullable(),
  data_wide: z.boolean(),
  acknowledged: z.boolean(),
  fin: z.boolean(),
});
export type Sent = z.infer<typeof Sent>;

const Ended = z.looseObject({
  type: z.literal('end'),
  stream,
  why: End,
  first_us: count,
  last_us: count,
  left_out: count,
  sides: z.tuple([Sent, Sent]),
});
export type Ended = z.infer<typeof Ended>;

const Clock = z.looseObject({ type: z.literal('clock'), at_us: count, packets: count });

const FileLine = z.looseObject({ type: z.literal('file'), index: count, ...CaptureFile.omit({ name: true }).shape });

const totals = TrafficCapture.pick({
  tcp_bytes: true,
  syns: true,
  capable_syns: true,
  capable_synacks: true,
  mptcp_packets: true,
  malformed_options: true,
  first_fragments: true,
  cut_options: true,
  cut_syn_options: true,
  stray_synacks: true,
  streams: true,
  evicted: true,
  left_out: true,
  frames: true,
}).shape;

const Totals = z.looseObject({
  type: z.literal('totals'),
  ...totals,
  first_us: count.nullable(),
  last_us: count.nullable(),
});
export type Totals = z.infer<typeof Totals>;

export const Said = z.discriminatedUnion('type', [PacketLine, Open, Ended, Clock, FileLine, Totals]);
export type Said = z.infer<typeof Said>;
