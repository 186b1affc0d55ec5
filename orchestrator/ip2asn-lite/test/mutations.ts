import { randomNumbers } from './scratch.ts';

/** Values at which lengths, counts and types go wrong. */
const EDGES = [0, 1, 2, 4, 16, 32, 33, 127, 128, 129, 254, 255];

/** Damages bytes at random, the same way for the same seed: flips, edge values, cuts, repeats, swaps of pieces. */
export class Mutations {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = randomNumbers(seed);
  }

  /** A whole number from 0 to below `limit`. */
  below(limit: number): number {
    return limit <= 0 ? 0 : this.#random() % limit;
  }

  /** A copy with one to eight changes. */
  damage(bytes: Buffer, other: Buffer): Buffer {
    let damaged: Buffer = Buffer.from(bytes);
    for (let changes = 1 + this.below(8); changes > 0; changes--) damaged = this.#change(damaged, other);
    return damaged;
  }

  /** A copy with one to four flipped bits, near the start or anywhere: sizes stay, so that more than the layout is tried. */
  flip(bytes: Buffer): Buffer {
    const flipped = Buffer.from(bytes);
    for (let changes = 1 + this.below(4); changes > 0; changes--) {
      const at = this.below(this.below(3) === 0 ? Math.min(1000, bytes.length) : bytes.length);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << this.below(8));
    }
    return flipped;
  }

  #change(bytes: Buffer, other: Buffer): Buffer {
    const at = this.below(bytes.length);
    const size = this.below(Math.min(64, bytes.length - at));
    switch (this.below(8)) {
      case 0:
        return bytes.subarray(0, at);
      case 1:
        return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + size)]);
      case 2:
        return Buffer.concat([bytes.subarray(0, at + size), bytes.subarray(at)]);
      case 3:
        return Buffer.concat([bytes.subarray(0, at), other.subarray(this.below(other.length))]);
      case 4:
        bytes.fill(EDGES[this.below(EDGES.length)] ?? 0, at, Math.min(bytes.length, at + 1 + this.below(4)));
        return bytes;
      default:
        if (bytes.length > 0) bytes[at] = (bytes[at] ?? 0) ^ (1 << this.below(8));
        return bytes;
    }
  }
}
