import { MP_CAPABLE, type MptcpOption, subtypeOf } from '../mptcp/option.ts';
import { tcpOptions } from '../mptcp/tcp-options.ts';
import { carries, mptcpOptions, packetKind, rawOptions, type Segment, TCP } from './packet.ts';
import type { Stream } from './streams.ts';

export type Role = 'client' | 'server';

/** One option with the segment it rode on; `by` is null when no packet tells who opened the stream. */
export interface Said {
  by: Role | null;
  packet: Segment;
  option: MptcpOption;
}

export interface Keys {
  client: string | null;
  server: string | null;
}

export function roleOf({ client }: Stream, { from }: Segment): Role | null {
  if (client === null || from === null) return null;
  return from === client ? 'client' : 'server';
}

const saidOn = new WeakMap<Stream, Said[]>();

/** Everything that was said on a stream, by its order. A stream that is whole is read once, whoever asks how often. */
export function said(stream: Stream): Said[] {
  const known = saidOn.get(stream);
  if (known !== undefined) return known;
  const all = stream.packets.flatMap((packet) =>
    mptcpOptions(packet).map((option) => ({ by: roleOf(stream, packet), packet, option })),
  );
  saidOn.set(stream, all);
  return all;
}

const acknowledges = ({ flags }: Segment) => (flags & (TCP.SYN | TCP.RST | TCP.ACK)) === TCP.ACK;

/** Whether the capture has anything of a side, or that has said nothing: a capture may hold one way alone, where the opener acknowledges an answer that is not in it. */
export function isHeard(stream: Stream, role: Role): boolean {
  if (stream.packets.some((one) => roleOf(stream, one) === role)) return true;
  return role === 'server' && !stream.packets.some(acknowledges);
}

/** The server's answers to the SYN: one is sent again until it is acknowledged, by two backends perhaps with other options. */
export const synacks = (stream: Stream) =>
  stream.packets.filter((one) => roleOf(stream, one) === 'server' && packetKind(one.flags) === 'synack');

/** The client's first segment behind its SYN. */
const reply = (stream: Stream) =>
  stream.packets.find((one) => roleOf(stream, one) === 'client' && (one.flags & (TCP.SYN | TCP.RST)) === 0);

/**
 * The server's answer to the SYN. Of several it is the one that the client took: whose key stands in the third ACK, or, where that has no
 * option, one without it that came before; else the first.
 */
export function synack(stream: Stream): Segment | null {
  const all = synacks(stream);
  const [first = null] = all;
  if (all.length < 2) return first;
  const third = thirdAck(stream);
  if (third !== undefined) return all.find((one) => capableOf(one)?.sender_key === third.receiver_key) ?? first;
  const acknowledged = reply(stream);
  if (acknowledged === undefined || acknowledged.cut || rawOptions(acknowledged) !== null) return first;
  return all.find((one) => one.at_us <= acknowledged.at_us && !one.cut && rawOptions(one) === null) ?? first;
}

/** The client's ACK followed the server's SYN/ACK, and it was not a RST. */
export function isConnected(stream: Stream): boolean {
  const answer = synack(stream);
  if (answer === null) return false;
  return stream.packets.some(
    (one) => roleOf(stream, one) === 'client' && one.at_us >= answer.at_us && (one.flags & (TCP.SYN | TCP.RST)) === 0,
  );
}

type Capable = Extract<MptcpOption, { subtype: 'MP_CAPABLE' }>;

const capableOf = (packet: Segment) =>
  mptcpOptions(packet).find((option): option is Capable => option.subtype === 'MP_CAPABLE');

/** The client's MP_CAPABLE with both keys. */
const thirdAck = (stream: Stream) =>
  capables(stream, 'client').find(({ option }) => option.receiver_key !== null)?.option;

/** What was said in MP_CAPABLEs of one side, in order. */
function capables(stream: Stream, side: Role): { packet: Segment; option: Capable }[] {
  return said(stream).flatMap(({ by, packet, option }) =>
    by === side && option.subtype === 'MP_CAPABLE' ? { packet, option } : [],
  );
}

/**
 * The server's is in the SYN/ACK; in v1 the client's is first seen in the third ACK, which carries both (RFC 8684, 3.1). Where a packet was
 * sent again with another key, the third ACK says which was taken; without it the SYN that was answered, and the first answer.
 */
export function keysOf(stream: Stream): Keys {
  const own = capables(stream, 'client');
  const third = thirdAck(stream);
  const answered = answeredSyn(stream);
  const asked = own.find(({ packet }) => packet === answered) ?? own[0];
  const answer = synack(stream);
  const given = answer === null ? null : (capableOf(answer)?.sender_key ?? null);
  // A SYN/ACK that was captured whole outweighs what the client repeats of it.
  const repeated = answer?.cut === false ? null : (third?.receiver_key ?? null);
  return {
    client: third?.sender_key ?? asked?.option.sender_key ?? null,
    server: given ?? repeated,
  };
}

/** The version that the server's SYN/ACK states, else that of a third ACK with both keys; null when neither was seen. */
export function versionOf(stream: Stream): number | null {
  const answer = synack(stream);
  if (answer !== null) {
    for (const { bytes } of tcpOptions(Buffer.from(rawOptions(answer) ?? '', 'hex')))
      if (subtypeOf(bytes) === MP_CAPABLE) return bytes.readUInt8(2) & 0x0f;
    if (!answer.cut) return null;
  }
  return thirdAck(stream)?.version ?? null;
}

/**
 * The SYN that the server answered: the last before its SYN/ACK. The kernel sends the third and later ones without MPTCP. Where clocks
 * differ all of them may stand behind it: then the first.
 */
export function answeredSyn(stream: Stream): Segment | null {
  const answer = synack(stream);
  if (answer === null) return null;
  const syns = stream.packets.filter(({ flags }) => packetKind(flags) === 'syn');
  return syns.findLast(({ at_us }) => at_us <= answer.at_us) ?? syns[0] ?? null;
}

/** Microseconds from the first packet to the first FIN, RST or DATA_FIN, or to the last packet. */
export function endOf(stream: Stream): number {
  const end = stream.packets.find(
    (packet) =>
      (packet.flags & (TCP.FIN | TCP.RST)) !== 0 ||
      mptcpOptions(packet).some((option) => option.subtype === 'DSS' && option.data_fin),
  );
  return end?.at_us ?? stream.last_us;
}

/** A segment with data that surely carried no DSS. */
export const isPlainData = (packet: Segment) => packet.length > 0 && carries(packet, 'DSS', 'MP_CAPABLE') === false;
