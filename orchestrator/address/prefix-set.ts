import { CensusError } from '../errors.ts';
import { type Address, compareWords, coveredPrefixes, lastWords, nextWords, type Prefix, parseAddress } from './ip.ts';
import { addressBefore, rangePrefixes } from './range.ts';

/** Addresses of one family as sorted ranges with gaps between them, each word of each bound in its own place. */
class RangeTable {
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly width: number;

  constructor(ranges: { start: readonly number[]; end: readonly number[] }[], width: number) {
    const sorted = ranges.toSorted((a, b) => compareWords(a.start, b.start));
    const merged: typeof ranges = [];
    for (const range of sorted) {
      const last = merged.at(-1);
      // Two halves of a prefix hold all of it: ranges that touch are one.
      const after = last === undefined ? null : nextWords(last.end);
      if (last === undefined || (after !== null && compareWords(range.start, after) > 0)) merged.push({ ...range });
      else if (compareWords(range.end, last.end) > 0) last.end = range.end;
    }
    this.width = width;
    this.starts = new Uint32Array(width * merged.length);
    this.ends = new Uint32Array(width * merged.length);
    for (const [index, { start, end }] of merged.entries()) {
      this.starts.set(start, width * index);
      this.ends.set(end, width * index);
    }
  }

  has(words: readonly number[]): boolean {
    return this.hasRange(words, words);
  }

  /** All ranges in order. */
  *all(): Generator<{ first: number[]; last: number[] }> {
    for (let at = 0; at < this.starts.length; at += this.width) yield this.#at(at);
  }

  #at(word: number): { first: number[]; last: number[] } {
    const to = word + this.width;
    return { first: [...this.starts.subarray(word, to)], last: [...this.ends.subarray(word, to)] };
  }

  /** The ranges that share an address with the one given, in order. */
  overlapping(first: readonly number[], last: readonly number[]): { first: number[]; last: number[] }[] {
    const found: { first: number[]; last: number[] }[] = [];
    for (let index = this.#firstEndingAt(first); index < this.starts.length / this.width; index += 1) {
      if (this.#compareAt(this.starts, index, last) > 0) break;
      found.push(this.#at(index * this.width));
    }
    return found;
  }

  /** Index of the first range that does not end before an address. */
  #firstEndingAt(words: readonly number[]): number {
    let low = 0;
    let high = this.starts.length / this.width;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compareAt(this.ends, middle, words) >= 0) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Whether one range holds both bounds, and so all between them. */
  hasRange(first: readonly number[], last: readonly number[]): boolean {
    const index = this.#firstEndingAt(last);
    return index < this.starts.length / this.width && this.#compareAt(this.starts, index, first) <= 0;
  }

  #compareAt(table: Uint32Array, index: number, words: readonly number[]): number {
    for (let word = 0; word < this.width; word++) {
      const difference = (table[index * this.width + word] ?? 0) - (words[word] ?? 0);
      if (difference !== 0) return difference;
    }
    return 0;
  }
}

/** A set of addresses given as prefixes: a blocklist, the ranges of a lab. Membership costs one binary search. */
export class PrefixSet {
  readonly #v4: RangeTable;
  readonly #v6: RangeTable;

  /** @throws CensusError E_INPUT naming the first text that is neither prefix nor address */
  constructor(prefixes: Iterable<string | Prefix>) {
    const parsed = [...prefixes].flatMap((given) => {
      const covered = typeof given === 'string' ? coveredPrefixes(given) : [given];
      if (covered === null) throw notAPrefix(String(given));
      return covered;
    });
    const ranges = (family: 4 | 6) =>
      parsed
        .filter((prefix) => prefix.family === family)
        .map((prefix) => ({ start: prefix.words, end: lastWords(prefix) }));
    this.#v4 = new RangeTable(ranges(4), 1);
    this.#v6 = new RangeTable(ranges(6), 4);
  }

  /** The addresses of one family as sorted ranges that neither overlap nor touch. */
  ranges(family: 4 | 6): Iterable<{ first: number[]; last: number[] }> {
    return (family === 4 ? this.#v4 : this.#v6).all();
  }

  /** Whether every address of a prefix is in the set, as far as one of its (merged) prefixes holds them all. */
  covers(prefix: Prefix): boolean {
    return (prefix.family === 4 ? this.#v4 : this.#v6).hasRange(prefix.words, lastWords(prefix));
  }

  /** A prefix cut along the set: the prefixes of it that lie in the set and those that do not, both in order. */
  split(prefix: Prefix): { inside: Prefix[]; outside: Prefix[] } {
    const { family } = prefix;
    const end = lastWords(prefix);
    const inside: Prefix[] = [];
    const outside: Prefix[] = [];
    const between = (first: readonly number[], last: readonly number[]) =>
      rangePrefixes({ family, words: first }, { family, words: last });
    let from: number[] | null = [...prefix.words];
    for (const range of (family === 4 ? this.#v4 : this.#v6).overlapping(prefix.words, end)) {
      if (from === null) break;
      const first = compareWords(range.first, from) > 0 ? range.first : from;
      const last = compareWords(range.last, end) < 0 ? range.last : end;
      if (compareWords(from, first) < 0) outside.push(...between(from, addressBefore({ family, words: first }).words));
      inside.push(...between(first, last));
      from = compareWords(last, end) < 0 ? nextWords(last) : null;
    }
    if (from !== null) outside.push(...between(from, end));
    return { inside, outside };
  }

  /** By the address as it is on the wire: a mapped one is IPv6. False also for text that is no address. */
  contains(address: Address | string): boolean {
    const parsed = typeof address === 'string' ? parseAddress(address) : address;
    if (parsed === null) return false;
    return (parsed.family === 4 ? this.#v4 : this.#v6).has(parsed.words);
  }
}

function notAPrefix(text: string): CensusError {
  return new CensusError(
    'E_INPUT',
    `${JSON.stringify(text)} is neither an address nor a prefix`,
    'write CIDR notation, such as 198.18.0.0/15',
  );
}
