import { z } from 'zod';
import { decodeOption, type MptcpOption, type PacketKind } from '../mptcp/option.ts';
import { KIND, tcpOptions } from '../mptcp/tcp-options.ts';

export const TCP = { FIN: 0x01, SYN: 0x02, RST: 0x04, ACK: 0x10 } as const;

export const End = z.looseObject({
  address: z.union([z.ipv4(), z.ipv6()]).describe('IPv4 or IPv6 address'),
  port: z.int().min(0).max(65535).describe('TCP port'),
});
export type End = z.infer<typeof End>;

/** What a dissector must give of one TCP packet. A packet quoted inside ICMP is none. */
export const Packet = z.looseObject({
  at_us: z.int().describe('microseconds since 1970'),
  source: End.describe('who sent it'),
  destination: End.describe('who it was sent to'),
  flags: z.int().describe('TCP flags, as a number'),
  sequence: z.int().min(0).describe('sequence number as on the wire'),
  acknowledgement: z.int().min(0).describe('acknowledgement number as on the wire'),
  length: z.int().min(0).describe('TCP payload bytes, captured or not'),
  options: z
    .string()
    .regex(/^([0-9a-f]{2})*$/)
    .describe('TCP option area in hex, as far as captured'),
  options_length: z.int().min(0).max(40).describe('bytes of the option area that the TCP header states'),
});
export type Packet = z.infer<typeof Packet>;

/** One packet within its stream. */
export const Segment = z.looseObject({
  at_us: z.int().describe("microseconds since the stream's first packet"),
  from: z
    .union([z.literal(0), z.literal(1)])
    .nullable()
    .describe('sender, index into ends; null when both ends are the same'),
  flags: z.int().describe('TCP flags, as a number'),
  sequence: z.int().describe('sequence number as on the wire'),
  acknowledgement: z.int().describe('acknowledgement number as on the wire'),
  length: z.int().describe('TCP payload bytes'),
  options: z.string().describe('TCP option area in hex, as far as captured'),
  cut: z.boolean().describe('the capture ends within the option area: an option not seen may have been there'),
});
export type Segment = z.infer<typeof Segment>;

type Speaks = Pick<Segment, 'options' | 'flags'>;

export function packetKind(flags: number): PacketKind {
  if ((flags & TCP.SYN) === 0) return 'ack';
  return (flags & TCP.ACK) === 0 ? 'syn' : 'synack';
}

function decodeAll({ options, flags }: Speaks): MptcpOption[] {
  return [...tcpOptions(Buffer.from(options, 'hex'))].flatMap(({ kind, bytes, fault }) => {
    const decoded = kind === KIND.MPTCP && fault === null ? decodeOption(bytes, packetKind(flags)) : null;
    return decoded?.option ?? [];
  });
}

/** Each question about a stream looks at all its segments: they are decoded once. */
const decodedOf = new WeakMap<Speaks, MptcpOption[]>();

/** The MPTCP options of a segment that are whole and well formed, in order. */
export function mptcpOptions(segment: Speaks): MptcpOption[] {
  const known = decodedOf.get(segment);
  if (known !== undefined) return known;
  const decoded = decodeAll(segment);
  decodedOf.set(segment, decoded);
  return decoded;
}

/** A mapping without an end: its sender goes on as plain TCP (RFC 8684, 3.7). A DATA_FIN without data has a length of 1. */
export const isInfiniteMapping = (option: MptcpOption) =>
  option.subtype === 'DSS' && option.mapping?.length === 0 && !option.data_fin;

/** All options of kind 30 in hex, whatever they say, one behind the other; null without one. */
export function rawOptions({ options }: Speaks): string | null {
  const own = [...tcpOptions(Buffer.from(options, 'hex'))].filter(({ kind }) => kind === KIND.MPTCP);
  return own.length === 0 ? null : own.map(({ bytes }) => bytes.toString('hex')).join('');
}

/** Whether a segment carries an option of one subtype; null when the capture ends before that can be told. */
export function carries(segment: Segment, ...subtypes: MptcpOption['subtype'][]): boolean | null {
  if (mptcpOptions(segment).some(({ subtype }) => subtypes.includes(subtype))) return true;
  return segment.cut ? null : false;
}

/** Whether a segment carries TCP timestamps; null when the capture ends before that can be told. */
export function hasTimestamps({ options, cut }: Segment): boolean | null {
  if ([...tcpOptions(Buffer.from(options, 'hex'))].some(({ kind }) => kind === KIND.TIMESTAMPS)) return true;
  return cut ? null : false;
}
