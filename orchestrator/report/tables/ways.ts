import { falsePositiveRate, leastControls, leastPairs } from '../../evidence/boxes/nearer.ts';
import { intervalText } from '../../uncertainty/interval.ts';
import { formatCount, formatOf } from '../format.ts';
import type { QueryName, Results } from '../results.ts';
import { countOf } from '../rows.ts';
import type { Table } from './table.ts';

function sumOf(results: Results, query: QueryName, column: string): number {
  return results.rows(query).reduce((sum, row) => sum + countOf(row, column), 0);
}

function notSwept(results: Results): string {
  if (results.alone === true) return 'Not measured: replies to SYNs alone do not show it.';
  return 'Not measured: the hops stage was disabled for this run (hops: true enables it).';
}

/** The wish of section 5.3 of the paper: a SYN that is back much sooner than a ping. */
export function nearerTable(results: Results): Table {
  const rate = `${100 * falsePositiveRate} %`;
  const controls = results.rows('nearer').find((row) => row.kind === 'plain controls');
  const told =
    controls === undefined || countOf(controls, 'compared') === 0
      ? `No threshold: fewer than ${leastControls} plain controls had ${leastPairs} pairs.`
      : `Of the plain controls ${formatOf(countOf(controls, 'nearer'), countOf(controls, 'compared'))} are beyond both: that is how often the rule is wrong.`;
  return {
    id: 'nearer',
    title: 'Answered by a box on the path',
    columns: [
      { key: 'kind', title: 'Addresses', kind: 'text' },
      { key: 'addresses', title: 'asked', kind: 'count' },
      { key: 'compared', title: 'compared', kind: 'count' },
      { key: 'nearer', title: 'nearer', kind: 'count' },
      { key: 'share', title: 'of compared', kind: 'percent', bar: true },
      { key: 'ratio_median', title: 'SYN / ping', kind: 'text' },
    ],
    rows: results.rows('nearer'),
    denominator: `Addresses with ${leastPairs} pairs or more of a SYN and a ping, both answered: ${formatCount(sumOf(results, 'nearer', 'compared'))}. ${told}`,
    meaning:
      `Nearer: the SYN came back sooner than the ping by more than for all but ${rate} of the plain controls, both relatively and in time, as the median of the pairs. ` +
      'It means that something nearer than whoever answers pings answers TCP for the address. It cannot detect a box just in front of the server, and does not say what the box is, or that the other addresses have none. Hosts that answer pings late look the same; the controls say how often.',
    empty:
      results.alone === true
        ? notSwept(results)
        : 'Not measured: path was disabled for this run, or did not measure pairs (path.tool: pairs).',
  };
}

/** What SYNs of growing TTL showed of each sample. */
export function waysTable(results: Results): Table {
  return {
    id: 'ways',
    title: 'The way to samples of endpoints',
    columns: [
      { key: 'sample', title: 'Sample', kind: 'text' },
      { key: 'ways', title: 'Ways', kind: 'count' },
      { key: 'seen', title: 'intact on some hop', kind: 'count' },
      { key: 'changed', title: 'changed', kind: 'count' },
      { key: 'changed_share', title: 'of ways', kind: 'percent', bar: true },
      { key: 'changed_interval', title: '95 %', kind: 'text' },
      { key: 'stripped', title: 'stripped', kind: 'count' },
      { key: 'syn_proxy', title: 'SYN proxy', kind: 'count' },
      { key: 'nearer', title: 'answered nearer', kind: 'count' },
      { key: 'nearer_share', title: 'of answered', kind: 'percent', bar: true },
    ],
    rows: results.rows('ways').map((row) => ({
      ...row,
      changed_interval: intervalText(countOf(row, 'changed'), countOf(row, 'ways')),
    })),
    denominator: `Paths that were swept: ${formatCount(sumOf(results, 'ways', 'ways'))}, a sample of each kind of endpoint, so rows cannot be added up.`,
    meaning:
      'Changed: a hop quotes our SYN with the option changed, moved or gone, and no hop behind it quotes it as sent; the interval is Wilson’s, for a sample drawn by the seed. Answered nearer: the SYN was answered at a TTL at which a ping still expired on the way. ' +
      'A path on which no change is seen may have one behind the last hop that answers, or on the return path. The row not_offered contains plain endpoints: how often the rules find something there is how often they find it at any endpoint.',
    empty: notSwept(results),
  };
}

/** Where the change stands: the ASes on either side of it, and how far. */
export function changedTable(results: Results): Table {
  return {
    id: 'changed_by',
    title: 'Where the option is changed on the path',
    columns: [
      { key: 'sample', title: 'Sample', kind: 'text' },
      { key: 'shows', title: 'Option', kind: 'text' },
      { key: 'asn_before', title: 'last AS that had it', kind: 'text' },
      { key: 'asn_behind', title: 'first AS that had it no more', kind: 'text' },
      { key: 'ways', title: 'Ways', kind: 'count' },
      { key: 'nearest', title: 'nearest hop', kind: 'count' },
      { key: 'hops_median', title: 'median', kind: 'count' },
      { key: 'farthest', title: 'farthest', kind: 'count' },
    ],
    rows: results.rows('changed_by'),
    denominator: `Paths on which a hop shows a change: ${formatCount(sumOf(results, 'ways', 'changed'))}. The 30 rows with the most.`,
    meaning:
      'What changed the option is between the two hops: it may be the first of them, as its packets leave. The AS is that of the address from which the hop answered, which may belong to a neighbour; hops count from this vantage point.',
    empty: sumOf(results, 'ways', 'ways') > 0 ? 'No hop showed a change.' : notSwept(results),
  };
}

/** What made the echoes, where that is sure. */
export function causesTable(results: Results): Table {
  return {
    id: 'causes',
    title: 'What made the echoes',
    columns: [
      { key: 'cause', title: 'Cause', kind: 'text' },
      { key: 'endpoints', title: 'Endpoints', kind: 'count' },
      { key: 'share', title: 'of echoes', kind: 'percent', bar: true },
      { key: 'ases', title: 'ASes', kind: 'count' },
      { key: 'most_asn', title: 'most in AS', kind: 'text' },
    ],
    rows: results.rows('causes'),
    denominator: `Endpoints that return our option: ${formatCount(sumOf(results, 'causes', 'endpoints'))}.`,
    meaning:
      'A cause is named when one rule holds for every echo of the endpoint and no other does. It says how the SYN/ACK was made, not whose box made it, nor that the server behind lacks MPTCP.',
    empty: 'No endpoint returned our option.',
  };
}
