import { keysOf, type Role, versionOf } from '../../connection/stream.ts';
import { kindOf } from '../../connection/subflow.ts';
import { token } from '../../mptcp/keys.ts';
import type { TrafficConnection } from '../../schemas/records/traffic/connection.ts';
import type { TrafficSubflow } from '../../schemas/records/traffic/subflow.ts';
import { type Reset, unreadAnswers } from '../../schemas/traffic.ts';
import type { Session } from '../sessions.ts';
import { type EndedStream, endedStream, type HeardStream } from '../stream.ts';
import { announcedOf, type SaidOn } from './announced.ts';
import { capableFlags, offeredVersions, openingOf } from './answer.ts';
import { dataOf } from './data-span.ts';
import type { LostJoins } from './lost-joins.ts';
import type { Naming } from './pseudonym.ts';
import { isoOf, type ReadSubflow, readSubflow, resetsOf, sideOf } from './subflow.ts';

/** How the records of a reading are made. */
export interface Making {
  name: Naming;
  /** Keys and tokens are told too: with them a connection can be taken over while it lasts. */
  keys: boolean;
}

function ended(heard: HeardStream): EndedStream[] {
  return heard.ended === null ? [] : [endedStream(heard, heard.ended)];
}

/** The records of one session; a join whose connection is not in the capture is a subflow alone, and noted where its SYN is not either. */
export function recordsOf(
  session: Session,
  making: Making,
  lost: LostJoins,
): { connection: TrafficConnection | null; subflows: TrafficSubflow[] } {
  const [first] = ended(session.first);
  if (first === undefined) return { connection: null, subflows: [] };
  const { ambiguous } = session;
  const { name } = making;
  // Nor is a join a connection if its token is unknown, because its SYN was not captured or was cut.
  if (session.first.joins !== null || kindOf(first.stream) === 'subflow') {
    const { record } = readSubflow(first, { first: null, ambiguous, name });
    if (session.first.joins === null && record.functional !== false) lost.add(first);
    return { connection: null, subflows: [record] };
  }
  const streams = [first, ...session.joins.flatMap(ended)];
  const read = streams.map((stream) => readSubflow(stream, { first, ambiguous: false, name }));
  const [own] = read;
  if (own === undefined) return { connection: null, subflows: [] };
  return { connection: connectionOf(own, read, making, lost), subflows: read.map(({ record }) => record) };
}

function saidOn(read: ReadSubflow[]): SaidOn[] {
  return read.flatMap(({ observations, reversed }) =>
    observations.map((observation) => ({ by: sideOf(observation.by, reversed), observation })),
  );
}

/** Of a connection that an answer agreed on; a mirrored or malformed answer agrees on nothing. */
function agreedVersion({ record, of, accepted }: ReadSubflow): number | null {
  const told = ['mp_capable', 'none', ...unreadAnswers].includes(record.answer);
  return told || accepted ? versionOf(of.stream) : null;
}

function keyFields({ of }: ReadSubflow, version: number | null, told: boolean) {
  const none = { client_key: null, server_key: null, client_token: null, server_token: null };
  if (!told) return none;
  const { client, server } = keysOf(of.stream);
  const tokenOf = (key: string | null) => (key === null || version === null ? null : token(key, version));
  return { client_key: client, server_key: server, client_token: tokenOf(client), server_token: tokenOf(server) };
}

function countsOf(all: SaidOn[]) {
  const count = (what: SaidOn['observation']['what'], by?: Role) =>
    all.filter((one) => one.observation.what === what && (by === undefined || one.by === by)).length;
  return {
    client_mp_fail: count('MP_FAIL', 'client'),
    server_mp_fail: count('MP_FAIL', 'server'),
    client_mp_fastclose: count('MP_FASTCLOSE', 'client'),
    server_mp_fastclose: count('MP_FASTCLOSE', 'server'),
    mp_prio: count('MP_PRIO'),
  };
}

