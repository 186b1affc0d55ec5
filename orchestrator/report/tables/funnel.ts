import { type Version, versions } from '../caveats/unasked.ts';
import { confirmedMeaning, confirmedSentence } from '../confirmed.ts';
import type { Asked, ReportFacts } from '../facts.ts';
import type { Results } from '../results.ts';
import type { Cell, Row } from '../rows.ts';
import type { Table } from './table.ts';

/** Steps after the first, by the column of summary.sql that counts them. */
const steps: [column: string, name: string][] = [
  ['replied', 'answered anything'],
  ['synack', 'answered with a SYN/ACK'],
  ['offered', 'its SYN/ACK held an MPTCP option'],
  ['capable', 'capable'],
  ['confirmed', 'confirmed'],
];

/** Why a version has no count of confirmed ones; null when it has one. */
function unconfirmed(results: Results, version: Version): string | null {
  if (version === 'v0') return 'not applicable';
  return results.known('endpoints_confirmed_v1') === null ? 'not measured' : null;
}

function countAt(results: Results, column: string, version: Version): Cell {
  if (column === 'confirmed') {
    const why = unconfirmed(results, version);
    if (why !== null) return why;
  }
  return results.known(`endpoints_${column}_${version}`);
}

function share(count: Cell, before: Cell): Cell {
  return typeof count === 'number' && typeof before === 'number' && before > 0 ? (100 * count) / before : null;
}

function funnelRows(asked: Asked | null, results: Results): Row[] {
  const before: Record<Version, Cell> = { v1: asked?.v1 ?? null, v0: asked?.v0 ?? null };
  const rows: Row[] =
    results.alone === true ? [] : [{ step: 'asked', v1: before.v1, v1_share: null, v0: before.v0, v0_share: null }];
  for (const [column, step] of steps) {
    const row: Row = { step };
    for (const version of versions) {
      const count = countAt(results, column, version);
      row[version] = count;
      row[`${version}_share`] = share(count, before[version]);
      before[version] = count;
    }
    rows.push(row);
  }
  return rows;
}

/** true: there is nothing to count, not even silence. */
export function nothingAsked(asked: Asked | null, results: Results): boolean {
  return results.total('endpoints_replied') === 0 && (asked?.probes ?? 0) === 0;
}

/** From what was asked to what was confirmed, per version. */
export function funnelTable({ asked }: ReportFacts, results: Results): Table {
  return {
    id: 'funnel',
    title: `From the endpoints ${results.alone === true ? 'that answered' : 'asked'} to the confirmed ones`,
    columns: [
      { key: 'step', title: 'Endpoints (address and port)', kind: 'text' },
      { key: 'v1', title: 'v1', kind: 'count' },
      { key: 'v1_share', title: 'of the row above', kind: 'percent', bar: true },
      { key: 'v0', title: 'v0', kind: 'count' },
      { key: 'v0_share', title: 'of the row above', kind: 'percent', bar: true },
    ],
    rows: nothingAsked(asked, results) ? [] : funnelRows(asked, results),
    denominator: `Unit: address and port${results.alone === true ? '; what was asked is not known' : ', asked once per version'}. Each share is of the row above. ${confirmedSentence(results, 'endpoints')}`,
    meaning: `An MPTCP option in a SYN/ACK is not support: it may be our own, returned by a mirror. ${confirmedMeaning}`,
    empty: 'No address answered anything.',
  };
}
