import { MP_CAPABLE, MP_FASTCLOSE, MP_JOIN, MP_TCPRST, subtypeOf } from '../mptcp/option.ts';
import { KIND, tcpOptions } from '../mptcp/tcp-options.ts';
import type { Classification } from '../schemas/lists.ts';

/**
 * What one TCP reply shows, from its option bytes and what was sent: the same words and the same order of rules as
 * zmap-module/classify.c; test/vectors holds both together.
 */

/** What can be wrong with a reply, in the order in which it is listed. */
export const faultNames = [
  'length_below_two',
  'past_end',
  'truncated',
  'duplicate_option',
  'unexpected_length',
  'flag_b',
  'no_crypto_flag',
  'unexpected_version',
  'unsolicited_option',
  'option_echoed',
  'key_echoed',
  'key_byte_swapped',
  'key_truncated',
  'key_derived',
  'key_zero',
  'token_returned',
  'canary_returned',
] as const;
export type Fault = (typeof faultNames)[number];

/** The option area cannot be read to its end as it is. */
export const brokenWalk: readonly Fault[] = ['length_below_two', 'past_end', 'truncated', 'duplicate_option'];
const ofAMirror: Fault[] = [
  'option_echoed',
  'key_echoed',
  'key_byte_swapped',
  'key_truncated',
  'key_derived',
  'key_zero',
  'token_returned',
  'canary_returned',
];
/** What an MP_CAPABLE must not have, nor any MPTCP option its length (RFC 8684, 3.1). */
export const offFormat: readonly Fault[] = ['unexpected_length', 'flag_b', 'no_crypto_flag', 'unsolicited_option'];

/** Bytes in hex; null where nothing of the kind was sent. */
export interface Sent {
  probe: string;
  version: number | null;
  option: string | null;
  key: string | null;
  /** Our option of the unknown kind. */
  canary: string | null;
}

/** `area`: the TCP option area as far as it was captured; `truncated`: the header states more than that. */
export interface Reply {
  rst: boolean;
  area: Buffer;
  truncated: boolean;
}

export interface Shown {
  classification: Classification;
  faults: Fault[];
  /** The option of kind 30 that was judged, as captured. */
  option: Buffer | null;
  /** The length it states; null when that byte was not captured. */
  length: number | null;
  version: number | null;
  flags: number | null;
  key: string | null;
}

/** Flags of MP_CAPABLE (RFC 8684, 3.1). */
const FLAG_B = 0x40;
const FLAG_H = 0x01;
const SYN_V1_BYTES = 4;
const KEY_AT = 4;
const KEY_BYTES = 8;
/** Fewer leading bytes than this may agree by chance. */
const TRUNCATION_MIN = 2;
/**
 * So many bytes in a row stand at one of 5 places of our key and at one of 5 of theirs, as they are or as their
 * complement: 50 of 2^32 keys of a genuine server do so by chance.
 */
const RUN_MIN = 4;

/**
 * The one length that an option has in such a packet, by subtype (RFC 8684, 3.1, 3.2, 3.5 and 3.6); subtypes that have
 * none, or no business there, are left out.
 */
const lengthsDue: Record<'synack' | 'rst', Partial<Record<number, number>>> = {
  synack: { [MP_CAPABLE]: 12, [MP_JOIN]: 16 },
  rst: { [MP_FASTCLOSE]: 12, [MP_TCPRST]: 4 },
};

interface Reading extends Omit<Shown, 'classification' | 'faults'> {
  subtype: number | null;
  faults: Set<Fault>;
}

function readOption(option: Buffer): Omit<Reading, 'faults'> {
  const subtype = subtypeOf(option);
  const capable = subtype === MP_CAPABLE;
  return {
    option,
    subtype,
    length: option.length > 1 ? option.readUInt8(1) : null,
    version: capable ? option.readUInt8(2) & 0x0f : null,
    flags: capable && option.length > 3 ? option.readUInt8(3) : null,
    key: capable && option.length >= KEY_AT + KEY_BYTES ? option.toString('hex', KEY_AT, KEY_AT + KEY_BYTES) : null,
  };
}

/** Our own option has the length of a SYN's, and is an echo instead. */
function lengthUnexpected(sent: Sent, rst: boolean, { option, subtype, length }: Omit<Reading, 'faults'>): boolean {
  if (subtype === null) return true;
  const due = lengthsDue[rst ? 'rst' : 'synack'][subtype];
  return due !== undefined && length !== due && option?.toString('hex') !== sent.option;
}

/** Walks the options. The first of kind 30 is the one shown; an MP_CAPABLE behind another subtype is the one judged. */
function walkOptions(sent: Sent, reply: Reply): Reading {
  const faults = new Set<Fault>(reply.truncated ? ['truncated'] : []);
  const seen = new Set<number>();
  let shown: Omit<Reading, 'faults'> | null = null;
  for (const { kind, bytes, fault } of tcpOptions(reply.area)) {
    if (fault !== null) faults.add(fault);
    if (sent.canary !== null && bytes.toString('hex') === sent.canary) faults.add('canary_returned');
    if (kind !== KIND.MPTCP) continue;
    const read = readOption(bytes);
    if (lengthUnexpected(sent, reply.rst, read)) faults.add('unexpected_length');
    if (read.subtype !== null && seen.has(read.subtype)) faults.add('duplicate_option');
    if (read.subtype !== null) seen.add(read.subtype);
    if (shown === null || (shown.subtype !== MP_CAPABLE && read.subtype === MP_CAPABLE)) shown = read;
  }
  const none = { option: null, subtype: null, length: null, version: null, flags: null, key: null };
  return { ...(shown ?? none), faults };
}

