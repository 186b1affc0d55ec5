import { z } from 'zod';
import { Moment } from '../../values.ts';

const count = z.int().min(0);

export const CaptureFile = z.strictObject({
  name: z.string().describe('as it was given'),
  state: z
    .enum(['whole', 'cut', 'damaged', 'empty', 'no_capture', 'unreadable'])
    .describe(
      'cut: ends within a packet; damaged: what follows the last packet is none; both were read to the last whole packet',
    ),
  format: z.enum(['pcap', 'pcapng']).nullable().describe('null: neither'),
  packed: z.boolean().describe('gzip'),
  tail: z.boolean().describe('something else stands behind the gzip; it was not read'),
  packets: count.describe('packets read'),
  skipped: count.describe('blocks of pcapng that should hold a packet and do not'),
  timeless: count.describe(
    'packets that bear no time (Simple Packet Blocks of pcapng): they are dated as the packet before them, and without one as 1970',
  ),
  bytes: count.describe('bytes read, unpacked, in front of what ended the reading'),
  error: z.string().nullable().describe("the system's words for what cannot be read; null where it can"),
});
export type CaptureFile = z.infer<typeof CaptureFile>;

/** What was read, and what could not be. */
export const TrafficCapture = z.strictObject({
  record: z.literal('capture').describe('always capture'),
  schema_version: z.literal(1).describe('of the records of traffic; fields are added, never re-meant'),
  files: z.array(CaptureFile).describe('captures, in the order given'),
  first_at: Moment.nullable().describe('time of the first packet; null without any'),
  last_at: Moment.nullable().describe('time of the last packet; null without any'),
  frames: z
    .strictObject({
      tcp: count.describe('TCP segments'),
      link_type_not_read: count.describe('frames of a link type that is not read'),
      not_ip: count.describe('neither IPv4 nor IPv6'),
      not_tcp: count.describe('another protocol, or encrypted'),
      later_fragments: count.describe('fragments of TCP segments behind the first: their bytes are not counted'),
      header_not_captured: count.describe('the snap length ends before ports, numbers and flags'),
      malformed: count.describe('lengths that contradict each other'),
    })
    .describe('every frame read, by what it is'),
  tcp_bytes: count.describe('TCP payload of all segments'),
  syns: count.describe('SYN packets, those sent again among them'),
  capable_syns: count.describe('of these, with an MP_CAPABLE'),
  capable_synacks: count.describe('SYN/ACK packets with an MP_CAPABLE'),
  mptcp_packets: count.describe('segments with an option of kind 30'),
  malformed_options: count.describe('options of kind 30 that say nothing: bad length, unknown subtype, past the end'),
  first_fragments: count.describe('TCP segments of which the first fragment was read'),
  cut_options: count.describe('segments whose options the snap length cuts: MPTCP on them may not be seen'),
  cut_syn_options: count.describe('of these, SYNs and SYN/ACKs'),
  stray_synacks: count.describe('SYN/ACKs to another SYN than the last: not read'),
  streams: count.describe('TCP streams with an option of kind 30'),
  evicted: count.describe(
    'of these, forgotten before their end because the table was full: what came later counts as another stream',
  ),
  early: count.describe('connections told before late subflows could have come, because too many waited'),
  left_out: count.describe('packets that said something and were not read, of streams that say too much'),
  records_left_out: count.describe('records that were too many for one report of a live capture, and are in none'),
  captured_dropped: count.nullable().describe('packets that a live capture lost; null for files'),
});
export type TrafficCapture = z.infer<typeof TrafficCapture>;
