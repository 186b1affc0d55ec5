import { z } from 'zod';
import { Moment } from '../../values.ts';

const count = z.int().min(0);

export const CaptureFile = z.strictObject({
  name: z.string().describe('as it was given'),
  state: z
    .enum(['whole', 'cut', 'damaged', 'empty', 'no_capture', 'unreadable'])
    .describe(
      'cut: ends within a packet; damaged: what follows the last packet is not one; both were read to the last whole packet',
    ),
  format: z.enum(['pcap', 'pcapng']).nullable().describe('null: neither'),
  packed: z.boolean().describe('gzip'),
  tail: z.boolean().describe('there is something else after the gzip data; it was not read'),
  packets: count.describe('packets read'),
  skipped: count.describe('pcapng blocks that should hold a packet and do not'),
  timeless: count.describe(
    'packets without a time (Simple Packet Blocks of pcapng): they get that of the packet before them, or 1970 without one',
  ),
  bytes: count.describe('uncompressed bytes read, up to where reading ended'),
  error: z.string().nullable().describe("the system's message about why it cannot be read; null where it can"),
});
export type CaptureFile = z.infer<typeof CaptureFile>;

/** What was read, and what could not be. */
export const TrafficCapture = z.strictObject({
  record: z.literal('capture').describe('always capture'),
  schema_version: z.literal(1).describe('version of the traffic records; fields are added, and never change meaning'),
  files: z.array(CaptureFile).describe('captures, in the order given'),
  first_at: Moment.nullable().describe('time of the first packet; null without any'),
  last_at: Moment.nullable().describe('time of the last packet; null without any'),
  frames: z
    .strictObject({
      tcp: count.describe('TCP segments'),
      link_type_not_read: count.describe('frames of a link type that is not read'),
      not_ip: count.describe('neither IPv4 nor IPv6'),
      not_tcp: count.describe('another protocol, or encrypted'),
      later_fragments: count.describe('fragments of TCP segments after the first: their bytes are not counted'),
      header_not_captured: count.describe('the snap length ends before ports, numbers and flags'),
      malformed: count.describe('lengths that contradict each other'),
    })
    .describe('every frame read, by kind'),
  tcp_bytes: count.describe('TCP payload of all segments'),
  syns: count.describe('SYN packets, including retransmissions'),
  capable_syns: count.describe('of these, with an MP_CAPABLE'),
  capable_synacks: count.describe('SYN/ACK packets with an MP_CAPABLE'),
  mptcp_packets: count.describe('segments with an option of kind 30'),
  malformed_options: count.describe('unusable options of kind 30: bad length, unknown subtype, past the end'),
  first_fragments: count.describe('TCP segments whose first fragment was read'),
  cut_options: count.describe('segments whose options are cut by the snap length: MPTCP on them may be missed'),
  cut_syn_options: count.describe('of these, SYNs and SYN/ACKs'),
  stray_synacks: count.describe('SYN/ACKs to a SYN other than the last: not read'),
  streams: count.describe('TCP streams with an option of kind 30'),
  evicted: count.describe(
    'of these, forgotten before their end because the table was full: what came later counts as another stream',
  ),
  early: count.describe('connections reported before late subflows could have come, because too many were waiting'),
  left_out: count.describe('packets of interest that were not read, in streams that have too many'),
  records_left_out: count.describe('records beyond the limit of one report of a live capture: they are in no report'),
  captured_dropped: count.nullable().describe('packets that a live capture lost; null for files'),
});
export type TrafficCapture = z.infer<typeof TrafficCapture>;
