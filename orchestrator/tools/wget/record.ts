import type { z } from 'zod';
import { PrefixSet } from '../../address/prefix-set.ts';
import { scopeOf } from '../../address/scope.ts';
import type { Config } from '../../config/config.ts';
import {
  answeredSyn,
  endOf,
  fellBack,
  isConnected,
  joinAnswer,
  joinToken,
  type Keys,
  keysOf,
  rawOptions,
  type Said,
  said,
  synack,
} from '../../connection/stream.ts';
import { addAddrHmacForm, token } from '../../mptcp/keys.ts';
import { MP_CAPABLE, subtypeOf } from '../../mptcp/option.ts';
import type { Missing } from '../../schemas/lists.ts';
import type { Announcement, HandshakeRecord } from '../../schemas/records/handshake.ts';
import type { WgetRaw, WgetRun, WgetStream } from './raw.ts';

type Announced = z.infer<typeof Announcement>;

/** What an ADD_ADDR of the server says. Our own kernel's are echoes; an echo of the server answers an address of ours. */
function announcements(all: Said[], keys: Keys, lab: PrefixSet): Announced[] {
  return all.flatMap(({ packet, option }) => {
    if (packet.from_us || option.subtype !== 'ADD_ADDR' || option.echo) return [];
    const { address_id, address, port, hmac } = option;
    const { ours, theirs } = keys;
    const known = ours !== null && theirs !== null && hmac !== null;
    const hmac_form = known ? addAddrHmacForm(theirs, ours, { address_id, address, port }, hmac) : null;
    const state = hmac === null ? 'absent' : hmac_form === null ? 'invalid' : 'valid';
    return [{ address_id, address, port, scope: scopeOf(address, lab), hmac: state, hmac_form, count: 1 }];
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
function connectionFields(stream: WgetStream | null, hold: number) {
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
  const bytes = Buffer.from(synack_option ?? '', 'hex');
  const keys = keysOf(stream);
  const held_ms = Math.floor(endOf(stream) / 1000);
  return {
    syn_option: syn === null ? null : rawOptions(syn),
    version: subtypeOf(bytes) === MP_CAPABLE ? bytes.readUInt8(2) & 0x0f : null,
    synack_option,
    sender_key: keys.ours,
    receiver_key: keys.theirs,
    mptcp_data: all.some(({ packet, option }) => !packet.from_us && option.subtype === 'DSS'),
    held_ms,
    hold_held: held_ms >= 1000 * hold,
  };
}

/** Connections and subflows in which one side said it. */
const saying = (streams: WgetStream[], subtype: string, fromUs: boolean) =>
  streams.filter((stream) =>
    said(stream).some(({ packet, option }) => option.subtype === subtype && packet.from_us === fromUs),
  ).length;

function resetReasons(all: Said[]): number[] {
  const reasons = all.flatMap(({ packet, option }) =>
    !packet.from_us && option.subtype === 'MP_TCPRST' ? option.reason : [],
  );
  return [...new Set(reasons)].sort((a, b) => a - b);
}

/** The keys of the connection that a subflow joins. */
function keysJoined(join: WgetStream, streams: WgetStream[]): Keys {
  const keys = streams.map(keysOf).find(({ theirs }) => theirs !== null && token(theirs, 1) === joinToken(join));
  return keys ?? { ours: null, theirs: null };
}

/** One endpoint's streams and log as one record. The first connection that was made speaks for the endpoint. */
export function toHandshake({ address, port, host, run, streams, joins }: WgetRaw, config: Config): HandshakeRecord {
  const stream = streams.find(isConnected) ?? null;
  const failure = stream === null ? failureOf(run) : null;
  const http_status = httpStatus(run.log);
  const fallback = stream === null ? null : fellBack(stream, said(stream));
  const all = [...streams, ...joins].flatMap(said);
  const lab = new PrefixSet(config.lab_ranges);
  const subflows = joins.map((join) => ({ join, keys: keysJoined(join, streams) }));
  const answers = subflows.map(({ join, keys }) => joinAnswer(join, keys));
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
      ...subflows.flatMap(({ join, keys }) => announcements(said(join), keys, lab)),
    ]),
    mp_join_sent: joins.length,
    mp_join_accepted: answers.filter((answer) => answer !== 'none').length,
    mp_join_verified: answers.filter((answer) => answer === 'verified').length,
    mp_fail_sent: saying([...streams, ...joins], 'MP_FAIL', true),
    mp_fail_received: saying([...streams, ...joins], 'MP_FAIL', false),
    mp_tcprst_reasons: resetReasons(all),
    failure,
  };
}
