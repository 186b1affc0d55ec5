import type { ClusterInterval } from '../uncertainty/clusters.ts';
import { formatCount, percentText } from './format.ts';
import type { Results } from './results.ts';
import type { Cell } from './rows.ts';
import type { Bound } from './uncertain.ts';

const percentOf = (n: number, base: number) => (100 * n) / base;

/** "0.08 to 0.10 %" */
function range(low: number, high: number): string {
  return `${percentText(low)} to ${percentText(high)}\u00a0%`;
}

export function boundOf(results: Results, key: Bound['key']): Bound | null {
  return results.uncertain?.bounds.find((bound) => bound.key === key) ?? null;
}

/** Between which shares the truth of this list lies, whatever was not decided; null where nothing answered. */
export function boundsText({ capable, answered, most }: Bound): string | null {
  if (answered === 0) return null;
  if (most === null) return `${percentText(percentOf(capable, answered))}\u00a0% at least`;
  return range(percentOf(capable, answered), percentOf(most, answered));
}

/** The interval over ASes; null where none is claimed. */
export function clusterText(interval: ClusterInterval | undefined): string | null {
  return interval === undefined || 'why' in interval ? null : range(100 * interval.low, 100 * interval.high);
}

/** The bounds of a headline number, in a sentence or two; null where nothing answered. */
export function boundsSentence(results: Results, key: Bound['key']): string | null {
  const bound = boundOf(results, key);
  const text = bound === null ? null : boundsText(bound);
  if (bound === null || text === null) return null;
  const open = bound.unknown + bound.inconsistent + (bound.lost ?? 0);
  const first = `Bounds ${text}: ${formatCount(open)} undecided.`;
  const other = clusterText(bound.ases);
  return other === null ? `${first} No interval over ASes.` : `${first} 95\u00a0% over ASes: ${other}.`;
}

/** What summary.csv has of one count: numbers in percent, empty where there are none. */
export function summaryOf({
  key,
  capable,
  answered,
  unknown,
  inconsistent,
  lost,
  most,
  ases,
}: Bound): [string, Cell][] {
  const share = (n: number | null) => (n === null || answered === 0 ? null : percentText(percentOf(n, answered)));
  const end = (value: number | null) => (value === null ? null : percentText(100 * value));
  return [
    [`${key}_unknown`, unknown],
    [`${key}_inconsistent`, inconsistent],
    [`${key}_lost`, lost],
    [`${key}_bound_low`, share(capable)],
    [`${key}_bound_high`, share(most)],
    [`${key}_ases_low`, end('why' in ases ? null : ases.low)],
    [`${key}_ases_high`, end('why' in ases ? null : ases.high)],
  ];
}
