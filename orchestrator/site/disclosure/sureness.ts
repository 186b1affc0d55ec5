import { percentText } from '../../report/format.ts';
import type { Cluster, ClusterInterval } from '../../uncertainty/clusters.ts';
import { wilson } from '../../uncertainty/interval.ts';
import { type Count, fits } from './pieces.ts';
import type { Numbers } from './tree.ts';

/** A share and its 95 % interval, in percent, or why it is not told. */
export type Sure = { share: number | null; low: number | null; high: number | null } | { why: string };

const digits = 2;
const withheld = 'withheld';

/** Away from the middle of an interval, to as many digits as say nothing of the single network. */
function outward(percent: number, way: 'down' | 'up'): number {
  if (percent <= 0) return 0;
  const unit = 10 ** (Math.floor(Math.log10(percent)) - digits + 1);
  const whole = way === 'down' ? Math.floor(percent / unit + 1e-9) : Math.ceil(percent / unit - 1e-9);
  return Math.min(100, Number((whole * unit).toPrecision(digits + 1)));
}

/**
 * The interval over ASes of the share of the whole. It follows from what every AS has: where one has less than k, whoever knows the seed and
 * the others could tell it by the interval, so that it is told where none has; coarsely, and of k ASes with anything at least.
 */
export function tellNetworks(
  interval: ClusterInterval,
  { clusters, whole, k }: { clusters: readonly Cluster[]; whole: Numbers | null; k: number },
): Sure {
  if (whole === null || whole.answered === null || whole.capable === null) return { why: withheld };
  const isSmall = (count: number) => count > 0 && count < k;
  if (clusters.some(({ n, of }) => isSmall(n) || isSmall(of)))
    return { why: 'withheld: it follows from networks under k too' };
  const holding = clusters.filter(({ n }) => n > 0).length;
  if ('why' in interval || holding < k) return { why: 'not claimed: too few networks have any' };
  const share = Number(percentText((100 * whole.capable) / whole.answered));
  return { share, low: outward(100 * interval.low, 'down'), high: outward(100 * interval.high, 'up') };
}

/** Two scans of the same addresses, in one version. */
export interface Twice {
  equal: Count;
  different: Count;
  ports: number;
  /** Share of the scan's addresses that were drawn. */
  drawn: number;
}

/** With more of them drawn, what was not drawn is as small as a cell, and a number of both scans beside one of all would tell of it. */
const mostDrawn = 0.5;

/**
 * How far both scans agree. How many they are of is not told, so that no difference to the numbers of the run can be taken.
 */
export function tellAgreement(twice: Twice | null, k: number): Sure {
  if (twice === null) return { why: 'not measured: the run has no rescan' };
  const { equal, different, ports, drawn } = twice;
  const all = equal.endpoints + different.endpoints;
  if (all === 0) return { why: 'not measured: of those scanned twice nobody answered' };
  if (k > 1 && drawn > mostDrawn) return { why: 'withheld: more than half of the addresses were scanned twice' };
  if (!fits(equal, k) || !fits(different, k)) return { why: withheld };
  const share = Math.floor((1000 * equal.endpoints) / all) / 10;
  // Ports of one address are drawn together: of several no interval is claimed.
  const interval = ports === 1 ? wilson(equal.endpoints, all) : null;
  if (interval === null) return { share, low: null, high: null };
  return { share, low: Math.floor(10 * interval.low) / 10, high: Math.ceil(10 * interval.high) / 10 };
}
