import { createHash } from 'node:crypto';

/** Numbers in [0, 1). */
export type Random = () => number;

/**
 * A generator (xoshiro128**, Blackman and Vigna 2018) that begins where the run's seed and a word say: what is drawn for one purpose does
 * not move what is drawn for another, and the same run draws the same.
 */
export function randomFrom(seed: number, what: string): Random {
  const digest = createHash('sha256').update(`${what} ${seed}`).digest();
  // Four numbers rather than an array: this is called a hundred million times.
  let a = digest.readInt32LE(0);
  let b = digest.readInt32LE(4);
  let c = digest.readInt32LE(8);
  let d = digest.readInt32LE(12);
  return () => {
    const times5 = Math.imul(b, 5);
    const result = Math.imul((times5 << 7) | (times5 >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result / 4294967296;
  };
}

/** A whole number below `n`. */
export function below(random: Random, n: number): number {
  return Math.floor(random() * n);
}
