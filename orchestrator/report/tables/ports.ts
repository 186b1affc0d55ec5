import { confirmedMeaning, confirmedSentence } from '../confirmed.ts';
import { formatCount } from '../format.ts';
import type { Results } from '../results.ts';
import type { Table } from './table.ts';

/** Capable endpoints per address family and port: each port is a population of its own. */
export function portTable(results: Results): Table {
  const of = (version: string) => formatCount(results.total(`endpoints_synack_${version}`));
  return {
    id: 'ports',
    title: 'Capable endpoints per address family and port',
    columns: [
      { key: 'family', title: 'Family', kind: 'text' },
      { key: 'port', title: 'Port', kind: 'id' },
      { key: 'answered', title: 'answered', kind: 'count' },
      { key: 'synack_v1', title: 'v1 SYN/ACKs', kind: 'count' },
      { key: 'v1', title: 'v1 capable', kind: 'count' },
      { key: 'v1_share', title: 'of SYN/ACKs', kind: 'percent', bar: true },
      { key: 'confirmed', title: 'confirmed', kind: 'count' },
      { key: 'synack_v0', title: 'v0 SYN/ACKs', kind: 'count' },
      { key: 'v0', title: 'v0 capable', kind: 'count' },
      { key: 'v0_share', title: 'of SYN/ACKs', kind: 'percent', bar: true },
    ],
    rows: results.rows('ports'),
    denominator: `Unit: address and port. Each share is of the SYN/ACKs in its own row; all rows together have ${of('v1')} to the v1 probe and ${of('v0')} to the v0 probe. ${confirmedSentence(results, 'endpoints')}`,
    meaning: `One host with two ports, or with an address of each family, is in two rows. IPv6 addresses are those that names or lists gave, no part of a whole. ${confirmedMeaning}`,
    empty: 'No address answered anything.',
  };
}
