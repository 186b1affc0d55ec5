import type { MptcpOption } from '../mptcp/option.ts';
import { hasOwnDss } from './own-dss.ts';
import { carries, isInfiniteMapping, packetKind, rawOptions, TCP } from './packet.ts';
import { answeredSyn, isPlainData, keysOf, type Role, roleOf, said, synack } from './stream.ts';
import type { Stream } from './streams.ts';
import { isSubflow } from './subflow.ts';

/** What became of MPTCP on a connection, and which side stopped sending it. */
export interface Negotiation {
  state: 'mptcp' | 'fell_back' | 'not_offered' | 'unknown';
  by: Role | null;
}

const unknown: Negotiation = { state: 'unknown', by: null };
const fell = (by: Role | null): Negotiation => ({ state: 'fell_back', by });

const isJoinAnswer = (option: MptcpOption) => option.subtype === 'MP_JOIN' && option.packet === 'synack';

/** Handshake only: the side whose complete packet lacks the required option; null if neither does. */
function handshake(stream: Stream): Negotiation | null {
  const syn = answeredSyn(stream);
  const answer = synack(stream);
  const syns = stream.packets.filter(({ flags }) => packetKind(flags) === 'syn');
  if (syn !== null && carries(syn, 'MP_CAPABLE') === false) {
    if (syns.some((one) => carries(one, 'MP_CAPABLE') === true)) return answer === null ? unknown : fell('client');
    return syns.some(({ cut }) => cut) ? unknown : { state: 'not_offered', by: null };
  }
  if (answer === null) return syn === null ? null : unknown;
  if (keysOf(stream).server !== null) return null;
  if (syn === null || answer.cut || carries(syn, 'MP_CAPABLE') !== true) return unknown;
  return fell('server');
}

/** Whether a connection uses MPTCP. A subflow is part of one; a stream that was captured too late is unknown. */
export function negotiation(stream: Stream): Negotiation {
  const all = said(stream);
  const failed = all.findLast(({ option }) => option.subtype === 'MP_FAIL');
  const data = (from: number) => stream.packets.find((one) => one.at_us > from && isPlainData(one));
  if (failed !== undefined) {
    const plain = data(failed.packet.at_us);
    if (plain !== undefined) return fell(roleOf(stream, plain));
  }
  const endless = all.find(({ option }) => isInfiniteMapping(option));
  if (endless !== undefined) return fell(endless.by);
  if (isSubflow(stream)) {
    // Refused ones are joins without an answer; a subflow cannot go on as plain TCP from its handshake.
    const joined = all.some(({ option }) => option.subtype === 'DSS' || isJoinAnswer(option));
    return joined ? { state: 'mptcp', by: null } : unknown;
  }
  const start = handshake(stream);
  if (start !== null) return start;
  if (hasOwnDss(stream)) return { state: 'mptcp', by: null };
  if (synack(stream) === null)
    return all.some(({ option }) => option.subtype === 'DSS') ? { state: 'mptcp', by: null } : unknown;
  const acks = stream.packets.filter(
    (one) => roleOf(stream, one) === 'client' && (one.flags & (TCP.SYN | TCP.RST)) === 0,
  );
  if (acks.length > 0 && acks.every((one) => rawOptions(one) === null && !one.cut)) return fell('client');
  const plain = stream.packets.find((one) => roleOf(stream, one) === 'server' && isPlainData(one));
  return plain === undefined ? unknown : fell('server');
}
