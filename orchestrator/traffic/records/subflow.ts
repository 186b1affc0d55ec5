import { type Negotiation, negotiation } from '../../connection/fallback.ts';
import { type Observation, observe } from '../../connection/observe.ts';
import { packetKind } from '../../connection/packet.ts';
import { isHeard, type Keys, keysOf, type Role, said, synack, synacks } from '../../connection/stream.ts';
import type { Stream } from '../../connection/streams.ts';
import { keysAcross, kindOf, type Parent, parentOf } from '../../connection/subflow.ts';
import type { TrafficSubflow } from '../../schemas/records/traffic/subflow.ts';
import { type Reset, unreadAnswers } from '../../schemas/traffic.ts';
import type { EndedStream } from '../stream.ts';
import { answerOf } from './answer.ts';
import { joinHandshake, joinVerified } from './join.ts';
import type { Naming } from './pseudonym.ts';

/** One stream of a session, read. */
export interface ReadSubflow {
  record: TrafficSubflow;
  of: EndedStream;
  state: Negotiation;
  observations: Observation[];
  /** Opened by the side that accepted the connection; null where that cannot be told. */
  reversed: boolean | null;
  /** The server took it up. */
  accepted: boolean;
  verified: boolean | null;
}

const unseen: Keys = { client: null, server: null };

export function isoOf(us: number): string {
  const ms = Math.floor(us / 1000);
  return `${new Date(ms).toISOString().slice(0, -1)}${String(us % 1000).padStart(3, '0')}Z`;
}

/** RSTs by sender and reason. */
export function resetsOf(observations: Observation[]): Reset[] {
  const counts = new Map<string, Reset>();
  for (const one of observations) {
    if (one.what !== 'RST') continue;
    const key = `${one.by} ${one.reason}`;
    const known = counts.get(key) ?? { by: one.by, reason: one.reason, count: 0 };
    counts.set(key, { ...known, count: known.count + 1 });
  }
  return [...counts.values()];
}

/** From the only SYN to its first SYN/ACK. */
function rttOf(stream: Stream): number | null {
  const syns = stream.packets.filter(({ flags }) => packetKind(flags) === 'syn');
  const [answer] = synacks(stream);
  const [syn] = syns;
  return syns.length !== 1 || syn === undefined || answer === undefined || answer.at_us < syn.at_us
    ? null
    : answer.at_us - syn.at_us;
}

/** The first subflow verifies itself: its handshake carries both keys (RFC 8684, 3.1). */
function initialVerified(stream: Stream, accepted: boolean): boolean | null {
  const { client, server } = keysOf(stream);
  if (client !== null && server !== null) return true;
  return accepted || synack(stream) === null ? null : false;
}

/** If the capture has only one direction of a stream, there is no telling whether its data was acknowledged. */
function functionalOf({ ended, stream }: EndedStream, verified: boolean | null): boolean | null {
  const acknowledged = ended.sides.some((side) => side.acknowledged);
  if (acknowledged) return verified;
  return isHeard(stream, 'client') && isHeard(stream, 'server') ? false : null;
}

const speaksDss = (stream: Stream) => said(stream).some(({ option }) => option.subtype === 'DSS');

/** What became of the handshake of a stream. */
function handshakeOf(of: EndedStream, parent: Parent | null, ambiguous: boolean) {
  const { stream } = of;
  const kind = kindOf(stream);
  const answer = answerOf(stream);
  if (kind !== 'subflow') {
    const accepted = answer === 'mp_capable' || (unreadAnswers.includes(answer) && speaksDss(stream));
    return { kind, answer, join: null, accepted, verified: initialVerified(stream, accepted) };
  }
  const join = joinHandshake(stream, parent, ambiguous);
  const accepted = answer === 'mp_join' || join.accepted || (unreadAnswers.includes(answer) && speaksDss(stream));
  return { kind, answer, join, accepted, verified: joinVerified(join) };
}

const kindNames = { connection: 'initial', subflow: 'join', unknown: 'unknown' } as const;

/** Reads one stream; `first` is that of its connection, null for a join without one. */
export function readSubflow(
  of: EndedStream,
  session: { first: EndedStream | null; ambiguous: boolean; name: Naming },
): ReadSubflow {
  const { stream, ended, opener, other } = of;
  const { first, ambiguous, name } = session;
  const parent = first === null || first === of ? null : parentOf(stream, [first.stream]);
  const { kind, answer, join, accepted, verified } = handshakeOf(of, parent, ambiguous);
  const reversed = kind === 'subflow' ? (parent?.reversed ?? null) : of.openerKnown ? false : null;
  const keys = kind !== 'subflow' ? keysOf(stream) : parent === null ? unseen : keysAcross(parent);
  const observations = observe(stream, keys);
  const hides = { opener: reversed !== true, other: reversed !== false };
  const record: TrafficSubflow = {
    record: 'subflow',
    connection: first?.number ?? null,
    subflow: of.number,
    kind: kindNames[kind],
    started_at: isoOf(ended.first_us),
    duration_us: ended.last_us - ended.first_us,
    opener_known: of.openerKnown,
    reversed,
    client_address: name(opener.address, hides.opener),
    client_port: opener.port,
    server_address: name(other.address, hides.other),
    server_port: other.port,
    answer,
    address_id: join?.address_id ?? null,
    backup: join?.backup ?? null,
    synack_hmac: join?.synack_hmac ?? null,
    ack_hmac: join?.ack_hmac ?? null,
    hmac_missing: join?.hmac_missing ?? null,
    syn_rtt_us: rttOf(stream),
    ...countsOf(of),
    functional: functionalOf(of, verified),
    resets: resetsOf(observations),
    malformed_options: opener.sent.malformed + other.sent.malformed,
    left_out: ended.left_out,
    end: ended.why,
  };
  return { record, of, state: negotiation(stream), observations, reversed, accepted, verified };
}

function countsOf({ opener, other }: EndedStream) {
  return {
    client_packets: opener.sent.packets,
    server_packets: other.sent.packets,
    client_bytes: opener.sent.bytes,
    server_bytes: other.sent.bytes,
    client_sequence_bytes: opener.sent.sequence_bytes,
    server_sequence_bytes: other.sent.sequence_bytes,
    client_mapped_bytes: opener.sent.mapped,
    server_mapped_bytes: other.sent.mapped,
    client_plain_bytes: opener.sent.plain_bytes,
    server_plain_bytes: other.sent.plain_bytes,
    client_dss: opener.sent.dss,
    server_dss: other.sent.dss,
    client_acknowledged: opener.sent.acknowledged,
    server_acknowledged: other.sent.acknowledged,
  };
}

/** A side of this stream as a side of its connection. */
export function sideOf(by: Role | null, reversed: boolean | null): Role | null {
  if (by === null || reversed === null) return null;
  if (!reversed) return by;
  return by === 'client' ? 'server' : 'client';
}
