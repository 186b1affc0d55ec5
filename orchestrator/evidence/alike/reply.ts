import { type HexOption, hexOptions, hexSubtype } from '../../mptcp/hex-options.ts';
import { MP_CAPABLE, MP_JOIN } from '../../mptcp/option.ts';
import { KIND } from '../../mptcp/tcp-options.ts';
import type { ScanEvidence } from '../answers.ts';
import { moduleWindow, zmapIpId } from '../signs.ts';

/** Digits of an option in hex: where its value begins, and the end of the 8 bytes there. */
const [valueAt, valueEnd] = [8, 24];
const zeroKey = '0'.repeat(valueEnd - valueAt);

/** A reply with its options walked. */
export interface Walked {
  scan: ScanEvidence;
  /** Of the option area. */
  options: HexOption[];
  /** Of kind 30. */
  mptcp: readonly string[];
  /** What of our option is drawn anew for each SYN, and came back: a key, or token and random number; null: nothing is. */
  secret: string | null;
}

function isWholeOption(hex: string): boolean {
  const [option, ...others] = hexOptions(hex);
  return option?.kind === KIND.MPTCP && option.fault === null && others.length === 0;
}

/** The options of kind 30, where no two fields say something else, and every option is whole. */
function mptcpOf({ tcp_options, options_mptcp }: ScanEvidence, options: readonly HexOption[]): string[] | null {
  if (tcp_options === null) return options_mptcp.every(isWholeOption) ? options_mptcp : null;
  if (options.some(({ fault }) => fault !== null)) return null;
  const mptcp = options.filter(({ kind }) => kind === KIND.MPTCP).map(({ hex }) => hex);
  const same = mptcp.length === options_mptcp.length && mptcp.every((hex, at) => hex === options_mptcp[at]);
  return same ? mptcp : null;
}

/** The key that we sent, where it stands in our option as it should; undefined where it does not. */
function keySent({ probe, sent_key, sent_option }: ScanEvidence): string | null | undefined {
  if (sent_key === null) return null;
  const stands =
    sent_key.length === zeroKey.length &&
    probe !== 'join' &&
    sent_option !== null &&
    hexSubtype(sent_option) === MP_CAPABLE &&
    sent_option.slice(valueAt, valueEnd) === sent_key;
  return stands ? sent_key : undefined;
}

const isJoin = (option: string) => hexSubtype(option) === MP_JOIN;

/**
 * Whether this option has no bytes but ours, or none that a rule holds against a key. One of another subtype with more than its beginning is
 * no mirror's: it may hold what was drawn for another SYN of the host.
 */
function isOursOrBare(option: string, key: string | null): boolean {
  if (option.length <= valueAt || isJoin(option)) return true;
  if (hexSubtype(option) !== MP_CAPABLE) return false;
  if (option.length < valueEnd) return key === null;
  const returned = option.slice(valueAt, valueEnd);
  return key === null ? returned === zeroKey : returned === key;
}

/** A reply to an unnumbered SYN is sorted by the word of its probe, others by their numbers; a zero key that we sent makes one of every zero key returned. */
const isOdd = ({ probe, sent_key }: ScanEvidence) => /^\d/.test(probe) || sent_key === zeroKey;

/** Walks a reply; null where anything in it is compared with more than the packet that it answers. */
export function walked(scan: ScanEvidence): Walked | null {
  const options = scan.tcp_options === null ? [] : hexOptions(scan.tcp_options);
  const mptcp = mptcpOf(scan, options);
  if (mptcp === null || isOdd(scan)) return null;
  if (mptcp.length === 0) return { scan, options, mptcp, secret: null };
  const key = keySent(scan);
  if (key === undefined || !mptcp.every((option) => isOursOrBare(option, key))) return null;
  if (!mptcp.some(isJoin)) return { scan, options, mptcp, secret: key };
  const { sent_option: sent } = scan;
  const isReturned = key === null && sent?.length === valueEnd && mptcp.every((option) => option === sent);
  return isReturned ? { scan, options, mptcp, secret: sent.slice(valueAt, valueEnd) } : null;
}

const [noTime, ourTime, otherTime, otherReply] = ['00000000', '00000001', '00000002', '00000003'];
/** Kind and length of the timestamp option (RFC 7323). */
const timestamps = '080a';
const [timeAt, replyAt, timesEnd] = [4, 12, 20];
/** What stands for options that no rule reads: SACK permitted. */
const unread = '0402';
/** What stands for the canary, whose bytes are held against themselves alone. */
const canary = 'fd02';

