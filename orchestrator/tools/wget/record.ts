import { PrefixSet } from '../../address/prefix-set.ts';
import { scopeOf } from '../../address/scope.ts';
import type { Config } from '../../config/config.ts';
import { type Way, wayOf } from '../../config/sections/handshake.ts';
import { negotiation } from '../../connection/fallback.ts';
import { checkHmac } from '../../connection/observe.ts';
import { hasOwnDss } from '../../connection/own-dss.ts';
import { hasTimestamps, rawOptions } from '../../connection/packet.ts';
import { joining, type Part, resetReasons, resetting, saying } from '../../connection/senders.ts';
import {
  answeredSyn,
  endOf,
  isConnected,
  type Keys,
  keysOf,
  type Said,
  said,
  synack,
  versionOf,
} from '../../connection/stream.ts';
import type { Stream } from '../../connection/streams.ts';
import { joinAnswer, keysAcross, parentOf } from '../../connection/subflow.ts';
import type { ConnectionName, Missing } from '../../schemas/lists.ts';
import type { HandshakeRecord } from '../../schemas/records/handshake.ts';
import { failureOfHold, heldFields, noPageOfHold, silentMs } from './held.ts';
import { joinedFields, type Unjoined } from './joined.ts';
import type { WgetRaw, WgetRun } from './raw.ts';

/** What an ADD_ADDR of the server says. Our own kernel's are echoes; an echo of the server answers an address of ours. */
function announcements(all: Said[], keys: Keys, lab: PrefixSet, name: ConnectionName): Unjoined[] {
  return all.flatMap(({ by, option }) => {
    if (by !== 'server' || option.subtype !== 'ADD_ADDR' || option.echo) return [];
    const { address_id, address, port } = option;
    const { hmac, hmac_form } = checkHmac(option, by, keys);
    return [{ address_id, address, port, scope: scopeOf(address, lab), hmac, hmac_form, count: 1, seen_on: [name] }];
  });
}

/** One entry per address announced; a valid HMAC outweighs others for the same address. */
function mergeAnnounced(list: Unjoined[]): Unjoined[] {
  const merged = new Map<string, Unjoined>();
  for (const one of list) {
    const name = `${one.address_id} ${one.address} ${one.port}`;
    const known = merged.get(name);
    const better = known === undefined || (known.hmac !== 'valid' && one.hmac === 'valid') ? one : known;
    const seen_on = [...new Set([...(known?.seen_on ?? []), ...one.seen_on])].sort();
    merged.set(name, { ...better, count: (known?.count ?? 0) + 1, seen_on });
  }
  const order = (a: Unjoined, b: Unjoined) =>
    a.address_id - b.address_id || (a.address < b.address ? -1 : 1) || (a.port ?? 0) - (b.port ?? 0);
  return [...merged.values()].sort(order);
}

const words: [pattern: RegExp, failure: Missing][] = [
  [/failed: Connection refused|failed: Connection reset/, 'refused'],
  [/failed: Connection timed out/, 'timeout'],
  [/failed: (No route to host|Network is unreachable|Host is unreachable|Permission denied)/, 'unreachable'],
  [/failed: /, 'no_data'],
];

/** wget's messages for why there is no connection, or no answer on it. */
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
function connectionFields(stream: Stream | null) {
  if (stream === null)
    return {
      syn_option: null,
      syn_timestamps: null,
      version: null,
      synack_option: null,
      sender_key: null,
      receiver_key: null,
    };
  const syn = answeredSyn(stream);
  const answer = synack(stream);
  const keys = keysOf(stream);
  return {
    syn_option: syn === null ? null : rawOptions(syn),
    syn_timestamps: syn === null ? null : hasTimestamps(syn),
    version: versionOf(stream),
    synack_option: answer === null ? null : rawOptions(answer),
    sender_key: keys.client,
    receiver_key: keys.server,
  };
}

/**
 * Over all connections that were made: one that fell back outweighs one that did not, since a claim of MPTCP must hold for both. A SYN of
 * ours that left without the option is this machine's doing, and says nothing of the path.
 */
function fallbackFields(made: NamedStream[], failure: Missing | null) {
  const states = made.map(({ stream, name }) => ({ name, ...negotiation(stream) }));
  const fell = states.filter(({ state }) => state === 'fell_back');
  const fallback = fell.length > 0 ? true : states.some(({ state }) => state === 'mptcp') ? false : null;
  const notAsked = states.length > 0 && states.every(({ state }) => state === 'not_offered');
  return {
    fallback,
    fallback_missing:
      fallback === null ? (failure ?? (notAsked ? ('not_asked' as const) : ('no_data' as const))) : null,
    fallback_on: [...new Set(fell.map(({ name }) => name))].sort(),
  };
}

