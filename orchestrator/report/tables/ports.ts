import { confirmedMeaning, confirmedSentence } from '../confirmed.ts';
import type { Results } from '../results.ts';
import { dense } from '../views.ts';
import type { Column, Table } from './table.ts';
import { synacks } from './verdicts.ts';

const counts: Column[] = [
  { key: 'answered', title: 'answered', kind: 'count' },
  { key: 'synack_v1', title: 'v1 SYN/ACKs', kind: 'count' },
  { key: 'v1', title: 'v1 capable', kind: 'count' },
  { key: 'v1_share', title: 'of SYN/ACKs', kind: 'percent', bar: true },
  { key: 'confirmed', title: 'confirmed', kind: 'count' },
  { key: 'synack_v0', title: 'v0 SYN/ACKs', kind: 'count' },
  { key: 'v0', title: 'v0 capable', kind: 'count' },
  { key: 'v0_share', title: 'of SYN/ACKs', kind: 'percent', bar: true },
];

function denominator(results: Results): string {
  return `Unit: address and port. Each share is of the SYN/ACKs in its own row; all rows together have ${synacks(results)}. ${confirmedSentence(results, 'endpoints')}`;
}

const noWhole = 'IPv6 addresses are those that names or lists gave, not a share of a whole.';
const empty = 'No address answered anything.';

/** Capable endpoints per address family, all ports together. */
export function familyTable(results: Results): Table {
  return {
    id: 'families',
    title: 'Capable endpoints per address family',
    columns: [
      { key: 'family', title: 'Family', kind: 'text' },
      { key: 'ports', title: 'Ports', kind: 'count' },
      ...counts,
    ],
    rows: results.rows('families'),
    denominator: denominator(results),
    meaning: `One host with an address of each family is in both rows. ${noWhole} ${confirmedMeaning}`,
    empty,
  };
}

/** Capable endpoints per address family and port: each port is a population of its own. */
export function portTable(results: Results): Table {
  return {
    id: 'ports',
    title: 'Capable endpoints per address family and port',
    columns: [{ key: 'family', title: 'Family', kind: 'text' }, { key: 'port', title: 'Port', kind: 'id' }, ...counts],
    rows: results.rows('ports'),
    denominator: denominator(results),
    meaning: `One host with two ports, or with an address of each family, is in two rows. ${noWhole} ${confirmedMeaning}`,
    empty,
  };
}

/** Counts with and without prefixes in which everything answers. */
export function denseTable(results: Results): Table {
  const share = (key: string) => ({ key, title: 'of SYN/ACKs', kind: 'percent' as const });
  return {
    id: 'dense',
    title: 'Prefixes in which everything answers: counts with and without them',
    columns: [
      { key: 'family', title: 'Family', kind: 'text' },
      { key: 'port', title: 'Port', kind: 'id' },
      { key: 'prefixes', title: 'Prefixes', kind: 'count' },
      { key: 'within', title: 'answered in them', kind: 'count' },
      { key: 'answered', title: 'of all', kind: 'count' },
      { key: 'all_v1', title: 'v1 with them', kind: 'count' },
      share('all_v1_share'),
      { key: 'v1', title: 'v1 without', kind: 'count' },
      share('v1_share'),
      { key: 'all_v0', title: 'v0 with them', kind: 'count' },
      share('all_v0_share'),
      { key: 'v0', title: 'v0 without', kind: 'count' },
      share('v0_share'),
    ],
    rows: results.rows('dense'),
    denominator:
      'Unit: address and port. Each share is of the SYN/ACKs to that version’s probe, with the prefixes or without them. All other tables count with them.',
    meaning:
      `A /24 in which ${dense.ipv4} addresses or more answered a port with a SYN/ACK; an IPv6 prefix of 64, 80 or 96 bits in which ${dense.ipv6} or more answered it, numbered at random and all alike, and no address that a name resolved to was silent. ` +
      'One box may answer for all of them: a firewall that answers every port, a load balancer, an aliased prefix. It may also be a full /24 of servers. Prefixes in which fewer addresses were probed cannot be recognised.',
    empty: results.total('endpoints_replied') === 0 ? empty : 'None: no prefix answered on (nearly) every address.',
  };
}
