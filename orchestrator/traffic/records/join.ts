import { type Segment, TCP } from '../../connection/packet.ts';
import { isHeard, roleOf, said, synack } from '../../connection/stream.ts';
import type { Stream } from '../../connection/streams.ts';
import { keysAcross, type Parent } from '../../connection/subflow.ts';
import { joinHmac } from '../../mptcp/keys.ts';
import type { MptcpOption } from '../../mptcp/option.ts';
import type { Hmac } from '../../schemas/lists.ts';
import type { TrafficSubflow } from '../../schemas/records/traffic/subflow.ts';

type Join = Extract<MptcpOption, { subtype: 'MP_JOIN' }>;

/** The handshake of a subflow: what each MP_JOIN proves, and why it may prove nothing. */
export interface JoinHandshake {
  address_id: number | null;
  backup: boolean | null;
  synack_hmac: Hmac;
  ack_hmac: Hmac;
  accepted: boolean;
  hmac_missing: TrafficSubflow['hmac_missing'];
}

function joinsOf(stream: Stream): Join[] {
  return said(stream).flatMap(({ option }) => (option.subtype === 'MP_JOIN' ? [option] : []));
}

/** The SYN/ACK carries 64 bits of it, the third ACK 160 (RFC 8684, 3.2). */
const ACK_DIGITS = 40;

function verdict(seen: string, due: string | null): Hmac {
  if (due === null) return 'unverifiable';
  return due.startsWith(seen) && (seen.length === 16 || seen.length === ACK_DIGITS) ? 'valid' : 'invalid';
}

const isPlainAck = ({ flags }: Segment) => (flags & (TCP.SYN | TCP.RST | TCP.ACK)) === TCP.ACK;

/**
 * Whether a packet of the handshake is not in the capture, or not whole, though what followed tells of it: then nothing can be said to lack.
 * Whoever acknowledges was answered, and the opener has spoken.
 */
function isMissing(stream: Stream, packet: 'synack' | 'ack'): boolean {
  const answer = synack(stream);
  if (packet === 'synack') return answer === null ? stream.packets.some(isPlainAck) : answer.cut;
  const acks = stream.packets.filter((one) => roleOf(stream, one) === 'client' && isPlainAck(one));
  return !isHeard(stream, 'client') || acks.some(({ cut }) => cut);
}

/** Checks both HMACs of a subflow with the keys of its connection. */
export function joinHandshake(stream: Stream, parent: Parent | null, ambiguous: boolean): JoinHandshake {
  const joins = joinsOf(stream);
  const syn = joins.find((join) => join.packet === 'syn');
  const answer = joins.find((join) => join.packet === 'synack');
  const third = joins.find((join) => join.packet === 'ack');
  const keys = parent === null ? null : keysAcross(parent);
  const { client = null, server = null } = keys ?? {};
  const nonces = syn?.packet === 'syn' && answer?.packet === 'synack' ? { syn: syn.nonce, answer: answer.nonce } : null;
  const known = client !== null && server !== null && nonces !== null && parent !== null;
  const ends = known
    ? { opener: { key: client, nonce: nonces.syn }, other: { key: server, nonce: nonces.answer } }
    : null;
  const version = parent?.version ?? 1;
  const synackDue = ends === null ? null : joinHmac(ends.other, ends.opener, version);
  const ackDue = ends === null ? null : joinHmac(ends.opener, ends.other, version);
  const lacks = (packet: 'synack' | 'ack') => (isMissing(stream, packet) ? 'unverifiable' : 'absent');
  const synack_hmac = answer?.packet === 'synack' ? verdict(answer.hmac, synackDue) : lacks('synack');
  const ack_hmac = third?.packet === 'ack' ? verdict(third.hmac, ackDue) : lacks('ack');
  const unverifiable = synack_hmac === 'unverifiable' || ack_hmac === 'unverifiable';
  return {
    address_id: syn?.packet === 'syn' ? syn.address_id : null,
    backup: syn?.packet === 'syn' ? syn.backup : null,
    synack_hmac,
    ack_hmac,
    // The opener sends the third one behind a SYN/ACK with the option alone.
    accepted: answer !== undefined || third !== undefined,
    hmac_missing: unverifiable ? missing({ syn, parent, ambiguous, keys: client !== null && server !== null }) : null,
  };
}

function missing(known: {
  syn: Join | undefined;
  parent: Parent | null;
  ambiguous: boolean;
  keys: boolean;
}): TrafficSubflow['hmac_missing'] {
  if (known.ambiguous) return 'two_connections_fit';
  if (known.syn === undefined) return 'nonce_not_captured';
  if (known.parent === null) return 'connection_not_captured';
  return known.keys ? 'nonce_not_captured' : 'keys_not_captured';
}

/** true: both HMACs verify. null: the capture holds not what would tell. */
export function joinVerified({ synack_hmac, ack_hmac }: JoinHandshake): boolean | null {
  if (synack_hmac === 'valid' && ack_hmac === 'valid') return true;
  if (synack_hmac === 'invalid' || ack_hmac === 'invalid' || synack_hmac === 'absent') return false;
  return synack_hmac === 'unverifiable' || ack_hmac === 'unverifiable' ? null : false;
}