function resets(read: ReadSubflow[]): Reset[] {
  const all = read.flatMap(({ observations, reversed }) =>
    resetsOf(observations).map((one) => ({ ...one, by: sideOf(one.by, reversed) })),
  );
  const merged = new Map<string, Reset>();
  for (const one of all) {
    const key = `${one.by} ${one.reason}`;
    merged.set(key, { ...one, count: one.count + (merged.get(key)?.count ?? 0) });
  }
  return [...merged.values()];
}

/** The addresses of a connection: its ends, and what was announced. */
function* addressesOf(read: ReadSubflow[]): Generator<string> {
  for (const { of, observations } of read) {
    yield of.opener.address;
    yield of.other.address;
    for (const one of observations) if (one.what === 'ADD_ADDR') yield one.option.address;
  }
}

/**
 * At least two subflows that carried acknowledged data behind a verified handshake; null where some cannot be told, as where no key
 * was captured: joins then name a token that nobody knows. So does a join of which the SYN was not captured.
 */
function functionalOf(
  own: ReadSubflow,
  read: ReadSubflow[],
  lostJoins: number,
): { functional_subflows: number; functional: boolean | null } {
  const certain = read.filter(({ record }) => record.functional === true).length;
  const possible = read.filter(({ record }) => record.functional !== false).length;
  const { client, server } = keysOf(own.of.stream);
  const captured = !unreadAnswers.includes(own.record.answer);
  const blind = own.accepted && (client === null || server === null) && (possible > 0 || !captured);
  return {
    functional_subflows: certain,
    functional: certain >= 2 ? true : possible + lostJoins >= 2 || blind ? null : false,
  };
}

function packetsFrom(read: ReadSubflow[], side: Role): number {
  return read.reduce((sum, { record, reversed }) => {
    const own = (side === 'client') !== (reversed === true);
    return sum + (own ? record.client_packets : record.server_packets);
  }, 0);
}

function bytesFrom(read: ReadSubflow[], side: Role): number {
  return read.reduce((sum, { record, reversed }) => {
    const own = (side === 'client') !== (reversed === true);
    return sum + (own ? record.client_bytes : record.server_bytes);
  }, 0);
}

function connectionOf(own: ReadSubflow, read: ReadSubflow[], making: Making, lost: LostJoins): TrafficConnection {
  const { of, record } = own;
  const all = saidOn(read);
  const joins = read.slice(1);
  const firstUs = Math.min(...read.map((one) => one.of.ended.first_us));
  const lastUs = Math.max(...read.map((one) => one.of.ended.last_us));
  const last = read.find((one) => one.of.ended.last_us === lastUs) ?? own;
  const version = agreedVersion(own);
  const { state, by } = own.state;
  const [client, server] = [dataOf(read, 'client'), dataOf(read, 'server')];
  return {
    record: 'connection',
    connection: of.number,
    started_at: isoOf(firstUs),
    duration_us: lastUs - firstUs,
    opener_known: of.openerKnown,
    family: of.opener.address.includes(':') ? 6 : 4,
    client_address: record.client_address,
    client_port: record.client_port,
    server_address: record.server_address,
    server_port: record.server_port,
    opening: openingOf(of.stream),
    offered_versions: offeredVersions(of.stream),
    answer: record.answer,
    version,
    state,
    fell_back_by: by,
    client_flags: capableFlags(of.stream, 'client'),
    server_flags: capableFlags(of.stream, 'server'),
    ...keyFields(own, version, making.keys),
    subflows: read.filter(({ accepted }) => accepted).length,
    joins: joins.length,
    joins_accepted: joins.filter(({ accepted }) => accepted).length,
    joins_verified: joins.filter(({ verified }) => verified === true).length,
    ...functionalOf(own, read, lost.count(firstUs, addressesOf(read))),
    announced: announcedOf(all, { name: making.name, heard: (side) => packetsFrom(read, side) > 0 }),
    ...countsOf(all),
    resets: resets(read),
    malformed_options: read.reduce((sum, one) => sum + one.record.malformed_options, 0),
    client_bytes: bytesFrom(read, 'client'),
    server_bytes: bytesFrom(read, 'server'),
    client_data_bytes: client.span,
    server_data_bytes: server.span,
    client_reinjected_bytes: client.reinjected,
    server_reinjected_bytes: server.reinjected,
    end: last.of.ended.why,
  };
}
