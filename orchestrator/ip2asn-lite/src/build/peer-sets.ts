import { withRoom } from './growable.ts';

/** Ends a chain: words are numbered from 1. */
const END = 0;

function countBits(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/**
 * One set of peer numbers per row, as bits, 32 peers to a word. Every row has a word for the first 32 peers, which most dumps
 * do with; of the others it holds only words with a peer in them, in a chain with the newest in front. So memory follows the
 * peers that report a prefix, not the peers that the source has.
 */
export class PeerSets {
  #rows = 0;
  #words = 0;
  #first: Uint32Array = new Uint32Array(1024);
  #chains: Uint32Array = new Uint32Array(1024);
  /** Of each word in a chain: which 32 peers it stands for, their bits, and the word after it. */
  #places: Uint32Array = new Uint32Array(64);
  #bits: Uint32Array = new Uint32Array(64);
  #next: Uint32Array = new Uint32Array(64);

  /** Opens the next row, empty. */
  addRow(): void {
    this.#rows++;
    this.#first = withRoom(this.#first, this.#rows);
    this.#chains = withRoom(this.#chains, this.#rows);
  }

  add(row: number, peer: number): void {
    this.#addBits(row, peer >>> 5, 1 << (peer & 31));
  }

  /** Adds the peers of another row. */
  unite(row: number, other: number): void {
    this.#addBits(row, 0, this.#first[other] ?? 0);
    for (let word = this.#chains[other] ?? END; word !== END; word = this.#next[word] ?? END) {
      this.#addBits(row, this.#places[word] ?? 0, this.#bits[word] ?? 0);
    }
  }

  /** How many peers a row holds. */
  count(row: number): number {
    let count = countBits(this.#first[row] ?? 0);
    for (let word = this.#chains[row] ?? END; word !== END; word = this.#next[word] ?? END) {
      count += countBits(this.#bits[word] ?? 0);
    }
    return count;
  }

  #addBits(row: number, place: number, bits: number): void {
    if (place === 0) {
      this.#first[row] = (this.#first[row] ?? 0) | bits;
      return;
    }
    for (let word = this.#chains[row] ?? END; word !== END; word = this.#next[word] ?? END) {
      if (this.#places[word] !== place) continue;
      this.#bits[word] = (this.#bits[word] ?? 0) | bits;
      return;
    }
    this.#addWord(row, place, bits);
  }

  #addWord(row: number, place: number, bits: number): void {
    const word = ++this.#words;
    this.#places = withRoom(this.#places, word + 1);
    this.#bits = withRoom(this.#bits, word + 1);
    this.#next = withRoom(this.#next, word + 1);
    this.#places[word] = place;
    this.#bits[word] = bits;
    this.#next[word] = this.#chains[row] ?? END;
    this.#chains[row] = word;
  }
}
