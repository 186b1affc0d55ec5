import { KIND, tcpOptions } from '../mptcp/tcp-options.ts';
import { KeyRows } from './key-rows.ts';
import { shapesOf } from './key-shapes.ts';

/**
 * Keys over a whole run. A real key is drawn for one connection (RFC 8684, 3.1): it owes nothing to what we sent, and nothing to any
 * other key. Each relation below takes something off a key; what is left, its rest, is 64 random bits for a drawn key, and the same
 * bits again for a key that was made. Two SYNs whose answers leave the same rest are no chance: in a run with ten million keys that
 * happens once in some 30,000 runs.
 */

/** What a key can be compared with. Words are unsigned 32 bits. */
export interface KeyFact {
  /** The key in the reply. */
  key: bigint;
  /** The key in our SYN; null in v1. */
  sentKey: bigint | null;
  /** Our initial sequence number. */
  sequence: number | null;
  /** Our TSval, where the reply tells which it was. */
  timestamp: number | null;
  /** Other words that stand in our SYN or in the packet around the key, which no server draws a key from. */
  beside?: readonly number[];
}

interface Relation {
  name: string;
  rest: (fact: KeyFact) => bigint | null;
  /** Nothing left is proof by itself: the key is what we sent, and no constant of the box. */
  alone: boolean;
  /** Asked of the SYNs of one host, which a second opinion has: each takes a sort of all keys of a run. */
  perHost?: true;
}

const mask = (1n << 64n) - 1n;
const pair = (high: number, low: number) => (BigInt(high) << 32n) | BigInt(low);

function ofKeys(of: (key: bigint, sent: bigint) => bigint): Relation['rest'] {
  return ({ key, sentKey }) => (sentKey === null ? null : of(key, sentKey) & mask);
}

/** The byte order of the other kind of machine. */
function reversed(value: bigint): bigint {
  let turned = 0n;
  for (let rest = value & mask, at = 0; at < 8; at++, rest >>= 8n) turned = (turned << 8n) | (rest & 0xffn);
  return turned;
}

function ofSequence(of: (key: bigint, sequence: number) => bigint): Relation['rest'] {
  return ({ key, sequence }) => (sequence === null ? null : of(key, sequence) & mask);
}

function ofBoth(of: (key: bigint, sequence: number, timestamp: number) => bigint): Relation['rest'] {
  return ({ key, sequence, timestamp }) =>
    sequence === null || timestamp === null ? null : of(key, sequence, timestamp) & mask;
}

export const constant = 'constant';

export const relations: readonly Relation[] = [
  { name: constant, rest: ({ key }) => key, alone: false },
  { name: 'our_key_xor', rest: ofKeys((key, sent) => key ^ sent), alone: true },
  { name: 'our_key_plus', rest: ofKeys((key, sent) => key - sent), alone: true },
  { name: 'our_key_reversed_xor', rest: ofKeys((key, sent) => key ^ reversed(sent)), alone: true, perHost: true },
  { name: 'our_key_reversed_plus', rest: ofKeys((key, sent) => key - reversed(sent)), alone: true, perHost: true },
  {
    name: 'our_key_plus_reversed',
    rest: ofKeys((key, sent) => reversed(key) - reversed(sent)),
    alone: true,
    perHost: true,
  },
  { name: 'sequence_plus', rest: ofSequence((key, s) => key - BigInt(s)), alone: true },
  { name: 'sequence_high_plus', rest: ofSequence((key, s) => key - pair(s, 0)), alone: true },
  { name: 'sequence_twice_xor', rest: ofSequence((key, s) => key ^ pair(s, s)), alone: true },
  { name: 'sequence_high_xor', rest: ofSequence((key, s) => key ^ pair(s, 0)), alone: true },
  { name: 'sequence_low_xor', rest: ofSequence((key, s) => key ^ pair(0, s)), alone: true },
  { name: 'sequence_and_timestamp', rest: ofBoth((key, s, t) => key ^ pair(s, t)), alone: true },
  { name: 'timestamp_and_sequence', rest: ofBoth((key, s, t) => key ^ pair(t, s)), alone: true },
  { name: 'sequence_timestamp_sum', rest: ofBoth((key, s, t) => key - BigInt(s) - BigInt(t)), alone: true },
];

/** A rest as text, with its relation: what is counted over a run. */
export function traceOf(relation: Pick<Relation, 'name'>, rest: bigint): string {
  return `${relation.name} ${rest.toString(16)}`;
}

export interface Traces {
  /** Counted over a run: two SYNs with the same one are no chance. */
  shared: string[];
  /** Relations that this one key shows by itself. */
  alone: string[];
}

/** What a key leaves, by every relation; none for a zero key, which is a fault of its own. */
export function tracesOf(fact: KeyFact): Traces {
  const traces: Traces = { shared: [], alone: [] };
  if (fact.key === 0n) return traces;
  for (const relation of relations) {
    const rest = relation.rest(fact);
    if (rest === null) continue;
    if (rest !== 0n) traces.shared.push(traceOf(relation, rest));
    else if (relation.alone) traces.alone.push(relation.name);
  }
  traces.alone.push(...shapesOf(fact));
  return traces;
}

