import { joinHmac } from '../mptcp/keys.ts';
import type { MptcpOption } from '../mptcp/option.ts';
import { KIND, tcpOptions } from '../mptcp/tcp-options.ts';
import { mptcpOptions, packetKind, TCP } from '../tools/wget/packets.ts';
import type { WgetPacket, WgetStream } from '../tools/wget/raw.ts';

/** One option with the segment it rode on. */
export interface Said {
  packet: WgetPacket;
  option: MptcpOption;
}

export interface Keys {
  ours: string | null;
  theirs: string | null;
}

export const said = (stream: WgetStream): Said[] =>
  stream.packets.flatMap((packet) => mptcpOptions(packet).map((option) => ({ packet, option })));

/** All options of kind 30 in hex, whatever they say, one behind the other; null without one. */
export function rawOptions({ options }: WgetPacket): string | null {
  const own = [...tcpOptions(Buffer.from(options, 'hex'))].filter(({ kind }) => kind === KIND.MPTCP);
  return own.length === 0 ? null : own.map(({ bytes }) => bytes.toString('hex')).join('');
}

/** The server's answer to our SYN. */
export const synack = (stream: WgetStream) =>
  stream.packets.find(({ from_us, flags }) => !from_us && packetKind(flags) === 'synack') ?? null;

/** Our ACK followed the server's SYN/ACK, and it was not a RST. */
export function isConnected(stream: WgetStream): boolean {
  const answer = synack(stream);
  if (answer === null) return false;
  return stream.packets.some(
    ({ from_us, flags, at_us }) => from_us && at_us >= answer.at_us && (flags & (TCP.SYN | TCP.RST)) === 0,
  );
}

/** Theirs is in the SYN/ACK; in v1 ours is first seen in the third ACK (RFC 8684, 3.1). */
export function keysOf(stream: WgetStream): Keys {
  const keys: Keys = { ours: null, theirs: null };
  for (const { packet, option } of said(stream)) {
    if (option.subtype !== 'MP_CAPABLE') continue;
    if (packet.from_us) keys.ours ??= option.sender_key;
    else keys.theirs ??= option.sender_key;
  }
  return keys;
}

/** Segments of the server that carried data without any DSS, after `from`. */
function plainData(stream: WgetStream, from: number): boolean {
  return stream.packets.some(
    (packet) =>
      !packet.from_us &&
      packet.at_us > from &&
      packet.length > 0 &&
      !mptcpOptions(packet).some(({ subtype }) => subtype === 'DSS' || subtype === 'MP_CAPABLE'),
  );
}

/** Null when the connection ended before the server sent anything that could tell. */
export function fellBack(stream: WgetStream, all: Said[]): boolean | null {
  const { ours, theirs } = keysOf(stream);
  if (theirs === null || ours === null) return true;
  const failed = all.filter(({ option }) => option.subtype === 'MP_FAIL').at(-1);
  const dss = all.some(({ packet, option }) => !packet.from_us && option.subtype === 'DSS');
  if (dss) return failed !== undefined && plainData(stream, failed.packet.at_us);
  return plainData(stream, 0) ? true : null;
}

/** When the connection stopped being one, microseconds since the SYN. */
export function endOf(stream: WgetStream): number {
  const end = stream.packets.find(
    (packet) =>
      (packet.flags & (TCP.FIN | TCP.RST)) !== 0 ||
      mptcpOptions(packet).some((option) => option.subtype === 'DSS' && option.data_fin),
  );
  return end?.at_us ?? stream.last_us;
}

/** The SYN that the server answered: the last before its SYN/ACK. The kernel sends the third and later ones without MPTCP. */
export function answeredSyn(stream: WgetStream): WgetPacket | null {
  const before = synack(stream)?.at_us ?? 0;
  const syns = stream.packets.filter(({ flags, at_us }) => packetKind(flags) === 'syn' && at_us <= before);
  return syns.at(-1) ?? null;
}

/** Which connection a subflow joins: the token of its server's key (RFC 8684, 3.2); null when the stream is no subflow. */
export function joinToken(stream: WgetStream): string | null {
  const [option] = stream.packets.slice(0, 1).flatMap(mptcpOptions);
  return option?.subtype === 'MP_JOIN' && option.packet === 'syn' ? option.token : null;
}

/** Whether the server accepted a subflow, and with an HMAC that it could only make with both keys (RFC 8684, 3.2). */
export function joinAnswer(stream: WgetStream, keys: Keys): 'none' | 'accepted' | 'verified' {
  const options = said(stream).map(({ option }) => option);
  const syn = options.find((option) => option.subtype === 'MP_JOIN' && option.packet === 'syn');
  const answer = options.find((option) => option.subtype === 'MP_JOIN' && option.packet === 'synack');
  if (answer?.subtype !== 'MP_JOIN' || answer.packet !== 'synack') return 'none';
  if (syn?.subtype !== 'MP_JOIN' || syn.packet !== 'syn' || keys.ours === null || keys.theirs === null)
    return 'accepted';
  const theirs = { key: keys.theirs, nonce: answer.nonce };
  const whole = joinHmac(theirs, { key: keys.ours, nonce: syn.nonce }, 1);
  return whole.startsWith(answer.hmac) ? 'verified' : 'accepted';
}
