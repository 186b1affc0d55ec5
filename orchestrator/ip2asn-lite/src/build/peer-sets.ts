import { withRoom } from './growable.ts';

/** One set of peer numbers per row, as bits. The rows widen when a peer with a higher number appears. */
export class PeerSets {
  #words = 1;
  #rows = 0;
  #bits: Uint32Array = new Uint32Array(1024);

  /** Opens the next row, empty. */
  addRow(): void {
    this.#rows++;
    this.#bits = withRoom(this.#bits, this.#rows * this.#words);
  }

  add(row: number, peer: number): void {
    const word = peer >>> 5;
    if (word >= this.#words) this.#widen(word + 1);
    const at = row * this.#words + word;
    this.#bits[at] = (this.#bits[at] ?? 0) | (1 << (peer & 31));
  }

  /** A copy of one row. Rows of the same sets have the same length. */
  row(row: number): Uint32Array {
    return this.#bits.slice(row * this.#words, (row + 1) * this.#words);
  }

  #widen(needed: number): void {
    const words = Math.max(needed, this.#words * 2);
    const wide = new Uint32Array(Math.max(this.#rows, 1024) * words);
    for (let row = 0; row < this.#rows; row++) {
      wide.set(this.#bits.subarray(row * this.#words, (row + 1) * this.#words), row * words);
    }
    this.#bits = wide;
    this.#words = words;
  }
}

/** Adds the members of `other` to `bits`. */
export function unite(bits: Uint32Array, other: Uint32Array): void {
  for (let i = 0; i < bits.length; i++) bits[i] = (bits[i] ?? 0) | (other[i] ?? 0);
}

/** How many peers a row holds. */
export function countPeers(bits: Uint32Array): number {
  let count = 0;
  for (const word of bits) {
    for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  }
  return count;
}