/** The bytes of our key in any order: a drawn key has them so 40,320 times in 2^64. */
function isReordered(ours: Buffer, theirs: Buffer): boolean {
  return theirs.length === KEY_BYTES && Buffer.from(theirs).sort().equals(Buffer.from(ours).sort());
}

/** True when a run of our key stands anywhere in `theirs`. */
function hasRun(ours: Buffer, theirs: Buffer): boolean {
  for (let from = 0; from + RUN_MIN <= KEY_BYTES; from++) {
    if (theirs.includes(ours.subarray(from, from + RUN_MIN))) return true;
  }
  return false;
}

/** What was done to our key; `theirs` are the bytes behind the flags, at least one. */
function keyFault(ours: Buffer, theirs: Buffer): Fault | null {
  let agreed = 0;
  while (agreed < theirs.length && theirs[agreed] === ours[agreed]) agreed++;
  if (agreed === KEY_BYTES) return 'key_echoed';
  if (agreed >= TRUNCATION_MIN && theirs.subarray(agreed).every((byte) => byte === 0)) return 'key_truncated';
  if (isReordered(ours, theirs)) return 'key_byte_swapped';
  const complement = Buffer.from(ours.map((byte) => byte ^ 0xff));
  if (hasRun(ours, theirs) || hasRun(complement, theirs)) return 'key_derived';
  return isReordered(complement, theirs) ? 'key_byte_swapped' : null;
}

/** A SYN/ACK carries an HMAC where our token was (RFC 8684, 3.2): the token there is an echo. */
function tokenReturned(sent: Sent, option: Buffer): boolean {
  return sent.probe === 'join' && sent.option !== null && option.toString('hex', 4, 8) === sent.option.slice(8, 16);
}

function noteEcho(sent: Sent, { option, subtype, key, faults }: Reading): void {
  if (option === null) return;
  if (sent.option !== null && option.toString('hex') === sent.option) faults.add('option_echoed');
  if (tokenReturned(sent, option)) faults.add('token_returned');
  if (subtype !== MP_CAPABLE) return;
  if (sent.key !== null && option.length > KEY_AT) {
    const fault = keyFault(Buffer.from(sent.key, 'hex'), option.subarray(KEY_AT, KEY_AT + KEY_BYTES));
    if (fault !== null) faults.add(fault);
  }
  if (key !== null && /^0+$/.test(key)) faults.add('key_zero');
}

function noteCapable(sent: Sent, { version, flags, faults }: Reading): void {
  const grease = sent.probe === 'grease';
  const expected = grease ? version === 1 || faults.has('option_echoed') : version === sent.version;
  if (sent.version !== null && !expected) faults.add('unexpected_version');
  if (flags === null) return;
  if ((flags & FLAG_B) !== 0) faults.add('flag_b');
  if ((flags & FLAG_H) === 0) faults.add('no_crypto_flag');
}

/** v1 sends four bytes and is due twelve: four of the version sent are ours. Nobody speaks the grease version, so it is copied. */
function mirrorShaped(sent: Sent, { version, length }: Reading): boolean {
  if (sent.version === null || sent.version === 0 || version !== sent.version) return false;
  return length === SYN_V1_BYTES || sent.probe === 'grease';
}

/** The order is the rule: a broken walk hides what follows it; an echo explains every oddity after it. */
function judgeSynack(sent: Sent, reading: Reading): Classification {
  const { option, subtype, version, faults } = reading;
  const any = (list: readonly Fault[]) => list.some((fault) => faults.has(fault));
  noteEcho(sent, reading);
  if (subtype === MP_CAPABLE) noteCapable(sent, reading);
  if (any(brokenWalk)) return 'malformed';
  if (any(ofAMirror)) return 'echoed';
  if (option === null) return 'synack_no_option';
  if (subtype === null) return 'malformed';
  if (subtype !== MP_CAPABLE) return 'other_subtype';
  if (mirrorShaped(sent, reading)) return 'echoed';
  if (any(offFormat)) return 'malformed';
  return version === sent.version ? 'mp_capable' : 'version_mismatch';
}

function judgeRst({ subtype, length, faults }: Reading): Classification {
  const whole = subtype === MP_TCPRST && length === 4 && !brokenWalk.some((fault) => faults.has(fault));
  return whole ? 'mp_tcprst' : 'rst';
}

function unsolicited(sent: Sent, { option, subtype }: Reading): boolean {
  return subtype === MP_CAPABLE ? sent.version === null : option !== null && sent.option === null;
}

/** Judges a SYN/ACK or RST to what was sent. */
export function classify(sent: Sent, reply: Reply): Shown {
  const reading = walkOptions(sent, reply);
  if (unsolicited(sent, reading)) reading.faults.add('unsolicited_option');
  const classification = reply.rst ? judgeRst(reading) : judgeSynack(sent, reading);
  const { option, length, version, flags, key, faults } = reading;
  return { classification, faults: faultNames.filter((name) => faults.has(name)), option, length, version, flags, key };
}