/** The times of a reply: whether there are any, and whether ours came back as its own. */
function timesLike(hex: string, sentTime: string | null): string {
  const [value, reply] = [hex.slice(timeAt, replyAt), hex.slice(replyAt)];
  const valueLike = value === noTime ? noTime : value === sentTime ? ourTime : otherTime;
  return timestamps + valueLike + (reply === noTime ? noTime : otherReply);
}

function areaLike({ scan, options }: Walked, optionLike: (hex: string) => string): string {
  let [area, last] = ['', ''];
  for (const { kind, hex } of options) {
    if (kind <= KIND.NOP) continue;
    const before = last;
    if (kind === KIND.MPTCP) last = optionLike(hex);
    else if (kind === KIND.CANARY) last = canary;
    else if (kind === KIND.TIMESTAMPS && hex.length === timesEnd) last = timesLike(hex, scan.sent_tsval);
    else last = unread;
    if (last !== unread || before !== unread) area += last;
  }
  return area;
}

/** Rules ask of this number only whether it is one of `known`: one small number stands for all others, so that such hosts are alike. */
function numberLike(value: number | null, known: readonly (number | null)[]): number | null {
  if (value === null || known.includes(value)) return value;
  return [1, 2, 3, 4].find((other) => !known.includes(other)) ?? value;
}

/** The faults that a reply is judged by beside its bytes. */
const readFaults = ['canary_returned', 'truncated'];

/** What stands for the numbers, times and drawn bytes of a reply: what these are among those of its host. */
export type Places = Pick<ScanEvidence, 'source_port' | 'ack' | 'seq' | 'received_at'> & { secret: string | null };

/** The reply that stands for all that are judged as this one. Both are written out: what is put together from others takes ten times as long. */
export function replyLike(reply: Walked, places: Places): ScanEvidence {
  return reply.mptcp.length === 0 ? bareLike(reply, places) : offerLike(reply, places);
}

function faultsLike({ faults }: ScanEvidence): string[] {
  return faults.length === 0 ? faults : readFaults.filter((fault) => faults.includes(fault));
}

/** Without an option of kind 30 what we sent, and what stood around it, is held against nothing. */
function bareLike({ scan, options }: Walked, places: Places): ScanEvidence {
  return {
    probe: scan.probe,
    source_port: places.source_port,
    seq: places.seq,
    ack: places.ack,
    classification: scan.classification,
    sent_version: scan.sent_version,
    sent_key: null,
    sent_option: null,
    sent_seq: null,
    sent_tsval: null,
    sent_window: null,
    sent_ip_id: null,
    sent_options_order: null,
    options_mptcp: [],
    tcp_options: options.some(({ kind }) => kind === KIND.CANARY) ? canary : null,
    options_order: null,
    window: null,
    ip_id: null,
    faults: faultsLike(scan),
    received_at: places.received_at,
  };
}

function offerLike(reply: Walked, places: Places): ScanEvidence {
  const { scan, mptcp, secret } = reply;
  const optionLike = (hex: string) =>
    secret === null || places.secret === null || hex.slice(valueAt, valueEnd) !== secret
      ? hex
      : hex.slice(0, valueAt) + places.secret + hex.slice(valueEnd);
  return {
    probe: scan.probe,
    source_port: places.source_port,
    seq: places.seq,
    ack: places.ack,
    classification: scan.classification,
    sent_version: scan.sent_version,
    sent_key: scan.sent_key === null ? null : places.secret,
    sent_option: scan.sent_option === null ? null : optionLike(scan.sent_option),
    sent_seq: null,
    sent_tsval: scan.sent_tsval === null ? null : ourTime,
    sent_window: scan.sent_window,
    sent_ip_id: scan.sent_ip_id,
    sent_options_order: scan.sent_options_order,
    options_mptcp: mptcp.map(optionLike),
    tcp_options: scan.tcp_options === null ? null : areaLike(reply, optionLike),
    options_order: scan.options_order,
    window: numberLike(scan.window, [0, scan.sent_window, moduleWindow]),
    ip_id: numberLike(scan.ip_id, [0, scan.sent_ip_id, zmapIpId]),
    faults: faultsLike(scan),
    received_at: places.received_at,
  };
}
