import type { z } from 'zod';
import { PrefixSet } from '../../address/prefix-set.ts';
import { scopeOf } from '../../address/scope.ts';
import type { Config } from '../../config/config.ts';
import { negotiation } from '../../connection/fallback.ts';
import { checkHmac } from '../../connection/observe.ts';
import { rawOptions } from '../../connection/packet.ts';
import {
  answeredSyn,
  endOf,
  isConnected,
  type Keys,
  keysOf,
  type Role,
  type Said,
  said,
  synack,
  versionOf,
} from '../../connection/stream.ts';
import type { Stream } from '../../connection/streams.ts';
import { joinAnswer, keysAcross, parentOf } from '../../connection/subflow.ts';
import type { Missing } from '../../schemas/lists.ts';
import type { Announcement, HandshakeRecord } from '../../schemas/records/handshake.ts';
import type { WgetRaw, WgetRun } from './raw.ts';

type Announced = z.infer<typeof Announcement>;

/** What an ADD_ADDR of the server says. Our own kernel's are echoes; an echo of the server answers an address of ours. */
function announcements(all: Said[], keys: Keys, lab: PrefixSet): Announced[] {
  return all.flatMap(({ by, option }) => {
    if (by !== 'server' || option.subtype !== 'ADD_ADDR' || option.echo) return [];
    const { address_id, address, port } = option;
    const { hmac, hmac_form } = checkHmac(option, by, keys);
    return [{ address_id, address, port, scope: scopeOf(address, lab), hmac, hmac_form, count: 1 }];
  });
}

/** One entry per address announced; a valid HMAC outweighs others for the same address. */
function mergeAnnounced(list: Announced[]): Announced[] {
  const merged = new Map<string, Announced>();
  for (const one of list) {
    const name = `${one.address_id} ${one.address} ${one.port}`;
    const known = merged.get(name);
    const better = known === undefined || (known.hmac !== 'valid' && one.hmac === 'valid') ? one : known;
    merged.set(name, { ...better, count: (known?.count ?? 0) + 1 });
  }
  const order = (a: Announced, b: Announced) =>
    a.address_id - b.address_id || (a.address < b.address ? -1 : 1) || (a.port ?? 0) - (b.port ?? 0);
  return [...merged.values()].sort(order);
}

const words: [pattern: RegExp, failure: Missing][] = [
  [/failed: Connection refused|failed: Connection reset/, 'refused'],
  [/failed: Connection timed out/, 'timeout'],
  [/failed: (No route to host|Network is unreachable|Host is unreachable|Permission denied)/, 'unreachable'],
  [/failed: /, 'no_data'],
];

/** wget's own words for why there is no connection, or no answer on it. */
function failureOf({ ended, log }: WgetRun): Missing {
  const known = words.find(([pattern]) => pattern.test(log))?.[1];
  return known ?? (ended === 'limit' || /timed out/.test(log) ? 'timeout' : 'no_data');
}

/** `HTTP request sent, awaiting response... 301 Moved Permanently`; what is no HTTP is called `200 No headers`. */
function httpStatus(log: string): number | null {
  const status = /awaiting response\.\.\. (\d{3})\b(?! No headers)/.exec(log)?.[1];
  return status === undefined ? null : Number(status);
}

/** What the handshake and the options on one connection show; all null where there is none. */
function connectionFields(stream: Stream | null, hold: number) {
  if (stream === null)
    return {
      syn_option: null,
      version: null,
      synack_option: null,
      sender_key: null,
      receiver_key: null,
      mptcp_data: null,
      held_ms: null,
      hold_held: null,
    };
  const all = said(stream);
  const syn = answeredSyn(stream);
  const answer = synack(stream);
  const synack_option = answer === null ? null : rawOptions(answer);
  const keys = keysOf(stream);
  const held_ms = Math.floor(endOf(stream) / 1000);
  return {
    syn_option: syn === null ? null : rawOptions(syn),
    version: versionOf(stream),
    synack_option,
    sender_key: keys.client,
    receiver_key: keys.server,
    mptcp_data: all.some(({ by, option }) => by === 'server' && option.subtype === 'DSS'),
    held_ms,
    hold_held: held_ms >= 1000 * hold,
  };
}

/** Connections and subflows in which one side said it. */
const saying = (streams: Stream[], subtype: string, role: Role) =>
  streams.filter((stream) => said(stream).some(({ by, option }) => option.subtype === subtype && by === role)).length;

function resetReasons(all: Said[]): number[] {
  const reasons = all.flatMap(({ by, option }) =>
    by === 'server' && option.subtype === 'MP_TCPRST' ? option.reason : [],
  );
  return [...new Set(reasons)].sort((a, b) => a - b);
}

/** The handshake asks for MPTCP: a SYN of ours without it, that the server answered, is a connection gone on as plain TCP. */
function fellBack(stream: Stream): boolean | null {
  const { state } = negotiation(stream);
  return state === 'unknown' ? null : state !== 'mptcp';
}

const unseen: Keys = { client: null, server: null };

/** One endpoint's streams and log as one record. The first connection that was made speaks for the endpoint. */
export function toHandshake({ address, port, host, run, streams, joins }: WgetRaw, config: Config): HandshakeRecord {
  const stream = streams.find(isConnected) ?? null;
  const failure = stream === null ? failureOf(run) : null;
  const http_status = httpStatus(run.log);
  const fallback = stream === null ? null : fellBack(stream);
  const all = [...streams, ...joins].flatMap(said);
  const lab = new PrefixSet(config.lab_ranges);
  const subflows = joins.map((join) => ({ join, parent: parentOf(join, streams) }));
  const answers = subflows.map(({ join, parent }) => joinAnswer(join, parent));
  return {
    address,
    port,
    host,
    connected: stream !== null,
    http_status,
    http_status_missing: http_status === null ? failureOf(run) : null,
    ...connectionFields(stream, config.handshake.hold),
    fallback,
    fallback_missing: fallback === null ? (failure ?? 'no_data') : null,
    announced: mergeAnnounced([
      ...streams.flatMap((own) => announcements(said(own), keysOf(own), lab)),
      ...subflows.flatMap(({ join, parent }) =>
        announcements(said(join), parent === null ? unseen : keysAcross(parent), lab),
      ),
    ]),
    mp_join_sent: joins.length,
    mp_join_accepted: answers.filter((answer) => answer !== 'none').length,
    mp_join_verified: answers.filter((answer) => answer === 'verified').length,
    mp_fail_sent: saying([...streams, ...joins], 'MP_FAIL', 'client'),
    mp_fail_received: saying([...streams, ...joins], 'MP_FAIL', 'server'),
    mp_tcprst_reasons: resetReasons(all),
    failure,
  };
}
