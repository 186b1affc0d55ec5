import { KIND, tcpOptions } from '../mptcp/tcp-options.ts';
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
}

interface Relation {
  name: string;
  rest: (fact: KeyFact) => bigint | null;
  /** Nothing left is proof by itself: the key is what we sent, and no constant of the box. */
  alone: boolean;
}

const mask = (1n << 64n) - 1n;
const pair = (high: number, low: number) => (BigInt(high) << 32n) | BigInt(low);

function ofKeys(of: (key: bigint, sent: bigint) => bigint): Relation['rest'] {
  return ({ key, sentKey }) => (sentKey === null ? null : of(key, sentKey) & mask);
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
export function traceOf(relation: Relation, rest: bigint): string {
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

/** The TSecr of a reply, which is our TSval; null when it has none, or gave back zero. */
export function echoedTimestamp(area: Buffer): number | null {
  for (const { kind, bytes } of tcpOptions(area)) {
    if (kind === KIND.TIMESTAMPS && bytes.length === 10) return bytes.readUInt32BE(6) || null;
  }
  return null;
}

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

const noWord = -1;

/**
 * Counts traces over a run: give it every reply with a key, then ask which traces more than one SYN left. It holds 48 bytes for each
 * key received, and nothing for hosts without one.
 */
export class KeyTraces {
  #count = 0;
  #keys = new BigUint64Array(64);
  #sentKeys = new BigUint64Array(64);
  /** Whether there is a sent key, sequence number, timestamp, name of the SYN. */
  #numbers = new Float64Array(4 * 64);

  /** @param syn names the SYN: address, port, source port, acknowledgement number */
  add(syn: string, fact: KeyFact): void {
    if (fact.key === 0n) return;
    if (this.#count === this.#keys.length) this.#grow();
    const at = this.#count++;
    this.#keys[at] = fact.key;
    this.#sentKeys[at] = fact.sentKey ?? 0n;
    const numbers = [Number(fact.sentKey !== null), fact.sequence ?? noWord, fact.timestamp ?? noWord, nameHash(syn)];
    this.#numbers.set(numbers, 4 * at);
  }

  #grow(): void {
    const room = 2 * this.#count;
    const keys = new BigUint64Array(room);
    const sentKeys = new BigUint64Array(room);
    const numbers = new Float64Array(4 * room);
    keys.set(this.#keys);
    sentKeys.set(this.#sentKeys);
    numbers.set(this.#numbers);
    [this.#keys, this.#sentKeys, this.#numbers] = [keys, sentKeys, numbers];
  }

  #fact(at: number): KeyFact {
    const [hasSent, sequence = noWord, timestamp = noWord] = this.#numbers.subarray(4 * at, 4 * at + 3);
    return {
      key: this.#keys[at] ?? 0n,
      sentKey: hasSent === 1 ? (this.#sentKeys[at] ?? 0n) : null,
      sequence: sequence === noWord ? null : sequence,
      timestamp: timestamp === noWord ? null : timestamp,
    };
  }

  /** Traces left by more than one SYN. */
  shared(): Set<string> {
    const found = new Set<string>();
    for (const relation of relations) {
      const rests = new BigUint64Array(this.#count);
      for (let at = 0; at < this.#count; at++) rests[at] = relation.rest(this.#fact(at)) ?? 0n;
      const twice = repeated(rests.slice().sort());
      if (twice.size > 0) this.#keepOfTwoSyns(relation, rests, twice, found);
    }
    return found;
  }

  /** One SYN that was answered twice leaves its trace twice and shows nothing. */
  #keepOfTwoSyns(relation: Relation, rests: BigUint64Array, twice: ReadonlySet<bigint>, found: Set<string>): void {
    const first = new Map<bigint, number>();
    for (const [at, rest] of rests.entries()) {
      if (!twice.has(rest)) continue;
      const syn = this.#numbers[4 * at + 3] ?? 0;
      if ((first.get(rest) ?? syn) !== syn) found.add(traceOf(relation, rest));
      else first.set(rest, syn);
    }
  }
}

/** Values that stand more than once in a sorted list; zero, which says that there is nothing to compare, is not one. */
function repeated(sorted: BigUint64Array): Set<bigint> {
  const found = new Set<bigint>();
  let before = 0n;
  for (const value of sorted) {
    if (value === before && value !== 0n) found.add(value);
    before = value;
  }
  return found;
}
