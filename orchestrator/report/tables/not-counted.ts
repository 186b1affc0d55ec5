import { ruleSets } from '../../evidence/rule-sets/rule-sets.ts';
import { formatCount } from '../format.ts';
import type { Results } from '../results.ts';
import { countOf, type Row } from '../rows.ts';
import type { Table } from './table.ts';

/** What every rule of every table means. */
const sentences = new Map(
  Object.values(ruleSets).flatMap(({ claims }) =>
    claims.flatMap(({ rules }) => rules.map(({ name, sentence }): [string, string] => [name, sentence])),
  ),
);

/** The sentence of the last rule, which reads the option itself; those before name the same thing from another side. */
function meaningOf({ rules }: Row): string {
  return sentences.get(String(rules).split(', ').at(-1) ?? '') ?? '';
}

/** Replies with an MPTCP option that are not support, and what they are instead. */
export function notCountedTable(results: Results): Table {
  const rows = results.rows('not_counted');
  const sum = (version: 'v1' | 'v0') => formatCount(rows.reduce((total, row) => total + countOf(row, version), 0));
  return {
    id: 'not_counted',
    title: 'Answers with an MPTCP option that are not counted',
    columns: [
      { key: 'verdict', title: 'Verdict', kind: 'text' },
      { key: 'rules', title: 'Rules', kind: 'text' },
      { key: 'v1', title: 'v1', kind: 'count' },
      { key: 'v0', title: 'v0', kind: 'count' },
      { key: 'meaning', title: 'What it is', kind: 'text' },
    ],
    rows: rows.map((row) => ({ ...row, meaning: meaningOf(row) })),
    denominator: `Unit: address and port whose SYN/ACK carried an MPTCP option and that is not capable: ${sum('v1')} in v1, ${sum('v0')} in v0. Each is in one row, with all rules that held.`,
    meaning:
      'Counting options instead of reading keys would count these as support; the 2015 study did until its erratum (mptcp-census replay RUN --rules mehani2015). ' +
      'What answered is a box on the path or in front of the host; the host behind it may or may not speak MPTCP.',
    empty: 'Every SYN/ACK with an MPTCP option in it came from a capable endpoint, or there was none.',
  };
}
