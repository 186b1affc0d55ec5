import { wilson } from './interval.ts';

/** A class of which some were drawn by a seed: `n` of the `of` drawn are what is counted, out of `size` there are. */
export interface Stratum {
  n: number;
  of: number;
  size: number;
}

/**
 * A share of all classes together, each weighing as many as it has, with its 95 % interval: Wilson's of each class, put together by
 * the distances from the class's own share (Zou and Donner 2008, MOVER). Of a class that was drawn whole nothing is uncertain; one
 * of which much was drawn counts as so many more draws.
 * @returns in percent; null where nothing was drawn
 */
export function stratifiedShare(strata: readonly Stratum[]): { share: number; low: number; high: number } | null {
  const drawn = strata.filter(({ of }) => of > 0);
  const total = drawn.reduce((sum, { size }) => sum + size, 0);
  if (total === 0) return null;
  let [share, below, above] = [0, 0, 0];
  for (const { n, of, size } of drawn) {
    const [weight, own] = [size / total, (100 * n) / of];
    share += weight * own;
    if (of >= size) continue;
    const draws = (of * (size - 1)) / (size - of);
    const interval = wilson((n / of) * draws, draws);
    below += (weight * (own - (interval?.low ?? own))) ** 2;
    above += (weight * ((interval?.high ?? own) - own)) ** 2;
  }
  return { share, low: Math.max(0, share - Math.sqrt(below)), high: Math.min(100, share + Math.sqrt(above)) };
}
