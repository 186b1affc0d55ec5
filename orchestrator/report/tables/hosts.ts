import { laterSentence } from '../caveats/later.ts';
import type { ReportFacts } from '../facts.ts';
import { formatCount, formatOf } from '../format.ts';
import type { Results } from '../results.ts';
import { countOf, numberOf } from '../rows.ts';
import { coverageSentence, emptySentence } from './coverage.ts';
import type { Table } from './table.ts';

function observed(results: Results, index: number): number {
  const row = results.rows('connections')[index];
  return row === undefined ? 0 : countOf(row, 'of');
}

/** What real connections showed. */
export function connectionTable({ stages }: ReportFacts, results: Results): Table {
  return {
    id: 'connections',
    title: 'Connections to capable addresses',
    columns: [
      { key: 'observation', title: 'Addresses that', kind: 'text' },
      { key: 'addresses', title: 'Count', kind: 'count' },
      { key: 'of', title: 'of', kind: 'count' },
      { key: 'share', title: 'Share', kind: 'percent', bar: true },
    ],
    rows: observed(results, 0) === 0 ? [] : results.rows('connections'),
    denominator: `A connection was tried to ${formatOf(observed(results, 0), results.total('addresses_capable'))} capable addresses. Each share is of the addresses where that could be observed.${laterSentence(stages, 'handshake')}`,
    meaning:
      'A fallback after a capable SYN/ACK does not show what caused it: a proxy that answered the SYN for the server, a backend behind the same address without MPTCP, a path that strips or rewrites options, ' +
      'or a server that speaks another version than the client. MP_FAIL reports a checksum that did not match: payload was changed on the path.',
    empty: emptySentence(results, null, 'handshake'),
  };
}

/** ADD_ADDR by scope. */
export function announcementTable({ stages }: ReportFacts, results: Results): Table {
  const known = observed(results, 3);
  return {
    id: 'announcements',
    title: 'Announced addresses (ADD_ADDR)',
    columns: [
      { key: 'scope', title: 'Scope', kind: 'text' },
      { key: 'servers', title: 'Servers', kind: 'count' },
      { key: 'announcements', title: 'Addresses', kind: 'count' },
      { key: 'ipv4', title: 'IPv4', kind: 'count' },
      { key: 'ipv6', title: 'IPv6', kind: 'count' },
      { key: 'resolved', title: 'in the list', kind: 'count' },
      { key: 'unresolved', title: 'not in it', kind: 'count' },
      { key: 'same_as', title: 'same AS', kind: 'count' },
      { key: 'other_as', title: 'other AS', kind: 'count' },
      { key: 'hmac_valid', title: 'HMAC valid', kind: 'count' },
      { key: 'hmac_invalid', title: 'HMAC invalid', kind: 'count' },
    ],
    rows: results.rows('announcements'),
    denominator: `n = ${formatCount(known)} capable addresses whose connection was recorded. A server that announces one address several times counts once.${laterSentence(stages, 'handshake')}`,
    meaning:
      'A private address that a server announces is a misconfiguration, and useless to a client outside. Announcements arrive one per round trip, so a connection that is held too briefly shows only some of them. ' +
      'In the list: a name of the target list resolved to the address, from this vantage point; a dash: the targets were not names. The others were found only by their announcement. ' +
      'An invalid HMAC is what address translation on the path causes.',
    empty:
      known === 0
        ? emptySentence(results, null, 'handshake')
        : `None of the ${formatCount(known)} capable addresses whose connection was recorded announced another address.`,
  };
}

/** Table 4 of the paper. */
export function systemGuessTable({ stages }: ReportFacts, results: Results): Table {
  const [sure] = results.rows('fingerprints');
  const asked = sure === undefined ? 0 : countOf(sure, 'fingerprinted');
  const mean = numberOf(sure, 'accuracy_mean');
  const deviation = numberOf(sure, 'accuracy_deviation');
  const accuracy =
    mean === null || deviation === null
      ? ''
      : ` Mean accuracy ${mean.toFixed(1)} %, standard deviation ${deviation.toFixed(2)}.`;
  return {
    id: 'table4',
    title: 'Table 4. Operating system candidates',
    columns: [
      { key: 'name', title: 'Name', kind: 'text' },
      { key: 'occurrence', title: 'Occurrence', kind: 'number' },
      { key: 'addresses', title: 'Addresses', kind: 'count' },
    ],
    rows: results.rows('table4'),
    denominator: `n = ${formatOf(asked, results.total('addresses_capable'))} capable addresses with a candidate, ${formatCount(sure === undefined ? 0 : countOf(sure, 'candidates'))} candidates, the first 10 shown.${accuracy}${laterSentence(stages, 'os')}`,
    meaning:
      'Each candidate of an address counts its accuracy as a share, divided by the number of candidates of that address (the weighting of the 2015 study). Fingerprints often belong to a box on the path, not to the server.',
    empty: emptySentence(results, 'os', 'os'),
  };
}

/** TCP's round trip against ping's. */
export function pathTable({ stages }: ReportFacts, results: Results): Table {
  return {
    id: 'path_ratios',
    title: 'Round trip of the SYN as a share of that of ping',
    columns: [
      { key: 'band', title: 'SYN / ping', kind: 'text' },
      { key: 'addresses', title: 'Addresses', kind: 'count' },
      { key: 'share', title: 'Share', kind: 'percent', bar: true },
    ],
    rows: results.rows('path_ratios'),
    denominator: `n = ${formatCount(results.rows('path_ratios').reduce((sum, row) => sum + countOf(row, 'addresses'), 0))} capable addresses with both round trips. ${coverageSentence(results, 'ping', 'a ping round trip')}${laterSentence(stages, 'path')}`,
    meaning:
      'A SYN/ACK that comes back in much less time than an echo reply was sent by something nearer than the host: a proxy that terminates TCP. Values above one say little, because hosts do not treat ICMP and TCP alike.',
    empty: emptySentence(results, 'ping', 'path'),
  };
}
