import type { Random } from '../../../orchestrator/uncertainty/random.ts';

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Marsaglia and Tsang 2000. */
function gamma(random: Random, shape: number): number {
  if (shape < 1) return gamma(random, shape + 1) * (1 - random()) ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const x = normal(random);
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - random()) < (x * x) / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}

function beta(random: Random, a: number, b: number): number {
  const x = gamma(random, a);
  return x / (x + gamma(random, b));
}

/** A size by a power law, cut at `most`: half of all ASes have one address of a list or two, few have hundreds. */
export function heavySize(random: Random, tail: number, most: number): number {
  return Math.floor((1 - random() * (1 - most ** -tail)) ** (-1 / tail));
}

/** How many of n are what is counted; by the normal distribution where there are many. */
export function binomial(random: Random, n: number, share: number): number {
  if (share <= 0) return 0;
  if (n > 200)
    return Math.min(n, Math.max(0, Math.round(n * share + Math.sqrt(n * share * (1 - share)) * normal(random))));
  let count = 0;
  for (let i = 0; i < n; i += 1) if (random() < share) count += 1;
  return count;
}

/** How likely an address of one AS is what is counted, drawn once per AS. */
export const habits = {
  /** Half of the ASes have some. */
  common: (random: Random) => (random() < 0.5 ? beta(random, 1, 9) : 0),
  /** One in ten has any. */
  rare: (random: Random) => (random() < 0.1 ? beta(random, 0.5, 5) : 0),
  /** The larger an AS, the likelier it has some. */
  larger: (random: Random, size: number) =>
    random() < Math.min(0.8, 0.1 + Math.log(size) / 15) ? beta(random, 1, 15) : 0,
  /** Whole ASes or nothing, as a box in front of all servers makes it. */
  whole: (random: Random) => (random() < 0.05 ? 1 : 0),
} as const;