/** How long the connection that was to be held was: by its packets, else by its program. */
function holdFields({ hold }: WgetRaw, stream: Stream | null, seconds: number) {
  const held_ms = stream === null ? (hold ? silentMs(hold) : null) : Math.floor(endOf(stream) / 1000);
  return { held_ms, hold_held: held_ms === null ? null : held_ms >= 1000 * seconds };
}

/** The answer on the connection that requested the page. */
function statusFields({ run, hold }: WgetRaw, way: Way) {
  if (run !== null) {
    const http_status = httpStatus(run.log);
    return {
      http_status,
      http_status_missing: http_status === null ? failureOf(run) : null,
      http_status_on: 'page' as const,
    };
  }
  if (!hold) return { http_status: null, http_status_missing: 'not_measured' as const, http_status_on: null };
  const missing = failureOfHold(hold);
  if (way !== 'https')
    return { http_status: null, http_status_missing: missing ?? 'not_applicable', http_status_on: null };
  const http_status_missing = hold.status === null ? noPageOfHold(hold) : null;
  return { http_status: hold.status, http_status_missing, http_status_on: 'held' as const };
}

/** What each side did on connections and subflows. */
function senderFields(connections: Part[], subflows: Part[]) {
  const all = [...connections, ...subflows];
  return {
    mp_fail_sent: saying(all, 'MP_FAIL', 'opener'),
    mp_fail_received: saying(all, 'MP_FAIL', 'other'),
    mp_join_received: joining(subflows, 'other'),
    mp_fastclose_sent: saying(all, 'MP_FASTCLOSE', 'opener'),
    mp_fastclose_received: saying(all, 'MP_FASTCLOSE', 'other'),
    rst_sent: resetting(all, 'opener'),
    rst_received: resetting(all, 'other'),
    mp_tcprst_reasons: resetReasons(all, 'other'),
    mp_tcprst_sent_reasons: resetReasons(all, 'opener'),
  };
}

const unseen: Keys = { client: null, server: null };

/** One of our connections to an endpoint. */
interface NamedStream {
  name: ConnectionName;
  stream: Stream;
}

/** The connection whose handshake is reported: the first established one that asked for MPTCP, else the first established one. */
function speaker(made: NamedStream[]): Stream | null {
  const asked = made.find(({ stream }) => negotiation(stream).state !== 'not_offered');
  return (asked ?? made[0])?.stream ?? null;
}

/** One endpoint's streams and what its programs said, as one record. */
export function toHandshake(raw: WgetRaw, config: Config): HandshakeRecord {
  const { address, port, host, run, hold, held = [], streams: pages, joins } = raw;
  const streams = [...held, ...pages];
  const named = (one: Stream | undefined): ConnectionName =>
    one !== undefined && held.includes(one) ? 'held' : 'page';
  const made = streams.filter(isConnected).map((one) => ({ name: named(one), stream: one }));
  const stream = speaker(made);
  const failure = stream !== null ? null : hold ? (failureOfHold(hold) ?? 'no_data') : run ? failureOf(run) : 'no_data';
  const lab = new PrefixSet(config.lab_ranges);
  const subflows = joins.map((join) => ({ stream: join, parent: parentOf(join, streams) }));
  const parts = subflows.map(({ stream: join, parent }) => ({ stream: join, reversed: parent?.reversed === true }));
  const ours = subflows.filter(({ parent }) => parent?.reversed !== true);
  const answers = ours.map(({ stream: join, parent }) => joinAnswer(join, parent));
  const toHold = (hold ? held : pages).find(isConnected) ?? null;
  return {
    address,
    port,
    host,
    connected: stream !== null,
    ...statusFields(raw, wayOf(port, config.handshake)),
    ...connectionFields(stream),
    mptcp_data: made.length === 0 ? null : made.some((one) => hasOwnDss(one.stream)),
    ...fallbackFields(made, failure),
    announced: mergeAnnounced([
      ...streams.flatMap((own) => announcements(said(own), keysOf(own), lab, named(own))),
      ...subflows.flatMap(({ stream: join, parent }) => {
        // On a subflow that the server opened, it is the client.
        if (parent?.reversed === true) return [];
        return announcements(said(join), parent === null ? unseen : keysAcross(parent), lab, named(parent?.stream));
      }),
    ]).map((one) => ({ ...one, ...joinedFields(one, raw) })),
    mp_join_sent: joining(parts, 'opener'),
    mp_join_accepted: answers.filter((answer) => answer !== 'none').length,
    mp_join_verified: answers.filter((answer) => answer === 'verified').length,
    ...senderFields(
      streams.map((own) => ({ stream: own, reversed: false })),
      parts,
    ),
    ...holdFields(raw, toHold, config.handshake.hold),
    held: hold ? heldFields(hold) : null,
    failure,
  };
}
