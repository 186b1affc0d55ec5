import type { Row } from '../../report/rows.ts';
import type { Column } from '../../report/tables/table.ts';
import { type Version, versions } from '../counts.ts';
import type { Both } from './entities.ts';

/** The columns that every table of groups has. */
export const numberColumns: Column[] = [
  { key: 'answered_v1', title: 'SYN/ACK to v1', kind: 'count' },
  { key: 'capable_v1', title: 'v1 capable', kind: 'count' },
  { key: 'share_v1', title: 'v1 share', kind: 'percent' },
  { key: 'confirmed_v1', title: 'v1 confirmed', kind: 'count' },
  { key: 'answered_v0', title: 'SYN/ACK to v0', kind: 'count' },
  { key: 'capable_v0', title: 'v0 capable', kind: 'count' },
  { key: 'share_v0', title: 'v0 share', kind: 'percent' },
  { key: 'withheld', title: 'Withheld', kind: 'text' },
];

function share(n: number | null | undefined, base: number | null | undefined): number | null {
  return n == null || base == null || base === 0 ? null : (100 * n) / base;
}

/** What of the first version's connections is known in this run at all. */
export interface Known {
  confirmed: boolean;
  /** Versions that were asked. */
  versions: ReadonlySet<Version>;
}

/** The same numbers by column; `withheld` names those that disclosure control keeps back, or of which it keeps a part back: lower bounds. */
export function numberCells(both: Both, known: Known): Row {
  const withheld: string[] = [];
  const row: Row = {};
  for (const version of versions) {
    const numbers = both[version];
    const told = known.versions.has(version);
    const of = (piece: 'answered' | 'capable' | 'confirmed', measured: boolean) => {
      const value = numbers?.[piece] ?? null;
      const partly = numbers?.partly?.includes(piece) === true;
      if (measured && (value === null || partly)) withheld.push(`${piece}_${version}`);
      return value;
    };
    row[`answered_${version}`] = of('answered', told);
    row[`capable_${version}`] = of('capable', told);
    const whole = numbers?.partly === undefined || numbers.partly.length === 0;
    row[`share_${version}`] = whole ? share(numbers?.capable, numbers?.answered) : null;
    if (version === 'v1') row.confirmed_v1 = of('confirmed', told && known.confirmed);
  }
  row.withheld = withheld.join(' ');
  return row;
}

/**
 * The same of what is left beside the parts that are told. It has no shares: of some parts their size is told and not who of them is
 * capable, so that its capable ones are not of its own size.
 */
export function remainderCells(left: Both, known: Known): Row {
  return { ...numberCells(left, known), share_v1: null, share_v0: null };
}