function timestampAt(area: Buffer, at: number): number | null {
  for (const { kind, bytes } of tcpOptions(area)) {
    if (kind === KIND.TIMESTAMPS && bytes.length === 10) return bytes.readUInt32BE(at) || null;
  }
  return null;
}

/** The TSecr of a reply, which is our TSval; null when it has none, or gave back zero. */
export const echoedTimestamp = (area: Buffer) => timestampAt(area, 6);

/** The TSval of a reply, by the same clock that its sender may take for random. */
export const ownTimestamp = (area: Buffer) => timestampAt(area, 2);

/** A name as 53 bits: only whether two names are equal is asked, and two different ones agree once in 10^15. */
function nameHash(name: string): number {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let at = 0; at < name.length; at++) {
    const code = name.charCodeAt(at);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 4294967296 * (2097151 & low) + (high >>> 0);
}

/** Traces that more than one SYN left, as sorted numbers by relation: 8 bytes for each. */
export class SharedTraces implements Iterable<string> {
  readonly #rests: ReadonlyMap<string, BigUint64Array>;

  constructor(rests: ReadonlyMap<string, BigUint64Array>) {
    this.#rests = rests;
  }

  /** @param trace as `traceOf` writes it */
  has(trace: string): boolean {
    const [relation = '', rest = ''] = trace.split(' ');
    const rests = this.#rests.get(relation);
    return rests !== undefined && placeOf(rests, BigInt(`0x${rest}`)) !== -1;
  }

  get size(): number {
    return [...this.#rests.values()].reduce((sum, rests) => sum + rests.length, 0);
  }

  *[Symbol.iterator](): Generator<string> {
    for (const [relation, rests] of this.#rests) for (const rest of rests) yield traceOf({ name: relation }, rest);
  }
}

/**
 * Counts traces over a run: give it every reply with a key, then ask which traces more than one SYN left. It holds 48 bytes for each
 * key received, and nothing for hosts without one; with a folder these go to disk past some number of keys, and 8 bytes are left.
 */
export class KeyTraces {
  readonly #rows: KeyRows;

  /** @param folder gives the folder for more keys than memory should hold; absent: all are held */
  constructor(folder?: () => string, mostHeld?: number) {
    this.#rows = new KeyRows(folder, mostHeld);
  }

  /** @param syn names the SYN: address, port, source port, acknowledgement number */
  add(syn: string, fact: KeyFact): void {
    if (fact.key !== 0n) this.#rows.add(fact, nameHash(syn));
  }

  /** Traces left by more than one SYN. */
  shared(): Set<string> {
    return new Set(this.related());
  }

  /** The same, for millions of them. */
  related(): SharedTraces {
    const found = new Map<string, BigUint64Array>();
    for (const relation of this.#rows.count < 2 ? [] : relations.filter(({ perHost }) => perHost !== true)) {
      const twice = this.#repeatedRests(relation);
      if (twice.length > 0) found.set(relation.name, this.#ofTwoSyns(relation, twice));
    }
    return new SharedTraces(found);
  }

  /** Lets go of what is on disk. */
  close(): void {
    this.#rows.close();
  }

  #repeatedRests(relation: Relation): BigUint64Array {
    const rests = new BigUint64Array(this.#rows.count);
    let at = 0;
    for (const { fact } of this.#rows) rests[at++] = relation.rest(fact) ?? 0n;
    return repeated(rests.sort());
  }

  /** A SYN that was answered twice leaves its trace twice, which shows nothing. */
  #ofTwoSyns(relation: Relation, twice: BigUint64Array): BigUint64Array {
    const first = new Float64Array(twice.length).fill(Number.NaN);
    const two = new Uint8Array(twice.length);
    for (const { fact, syn } of this.#rows) {
      const place = placeOf(twice, relation.rest(fact) ?? 0n);
      if (place === -1) continue;
      const before = first[place] ?? Number.NaN;
      if (Number.isNaN(before)) first[place] = syn;
      else if (before !== syn) two[place] = 1;
    }
    return twice.filter((_, place) => two[place] === 1);
  }
}

/** Values that occur more than once in a sorted list, once each; except zero, which means that there is nothing to compare. */
function repeated(sorted: BigUint64Array): BigUint64Array {
  return sorted.filter((value, at) => value !== 0n && value === sorted[at - 1] && value !== sorted[at - 2]);
}

/** Index of a value in a sorted list; -1: absent. */
function placeOf(sorted: BigUint64Array, value: bigint): number {
  let [from, to] = [0, sorted.length - 1];
  while (from <= to) {
    const middle = (from + to) >> 1;
    const there = sorted[middle] ?? 0n;
    if (there === value) return middle;
    if (there < value) from = middle + 1;
    else to = middle - 1;
  }
  return -1;
}
