import { clientCells, clientColumns, clientDenominator, gathered } from '../../clients/shown.ts';
import { leastClusters, leastHolding } from '../../uncertainty/clusters.ts';
import { clusterText } from '../bounds.ts';
import { confirmedMeaning, confirmedSentence } from '../confirmed.ts';
import { formatCount, plural } from '../format.ts';
import type { Results } from '../results.ts';
import { countOf, type Row } from '../rows.ts';
import { coverageSentence, emptySentence, notMeasured } from './coverage.ts';
import type { Column, Table } from './table.ts';

/** What the list itself is made of: the study "checked the full Alexa list to confirm there was no initial bias" (section 4.1). */
export const baseRate: Column[] = [
  { key: 'answered', title: 'answered', kind: 'count' },
  { key: 'base', title: 'of all answered', kind: 'percent' },
];

export const baseMeaning =
  'For comparison, how many addresses answered with a SYN/ACK at all, and their share of all that did: a ratio above that share is not a bias of the target list.';

export const versions: Column[] = [
  { key: 'v1', title: 'v1', kind: 'count' },
  { key: 'confirmed', title: 'confirmed', kind: 'count' },
  { key: 'v0', title: 'v0', kind: 'count' },
];

/** The sentence that every table over capable addresses has. */
export function denominator(results: Results): string {
  const capable = formatCount(results.total('addresses_capable'));
  const answered = formatCount(results.total('addresses_synack'));
  return `n = ${capable} capable addresses, out of ${answered} that answered with a SYN/ACK. Ratios are of the n. ${confirmedSentence(results, 'addresses')}`;
}

/** "Those with an origin AS lie in 37 ASes of 30 organisations." */
export function acrossSentence(results: Results): string {
  const [row] = results.rows('operators');
  if (row === undefined || countOf(row, 'addresses') === 0) return '';
  const ases = plural(countOf(row, 'ases'), 'AS', 'ASes');
  return `Those with an origin AS lie in ${ases} of ${plural(countOf(row, 'organisations'), 'organisation', 'organisations')}.`;
}

const undecidedMeaning =
  'Undecided: addresses there that are capable nowhere and unknown or inconsistent somewhere, the most by which the count may be too low.';

function withInterval({ uncertain }: Results, row: Row): Row {
  return { ...row, interval: clusterText(uncertain?.countries.get(String(row.country))) };
}

/** Codes that databases write for a network of which they know the region alone. */
const regions = new Map([
  ['AP', 'Asia and the Pacific'],
  ['EU', 'Europe'],
]);

/** "EU (Europe) is a region, not a country: ..." where the table has such a row. */
function regionSentence(rows: readonly Row[]): string {
  const there = rows.flatMap(({ country }) => {
    const region = regions.get(String(country));
    return region === undefined ? [] : [`${country} (${region})`];
  });
  if (there.length === 0) return '';
  const are = there.length === 1 ? 'is a region, not a country' : 'are regions, not countries';
  return `${there.join(' and ')} ${are}: the database knows no more of the addresses there. `;
}

/** Table 1 of the paper. */
export function countryTable(results: Results): Table {
  const rows = notMeasured(results, 'country') ? [] : results.rows('table1');
  return {
    id: 'table1',
    title: 'Table 1. MPTCP-capable servers per country',
    columns: [
      { key: 'country', title: 'Country', kind: 'text' },
      { key: 'servers', title: 'Servers', kind: 'count' },
      { key: 'undecided', title: 'undecided', kind: 'count' },
      { key: 'ratio', title: 'Ratio', kind: 'percent', bar: true },
      { key: 'interval', title: '95 % over ASes', kind: 'text' },
      ...baseRate,
      ...versions,
      ...clientColumns(results),
    ],
    rows: rows.map((row) => ({ ...withInterval(results, row), ...clientCells(results, row) })),
    denominator: `${denominator(results)} ${coverageSentence(results, 'country', 'a country')}${clientDenominator(results)}`,
    meaning:
      'A server is an address; all its ports count once. The country is where a geolocation database places the address, which for anycast and large hosting providers can be wrong by a continent. ' +
      `${regionSentence(rows)}A server that speaks both versions is counted in v1 and in v0. ${undecidedMeaning} The interval of a ratio is that of a bootstrap over ASes; a dash: fewer than ${leastClusters} ASes have a capable address, or fewer than ${leastHolding} have one there. ${baseMeaning} ${confirmedMeaning}${gathered(results)}`,
    empty: emptySentence(results, 'country', 'geo'),
  };
}

/** Table 2 of the paper. */
export function systemTable(results: Results): Table {
  return {
    id: 'table2',
    title: 'Table 2. MPTCP-capable addresses per autonomous system',
    columns: [
      { key: 'as_name', title: 'AS name', kind: 'text' },
      { key: 'asn', title: 'ASN', kind: 'id' },
      { key: 'hosts', title: 'Count', kind: 'count' },
      { key: 'undecided', title: 'undecided', kind: 'count' },
      { key: 'ratio', title: 'Ratio', kind: 'percent', bar: true },
      ...baseRate,
      ...versions,
    ],
    rows: notMeasured(results, 'asn') ? [] : results.rows('table2'),
    denominator: `${denominator(results)} ${coverageSentence(results, 'asn', 'an origin AS')} ${acrossSentence(results)}`,
    meaning:
      'The AS that originates the longest matching prefix in the routing table of the run; the first 12, then all others together. An AS announces an address; who runs the server is another question. ' +
      `${undecidedMeaning} The ratio of a single AS has no interval over ASes: the AS is the unit drawn. (Other) in these two columns is every other AS, including those without a capable address. ${baseMeaning} ${confirmedMeaning}`,
    empty: emptySentence(results, 'asn', 'asn'),
  };
}
