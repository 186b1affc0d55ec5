import { laterSentence } from '../caveats/later.ts';
import type { ReportFacts } from '../facts.ts';
import { formatOf, plural } from '../format.ts';
import type { Results } from '../results.ts';
import { countOf } from '../rows.ts';
import { emptySentence } from './coverage.ts';
import type { Column, Table } from './table.ts';

/** Capable addresses whose MPTCP connection was held to its end, so that we know what they announce. */
export function heldAddresses(results: Results): number {
  const [row] = results.rows('announcers');
  return row === undefined ? 0 : countOf(row, 'of');
}

function hosts(results: Results): number {
  return results.rows('host_sizes').reduce((sum, row) => sum + countOf(row, 'hosts'), 0);
}

function observations(counted: string, title: string): Column[] {
  return [
    { key: 'observation', title, kind: 'text' },
    { key: counted, title: 'Count', kind: 'count' },
    { key: 'of', title: 'of', kind: 'count' },
    { key: 'share', title: 'Share', kind: 'percent', bar: true },
  ];
}

const listened = (results: Results) =>
  `${formatOf(heldAddresses(results), results.total('addresses_capable'))} capable addresses had an MPTCP connection that was held to its end`;

/** The map of multi-homed and dual-stacked hosts that the study's conclusion asks for, as numbers. */
export function multihomedTable({ stages }: ReportFacts, results: Results): Table {
  return {
    id: 'multihomed',
    title: 'Hosts of several addresses',
    columns: observations('hosts', 'Hosts that'),
    rows: heldAddresses(results) === 0 ? [] : results.rows('multihomed'),
    denominator: `n = ${plural(hosts(results), 'host', 'hosts')}: ${listened(results)}, and addresses that one of them announced with a valid HMAC count as one host, unless a join says otherwise.${laterSentence(stages, 'handshake')}`,
    meaning:
      'A valid HMAC shows that the announcement came from the server at the other end of the connection, unchanged. It does not show that the server has the address: only a subflow to it does (the last row). ' +
      'A server announces its addresses one by one, and only as many as it is configured to: a host may have more than are counted. Servers that share an address, such as one of a load balancer, count as one host.',
    empty: emptySentence(results, null, 'handshake'),
  };
}

/** Whose the announced addresses are, by asking them. */
export function joinTable({ stages }: ReportFacts, results: Results): Table {
  const [first] = results.rows('joins');
  const asked = first === undefined ? 0 : countOf(first, 'of');
  return {
    id: 'joins',
    title: 'Announced addresses that were asked for a subflow',
    columns: observations('addresses', 'Addresses that'),
    rows: asked === 0 ? [] : results.rows('joins'),
    denominator: `n = ${plural(asked, 'announced address', 'announced addresses')}: global ones that were sent one MP_JOIN SYN each.${laterSentence(stages, 'handshake')}`,
    meaning:
      'Whoever accepts a subflow with the HMAC of the connection holds its keys: the address belongs to the server, or to something that acts for it. ' +
      'Whoever does not know the connection is somebody else, or another backend of the same service. Silence and a closed port show neither.',
    empty:
      'No announced address was asked for a subflow: handshake.join is off, or none of those announced may be asked.',
  };
}

export function hostSizeTable(_facts: ReportFacts, results: Results): Table {
  return {
    id: 'host_sizes',
    title: 'Addresses per host',
    columns: [
      { key: 'addresses', title: 'Addresses', kind: 'count' },
      { key: 'hosts', title: 'Hosts', kind: 'count' },
      { key: 'share', title: 'Share', kind: 'percent', bar: true },
    ],
    rows: results.rows('host_sizes'),
    denominator: `n = ${plural(hosts(results), 'host', 'hosts')}, of ${plural(heldAddresses(results), 'capable address', 'capable addresses')} whose MPTCP connection was held to its end.`,
    meaning:
      'Global addresses only, including the one that was probed. An address counts for its host whatever port was announced with it.',
    empty: emptySentence(results, null, 'handshake'),
  };
}

/** What servers tell of themselves beside addresses: slips, and load balancers. */
export function announcerTable({ stages }: ReportFacts, results: Results): Table {
  return {
    id: 'announcers',
    title: 'What announcing servers do',
    columns: observations('addresses', 'Addresses that'),
    rows: heldAddresses(results) === 0 ? [] : results.rows('announcers'),
    denominator: `n: ${listened(results)}.${laterSentence(stages, 'handshake')}`,
    meaning:
      'The C flag (RFC 8684, 3.1) tells clients not to open further subflows to the address that they connected to; together with another announced address or port, it makes servers behind a load balancer reachable. ' +
      'An address that is not global is useless to a client outside, and reveals how a network is numbered inside.',
    empty: emptySentence(results, null, 'handshake'),
  };
}
