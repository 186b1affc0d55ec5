import { packetKind, rawOptions, type Segment, TCP } from '../../connection/packet.ts';
import { answeredSyn, isHeard, roleOf, synack } from '../../connection/stream.ts';
import type { Stream } from '../../connection/streams.ts';
import { classify, type Sent } from '../../evidence/classify.ts';
import { MP_CAPABLE, MP_JOIN, subtypeOf } from '../../mptcp/option.ts';
import { KIND, tcpOptions } from '../../mptcp/tcp-options.ts';
import type { TrafficConnection } from '../../schemas/records/traffic/connection.ts';
import { Answer } from '../../schemas/traffic.ts';

const area = ({ options }: Segment) => Buffer.from(options, 'hex');

/** The MPTCP options of a segment as they are, whole or not. */
function ownOptions(segment: Segment): Buffer[] {
  return [...tcpOptions(area(segment))].filter(({ kind }) => kind === KIND.MPTCP).map(({ bytes }) => bytes);
}

const capableVersion = (option: Buffer) => (subtypeOf(option) === MP_CAPABLE ? option.readUInt8(2) & 0x0f : null);
const V0_SYN = 12;
const V1_SYN = 4;

/** Whether an MP_CAPABLE has the length that it has in a SYN (RFC 6824 and RFC 8684, 3.1). */
const isOffer = (option: Buffer) =>
  option.readUInt8(1) === option.length && option.length === (capableVersion(option) === 0 ? V0_SYN : V1_SYN);

const opens = (stream: Stream) => stream.packets.filter(({ flags }) => packetKind(flags) === 'syn');

/** MPTCP versions that the SYNs of a stream offer. */
export function offeredVersions(stream: Stream): number[] {
  const offers = opens(stream)
    .flatMap(ownOptions)
    .filter((option) => capableVersion(option) !== null && isOffer(option));
  return [...new Set(offers.map((option) => option.readUInt8(2) & 0x0f))].sort((a, b) => a - b);
}

/** What the SYNs say. */
export function openingOf(stream: Stream): TrafficConnection['opening'] {
  const syns = opens(stream);
  if (syns.length === 0) return 'not_captured';
  if (offeredVersions(stream).length > 0) return 'offered';
  if (syns.some((syn) => !syn.cut && rawOptions(syn) !== null)) return 'malformed_offer';
  return syns.some(({ cut }) => cut) ? 'cut' : 'no_offer';
}

/** What a SYN asked, in the form that judging replies takes. Of two versions in one SYN, the one that was answered. */
function sentOf(syn: Segment, answer: Segment): Sent {
  const options = ownOptions(syn);
  const answered = ownOptions(answer).map(capableVersion);
  const offers = options.filter((option) => capableVersion(option) !== null);
  const option = offers.find((one) => answered.includes(capableVersion(one))) ?? offers[0] ?? options[0] ?? null;
  if (option === null) return { probe: 'plain', version: null, option: null, key: null, canary: null };
  const key = capableVersion(option) === 0 && option.length >= V0_SYN ? option.toString('hex', 4, 12) : null;
  const probe = subtypeOf(option) === MP_JOIN ? 'join' : 'capable';
  return { probe, version: capableVersion(option), option: option.toString('hex'), key, canary: null };
}

/** A whole MP_JOIN in the answer to one is what was asked for: the judge knows it as another subtype. */
function acceptsJoin(sent: Sent, answer: Segment): boolean {
  return sent.probe === 'join' && ownOptions(answer).some((option) => subtypeOf(option) === MP_JOIN);
}

/** What came back for the SYN of a stream; a SYN/ACK outweighs a RST. */
export function answerOf(stream: Stream): Answer {
  const back = (one: Segment) => roleOf(stream, one) === 'server';
  const asked = answeredSyn(stream) ?? opens(stream)[0];
  if (stream.client === null || asked === undefined) return 'not_captured';
  const replies = stream.packets.filter(back);
  const [first] = replies;
  if (first === undefined) return isHeard(stream, 'server') ? 'none' : 'not_captured';
  const answer = synack(stream) ?? ((first.flags & TCP.RST) !== 0 ? first : null);
  if (answer === null) return 'not_captured';
  const sent = sentOf(asked, answer);
  const rst = (answer.flags & TCP.RST) !== 0;
  const { classification } = classify(sent, { rst, area: area(answer), truncated: answer.cut });
  // What the capture leaves out may be the option, or the rest of it: neither none nor a malformed one was seen.
  if (answer.cut && (classification === 'synack_no_option' || classification === 'malformed')) return 'cut';
  return classification === 'other_subtype' && acceptsJoin(sent, answer) ? 'mp_join' : Answer.parse(classification);
}

/** Flags of the MP_CAPABLE that a side sent first, as a byte in hex. */
export function capableFlags(stream: Stream, role: 'client' | 'server'): string | null {
  for (const packet of stream.packets) {
    if (roleOf(stream, packet) !== role) continue;
    const option = ownOptions(packet).find((one) => capableVersion(one) !== null && one.length > 3);
    if (option !== undefined) return option.toString('hex', 3, 4);
    // It is only in a handshake: a side that sends data has sent it, or never will.
    if ((packet.flags & TCP.SYN) === 0 && packet.length > 0) return null;
  }
  return null;
}
