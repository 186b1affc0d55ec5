import type { ReportFacts } from '../facts.ts';
import { formatCount } from '../format.ts';
import type { Results } from '../results.ts';
import { numberOf, type Row } from '../rows.ts';
import type { Table } from '../tables/table.ts';

/**
 * A version that no SYN asked for has no numbers: none of none would read as a finding. Its counts are left open everywhere, with the
 * reason beside them.
 */

export const versions = ['v1', 'v0'] as const;
export type Version = (typeof versions)[number];

/** Why a version has no numbers; one that has them is not in it. */
export type Unasked = Readonly<Partial<Record<Version, string>>>;

/** @param summary the row of summary.sql: replies alone say what was asked by what they answer */
export function unaskedOf(
  { versions: asked, replies }: Pick<ReportFacts, 'versions' | 'replies'>,
  summary: Row,
): Unasked {
  const reasons = versions.flatMap((version): [Version, string][] => {
    if (asked !== null) return asked.includes(version) ? [] : [[version, `${version} was not asked`]];
    const silent = replies !== null && numberOf(summary, `endpoints_replied_${version}`) === 0;
    return silent ? [[version, `no reply answers a ${version} probe`]] : [];
  });
  return Object.fromEntries(reasons);
}

/** "12 in v1, 3 in v0", capable ones; of a version without numbers why. */
export function perVersion(
  { unasked, total }: Pick<Results, 'unasked' | 'total'>,
  unit: 'endpoints' | 'addresses',
): string {
  const count = (version: Version) => `${formatCount(total(`${unit}_capable_${version}`))} in ${version}`;
  return versions.map((version) => unasked[version] ?? count(version)).join(', ');
}

/** Columns that count one version have its name in theirs; confirmed are those capable in v1. */
function versionOf(column: string): Version | null {
  if (column === 'confirmed') return 'v1';
  return versions.find((version) => column.split('_').includes(version)) ?? null;
}

/** Whether a column counts a version that was not asked. */
export function isUnasked(unasked: Unasked, column: string): boolean {
  const version = versionOf(column);
  return version !== null && unasked[version] !== undefined;
}

/** A table without counts of a version that was not asked, and why. */
export function withoutUnasked(table: Table, unasked: Unasked): Table {
  const open = table.columns.map(({ key }) => key).filter((key) => isUnasked(unasked, key));
  if (open.length === 0 || table.rows.length === 0) return table;
  const blank = Object.fromEntries(open.map((key) => [key, null]));
  const why = [...new Set(open.map(versionOf))].flatMap((version) => (version === null ? [] : [unasked[version]]));
  return {
    ...table,
    rows: table.rows.map((row) => ({ ...row, ...blank })),
    denominator: `${table.denominator} A dash: ${why.join(', ')}.`,
  };
}
