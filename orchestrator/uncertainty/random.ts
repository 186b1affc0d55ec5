import { createHash } from 'node:crypto';

/** Numbers in [0, 1). */
export type Random = () => number;

/**
 * A generator (xoshiro128**, Blackman and Vigna 2018) that begins where the run's seed and a word say: what is drawn for one purpose does
 * not move what is drawn for another, and the same run draws the same.
 */
export function randomFrom(seed: number, what: string): Random {
  const state = new Uint32Array(4);
  const digest = createHash('sha256').update(`${what} ${seed}`).digest();
  for (let i = 0; i < 4; i += 1) state[i] = digest.readUInt32LE(4 * i);
  return () => {
    const [a = 0, b = 0, c = 0, d = 0] = state;
    const times5 = Math.imul(b, 5);
    const result = Math.imul((times5 << 7) | (times5 >>> 25), 9) >>> 0;
    const [third, fourth] = [c ^ a, d ^ b];
    state[1] = b ^ third;
    state[0] = a ^ fourth;
    state[2] = third ^ (b << 9);
    state[3] = (fourth << 11) | (fourth >>> 21);
    return result / 4294967296;
  };
}

/** A whole number below `n`. */
export function below(random: Random, n: number): number {
  return Math.floor(random() * n);
}
