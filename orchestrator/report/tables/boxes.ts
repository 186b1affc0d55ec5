import { formatCount, formatOf } from '../format.ts';
import type { Results } from '../results.ts';
import { countOf } from '../rows.ts';
import type { Table } from './table.ts';

/** The number of addresses in a column over all rows: the weights of one address add up to one, except for rounding. */
function sumOf(results: Results, column: string): number {
  return Math.round(results.rows('system_signs').reduce((sum, row) => sum + countOf(row, column), 0));
}

/** Why there is nothing to set against each other. */
function noFingerprints(results: Results): string {
  if (results.alone === true) return 'Not measured: replies to SYNs alone do not show it.';
  return 'No address has a fingerprint: the os stage was disabled for this run, or recognised nothing.';
}

/** The hypothesis of section 5.3 of the paper: implausible systems are those of boxes on the path. */
export function systemSignTable(results: Results): Table {
  const [capable, echoed, other] = ['capable', 'echoed', 'other'].map((column) => sumOf(results, column));
  const observed = (sign: string) => formatOf(sumOf(results, sign), sumOf(results, `${sign}_of`));
  return {
    id: 'system_signs',
    title: 'Operating systems against signs of a box on the path',
    columns: [
      { key: 'vendor', title: 'Vendor', kind: 'text' },
      { key: 'family', title: 'Family', kind: 'text' },
      { key: 'capable', title: 'Capable', kind: 'number' },
      { key: 'capable_share', title: 'of capable', kind: 'percent', bar: true },
      { key: 'echoed', title: 'Mirrored', kind: 'number' },
      { key: 'echoed_share', title: 'of mirrored', kind: 'percent', bar: true },
      { key: 'other', title: 'Other', kind: 'number' },
      { key: 'fallback', title: 'fell back', kind: 'number' },
      { key: 'fallback_of', title: 'of', kind: 'number' },
      { key: 'mp_fail', title: 'MP_FAIL', kind: 'number' },
      { key: 'mp_fail_of', title: 'of', kind: 'number' },
      { key: 'near', title: 'SYN nearer', kind: 'number' },
      { key: 'near_of', title: 'of', kind: 'number' },
      { key: 'boxed', title: 'Box seen', kind: 'number' },
      { key: 'boxed_of', title: 'of', kind: 'number' },
    ],
    rows: results.rows('system_signs'),
    denominator: `Addresses with a fingerprint: ${formatCount(capable ?? 0)} capable, ${formatCount(echoed ?? 0)} that mirror what was sent and are capable nowhere, ${formatCount(other ?? 0)} with another verdict. Of the capable ones ${observed('fallback')} fell back to plain TCP, ${observed('mp_fail')} exchanged MP_FAIL, ${observed('near')} answered the SYN in less than half the time of a ping, and ${observed('boxed')} have a box on the path, shown by the round trips of pairs or by a sweep.`,
    meaning:
      'A mirrored option is the work of a box, or of a server that returns what it does not know. If a system is much more frequent among mirrored or fallen-back addresses than among the others, its fingerprint is more likely that of such a box than of the server; if the shares are alike, fingerprints say nothing about boxes. ' +
      'It cannot be shown for a single address: a fingerprint mixes answers of everything on the path, and most have several candidates; an address has weight one, divided by their number, so counts have fractions. Nor does it say where the box is, or that the server behind it lacks MPTCP. Each sign is of the capable addresses where it could be observed.',
    empty: noFingerprints(results),
  };
}
