import { readFile } from 'node:fs/promises';
import { type Prefix, parseAddress, prefixOf } from '../../../address/ip.ts';
import type { PrefixSet } from '../../../address/prefix-set.ts';

const addressBytes = 16;
const wordBytes = 4;
/** Of the number that stands for the list's first address: zmap-module/hitlist.h. */
const firstNumber = 0xf0000000;

/** Eight groups, none shortened: programs read all spellings alike. */
export function addressText(bytes: Buffer): string {
  return Array.from({ length: 8 }, (_, n) => bytes.readUInt16BE(2 * n).toString(16)).join(':');
}

/** The list that `mptcp-hitlist` wrote, sorted: 16 bytes for each address of a part. */
export class Hitlist {
  readonly #bytes: Buffer;

  static async read(path: string): Promise<Hitlist> {
    return new Hitlist(await readFile(path));
  }

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** The number that stands for an address; null when the list does not hold it. */
  numberOf(text: string): number | null {
    const words = parseAddress(text)?.words;
    if (words?.length !== addressBytes / wordBytes) return null;
    let low = 0;
    let high = this.#bytes.length / addressBytes;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = this.#compareAt(middle, words);
      if (order === 0) return firstNumber + middle;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return null;
  }

  #compareAt(index: number, words: readonly number[]): number {
    for (const [place, word] of words.entries()) {
      const difference = this.#bytes.readUInt32BE(index * addressBytes + place * wordBytes) - word;
      if (difference !== 0) return difference;
    }
    return 0;
  }

  /** The address that a number stands for. */
  textOf(number: number): string {
    const from = (number - firstNumber) * addressBytes;
    return addressText(this.#bytes.subarray(from, from + addressBytes));
  }

  #wordsOf(number: number): number[] {
    const from = (number - firstNumber) * addressBytes;
    return [0, 1, 2, 3].map((place) => this.#bytes.readUInt32BE(from + place * wordBytes));
  }

  /** The numbers of a prefix of them that stand for no address of a set, each by itself; the prefix as it is when the set is empty. */
  *outside(numbers: Prefix, set: PrefixSet): Generator<Prefix> {
    if (set.ranges(6)[Symbol.iterator]().next().done === true) return yield numbers;
    const [first = 0] = numbers.words;
    for (let number = first; number < first + 2 ** (32 - numbers.length); number += 1) {
      if (!set.contains({ family: 6, words: this.#wordsOf(number) })) yield prefixOf(4, [number], 32);
    }
  }
}
