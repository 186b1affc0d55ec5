import { normalAt, normalBelow } from './normal.ts';
import { below, type Random } from './random.ts';

/** What one AS has: `n` of `of` are what is counted. */
export interface Cluster {
  n: number;
  of: number;
}

/** Fewer ASes, or fewer of them with anything to count, are not generalised from. */
export const leastClusters = 30;
export const leastHolding = 3;

export type ClusterInterval = { low: number; high: number } | { why: string };

/**
 * Beyond each end of the interval, of 100. An interval of 95 % would leave 2.5 there; ends read from so skewed a distribution hold less
 * than they say (test/orchestrator/uncertainty/clusters.test.ts).
 */
const beyond = 0.015;

function sumsOf(clusters: readonly Cluster[]): Cluster {
  return clusters.reduce((sum, { n, of }) => ({ n: sum.n + n, of: sum.of + of }), { n: 0, of: 0 });
}

/** The value below which a share of sorted values lies. */
function at(sorted: Float64Array, share: number): number {
  const place = Math.min(1, Math.max(0, share)) * (sorted.length - 1);
  const first = Math.floor(place);
  const [low = 0, high = low] = [sorted[first], sorted[first + 1]];
  return low + (place - first) * (high - low);
}

interface Drawn {
  shares: Float64Array;
  /** Distances from the share in its own standard errors, on the scale of square roots. */
  distances: Float64Array;
}

/** A draw in which nothing is counted lies beyond all that have a distance. */
const far = -1e9;

/** Draws as many ASes as there are, again and again. */
function draw(clusters: readonly Cluster[], share: number, draws: number, random: Random): Drawn {
  const n = Float64Array.from(clusters, (one) => one.n);
  const of = Float64Array.from(clusters, (one) => one.of);
  const shares = new Float64Array(draws);
  const distances = new Float64Array(draws);
  for (let i = 0; i < draws; i += 1) {
    let counted = 0;
    let all = 0;
    let nn = 0;
    let no = 0;
    let oo = 0;
    for (let drawn = 0; drawn < clusters.length; drawn += 1) {
      const which = below(random, clusters.length);
      const a = n[which] ?? 0;
      const b = of[which] ?? 0;
      counted += a;
      all += b;
      nn += a * a;
      no += a * b;
      oo += b * b;
    }
    const own = counted / all;
    const error = Math.sqrt(Math.max(0, nn - 2 * own * no + own * own * oo)) / all;
    shares[i] = own;
    distances[i] =
      counted > 0 && error > 0 ? (Math.sqrt(own) - Math.sqrt(share)) / (error / (2 * Math.sqrt(own))) : far;
  }
  return { shares: shares.sort(), distances: distances.sort() };
}

/** Both ends of the bias-corrected and accelerated interval (Efron 1987). */
function accelerated(clusters: readonly Cluster[], share: number, { shares }: Drawn): { low: number; high: number } {
  let [squares, cubes] = [0, 0];
  for (const { n, of } of clusters) {
    const influence = n - share * of;
    squares += influence ** 2;
    cubes += influence ** 3;
  }
  const acceleration = squares > 0 ? cubes / (6 * squares ** 1.5) : 0;
  const under = shares.filter((one) => one < share).length + shares.filter((one) => one === share).length / 2;
  const bias = normalAt(Math.min(1 - 1e-6, Math.max(1e-6, under / shares.length)));
  const end = (z: number) => {
    const [moved, shrunk] = [bias + z, 1 - acceleration * (bias + z)];
    return shrunk <= 0 ? 1 : normalBelow(bias + moved / shrunk);
  };
  const z = normalAt(1 - beyond);
  return { low: at(shares, end(-z)), high: at(shares, end(z)) };
}

/** The lower end by distances in standard errors: where few ASes hold most, it is the lower of the two. */
function studentisedLow(clusters: readonly Cluster[], all: number, share: number, { distances }: Drawn): number {
  const squares = clusters.reduce((sum, { n, of }) => sum + (n - share * of) ** 2, 0);
  const error = Math.sqrt(squares) / all / (2 * Math.sqrt(share));
  return Math.max(0, Math.sqrt(share) - at(distances, 1 - beyond) * error) ** 2;
}

/**
 * A 95 % interval of the share that other ASes of such sizes and habits would give, by a bootstrap over ASes. Its upper end allows for one
 * AS more that nobody has drawn yet: of the size of the AS that an address of the list finds itself in on average, and wholly what is
 * counted. Without it the interval misses, far too often, shares that are made by a few ASes.
 * @param draws how often ASes are drawn
 */
export function clusterInterval(given: readonly Cluster[], random: Random, draws = 1000): ClusterInterval {
  const clusters = given.filter(({ of }) => of > 0);
  const holding = clusters.filter(({ n }) => n > 0).length;
  if (clusters.length < leastClusters) return { why: `${clusters.length} ASes answered, ${leastClusters} are needed` };
  if (holding < leastHolding) return { why: `${holding} ASes have any, ${leastHolding} are needed` };
  const total = sumsOf(clusters);
  const share = total.n / total.of;
  const drawn = draw(clusters, share, draws, random);
  const size = clusters.reduce((sum, { of }) => sum + of * of, 0) / total.of;
  const more = [...clusters, { n: size, of: size }];
  const withOne = draw(more, share, draws, random);
  const [own, unseen] = [accelerated(clusters, share, drawn), accelerated(more, share, withOne)];
  return {
    low: Math.min(own.low, studentisedLow(clusters, total.of, share, drawn)),
    high: Math.min(1, Math.max(own.high, unseen.high, at(withOne.shares, 1 - beyond))),
  };
}
