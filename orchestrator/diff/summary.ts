import { formatCount } from '../report/format.ts';
import { floorText } from '../report/rescan/floor.ts';
import type { Table } from '../report/tables/table.ts';
import { causes } from './causes.ts';
import type { DiffSummary } from './diff.ts';

/** How much of the same would differ if nothing had changed; empty where no run knows. */
function noiseSentence(noise: DiffSummary['noise']): string {
  return noise
    .map(({ run, floors }) => {
      const words = floors.map((floor) => `v${floor.version} ${floorText(floor)}`).join(', ');
      return ` Noise floor: two scans within ${run} gave another verdict to ${words} of those that answered once at least, by replies alone.`;
    })
    .join('');
}

/** Counts of the differences by cause, version and verdicts. */
export function causeTable({ first, second, totals, noise, causes: counts }: DiffSummary): Table {
  const { total, first_only, second_only, equal, different } = totals;
  const all = first_only + second_only + different;
  const used = causes.filter(({ cause }) => counts.some((one) => one.cause === cause));
  return {
    id: 'causes',
    title: `What changed from ${first.run} (${first.time.slice(0, 16)}Z) to ${second.run} (${second.time.slice(0, 16)}Z)`,
    columns: [
      { key: 'cause', title: 'Cause', kind: 'text' },
      { key: 'version', title: 'Version', kind: 'text' },
      { key: 'before', title: 'Before', kind: 'text' },
      { key: 'after', title: 'After', kind: 'text' },
      { key: 'endpoints', title: 'Endpoints', kind: 'count' },
    ],
    rows: counts.map((count) => ({ ...count })),
    denominator: `${formatCount(all)} of ${formatCount(total)} endpoints and versions that answered in one run at least: ${formatCount(first_only)} in the first alone, ${formatCount(second_only)} in the second alone, ${formatCount(equal)} equal in both, ${formatCount(different)} different in both.${noiseSentence(noise)}`,
    meaning: used.map(({ cause, sentence }) => `${cause}: ${sentence}`).join(' '),
    empty: `No verdict differs: ${formatCount(equal)} endpoints and versions are equal in both.`,
  };
}
