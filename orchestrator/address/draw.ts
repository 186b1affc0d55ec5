import { createHash } from 'node:crypto';
import { type Address, formatAddress, parseAddress } from './ip.ts';

const words32 = 2 ** 32;

/** MurmurHash3's finalizer: each bit of the input moves each bit of the output with a chance of one half, and no two inputs give one output. */
function mixed(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/**
 * Draws a share of all addresses by a hash of a seed and the address alone: one address is drawn or not wherever it comes from, a list or
 * a prefix, and nothing is held of the others. A whole /8 is gone through in a second, which no cryptographic hash would do; nobody is to
 * be kept from guessing.
 */
export class Draw {
  readonly #key: number;
  readonly #below: number;

  /**
   * @param what the purpose: what is drawn for one does not follow from what is drawn for another
   * @param share 0 to 1
   */
  constructor(seed: number, what: string, share: number) {
    this.#key = createHash('sha256').update(`${what} ${seed}`).digest().readInt32LE(0);
    this.#below = share * words32;
  }

  #hasWord(word: number): boolean {
    return mixed(word ^ this.#key) >>> 0 < this.#below;
  }

  has({ words }: Address): boolean {
    // What stands before the last word moves all of what is drawn within.
    const folded = words.slice(0, -1).reduce((sum, word) => mixed(sum ^ word) + 0x9e3779b9, 0);
    return this.#hasWord((words.at(-1) ?? 0) ^ folded);
  }

  /** False also for text that is no address. */
  hasText(text: string): boolean {
    const address = parseAddress(text);
    return address !== null && this.has(address);
  }

  /** The addresses of an IPv4 prefix that are drawn, in order. */
  *within({ words, length }: { words: readonly number[]; length: number }): Generator<string> {
    const [first = 0] = words;
    const end = first + 2 ** (32 - length);
    for (let word = first; word < end; word += 1) {
      if (this.#hasWord(word)) yield formatAddress({ family: 4, words: [word] });
    }
  }
}
