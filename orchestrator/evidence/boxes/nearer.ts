/**
 * "Answered by a box on the path": a SYN that comes back sooner than a ping to the same address. Hosts and routers do not treat ICMP and
 * TCP alike, so how much sooner it must be is taken from the plain controls of the run: endpoints without an option, where a box that
 * answers for MPTCP servers is not to be expected.
 */

/** Share of the plain controls that may be called nearer. */
export const falsePositiveRate = 0.01;

/** A smaller gap may be the host's own processing, or this machine's: it shows no box, whatever the controls show. */
export const leastGapUs = 1000;

/** A median of fewer pairs is chance. */
export const leastPairs = 5;

/** Plain controls below which no threshold is stated: the rate times them is none. */
export const leastControls = Math.ceil(1 / falsePositiveRate) - 1;

/** Set beside each other, one pair after the other. Microseconds. */
export interface Pair {
  syn: number;
  ping: number;
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  const next = sorted[Math.floor(sorted.length / 2)];
  return middle === undefined || next === undefined ? null : (middle + next) / 2;
}

/** The SYN's round trip as a share of ping's, and how much shorter it is: medians over the pairs, of which a late packet moves none. */
export function medians(pairs: readonly Pair[]): { ratio: number | null; gap: number | null } {
  const whole = pairs.filter(({ ping }) => ping > 0);
  return {
    ratio: median(whole.map(({ syn, ping }) => syn / ping)),
    gap: median(whole.map(({ syn, ping }) => ping - syn)),
  };
}

/**
 * SQL over rows with pairs, ratio, gap and control: one row with both thresholds, or nulls. So few plain controls lie beyond either of them
 * that they are the stated share of all at most.
 */
export function thresholdsSql(rows: string): string {
  return `
  SELECT count(*) AS controls,
    CASE WHEN count(*) >= ${leastControls} THEN list_sort(list(ratio))[CAST(floor(${falsePositiveRate} * (count(*) + 1)) AS BIGINT)] END AS least_ratio,
    CASE WHEN count(*) >= ${leastControls} THEN list_reverse_sort(list(gap))[CAST(floor(${falsePositiveRate} * (count(*) + 1)) AS BIGINT)] END AS most_gap
  FROM ${rows} WHERE control = 'plain' AND pairs >= ${leastPairs} AND ratio IS NOT NULL`;
}

/** SQL: whether a row is nearer than its ping says; null where that cannot be told. */
export function nearerSql(row: string, thresholds: string): string {
  return `CASE WHEN ${row}.pairs >= ${leastPairs} AND ${row}.ratio IS NOT NULL AND ${thresholds}.least_ratio IS NOT NULL
    THEN ${row}.ratio < ${thresholds}.least_ratio AND ${row}.gap > greatest(${thresholds}.most_gap, ${leastGapUs}) END`;
}
