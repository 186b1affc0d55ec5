import { type Address, type Prefix, prefixOf } from './ip.ts';
import { rangePrefixes } from './range.ts';

/** A start and a length as one number, which sorts by start, the wider prefix of one start first. */
const lengths = 64;
const bitsOfByte = 8;

/**
 * IPv4 addresses that are ticked off one by one: a bit for each, and a few bytes for each prefix that they come in, whatever number of
 * times one is ticked off.
 */
export class TickedAddresses {
  /** Starts of the ranges, sorted, with gaps between them or not, but no address in two. */
  readonly #starts: Float64Array;
  /** How many addresses the ranges before hold; one place more than there are ranges. */
  readonly #before: Float64Array;
  readonly #ticked: Uint8Array;
  /** How many are not ticked off. */
  left: number;

  /** @param prefixes of IPv4, in any order; one may hold another */
  static async of(prefixes: AsyncIterable<Prefix>): Promise<TickedAddresses> {
    let packed = new Float64Array(1024);
    let count = 0;
    for await (const { words, length } of prefixes) {
      if (count === packed.length) {
        const more = new Float64Array(2 * count);
        more.set(packed);
        packed = more;
      }
      packed[count++] = (words[0] ?? 0) * lengths + length;
    }
    return new TickedAddresses(packed.subarray(0, count).sort());
  }

  private constructor(sorted: Float64Array) {
    this.#starts = new Float64Array(sorted.length);
    this.#before = new Float64Array(sorted.length + 1);
    let ranges = 0;
    let end = 0;
    let total = 0;
    for (const packed of sorted) {
      const start = Math.floor(packed / lengths);
      const size = 2 ** (32 - (packed % lengths));
      if (ranges > 0 && start < end) continue; // the range before holds it
      this.#starts[ranges] = start;
      this.#before[ranges++] = total;
      total += size;
      end = start + size;
    }
    this.#starts = this.#starts.subarray(0, ranges);
    this.#before[ranges] = total;
    this.#before = this.#before.subarray(0, ranges + 1);
    this.#ticked = new Uint8Array(Math.ceil(total / bitsOfByte));
    this.left = total;
  }

  /** Index of the last range that starts at an address or before it; -1: there is none. */
  #rangeAt(word: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#starts[middle] ?? 0) <= word) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** Others than those given are left alone. */
  tick(word: number): void {
    const range = this.#rangeAt(word);
    if (range < 0) return;
    const place = (this.#before[range] ?? 0) + word - (this.#starts[range] ?? 0);
    if (place >= (this.#before[range + 1] ?? 0)) return;
    const byte = Math.floor(place / bitsOfByte);
    const bit = 1 << (place % bitsOfByte);
    const before = this.#ticked[byte] ?? 0;
    if ((before & bit) !== 0) return;
    this.#ticked[byte] = before | bit;
    this.left -= 1;
  }

  /** What is not ticked off, in order, as the fewest prefixes that hold each stretch of it. */
  *untickedPrefixes(): Generator<Prefix> {
    for (const { first, last } of this.#stretches()) {
      if (first === last) yield prefixOf(4, [first], 32);
      else yield* rangePrefixes(ipv4(first), ipv4(last));
    }
  }

  *#stretches(): Generator<{ first: number; last: number }> {
    for (let range = 0; range < this.#starts.length; range += 1) {
      const start = this.#starts[range] ?? 0;
      const from = this.#before[range] ?? 0;
      const to = this.#before[range + 1] ?? 0;
      let first = -1;
      for (let place = from; place < to; place += 1) {
        const byte = this.#ticked[Math.floor(place / bitsOfByte)] ?? 0;
        const isTicked = ((byte >> (place % bitsOfByte)) & 1) === 1;
        if (!isTicked && first < 0) first = place;
        if (!isTicked || first < 0) continue;
        yield { first: start + first - from, last: start + place - 1 - from };
        first = -1;
      }
      if (first >= 0) yield { first: start + first - from, last: start + to - 1 - from };
    }
  }
}

function ipv4(word: number): Address {
  return { family: 4, words: [word] };
}
