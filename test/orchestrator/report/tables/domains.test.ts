import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { listTable, mixedTable, topDomainTable } from '../../../../orchestrator/report/tables/domains.ts';
import { makeResults } from '../results.ts';

const test = suite('report/tables/domains');

const summary = { domains_listed: 2000, domains_answered: 1500, domains_capable: 30 };

test('Table 3 says how many of the capable domains it shows, and their share of those that answered', () => {
  const table = topDomainTable(makeResults(summary, { table3: [{ domain: 'a.example' }, { domain: 'b.example' }] }));
  assert.is(table.rows.length, 2);
  assert.match(table.denominator, 'The first 2 of 30 domains with a capable address');
  assert.match(table.denominator, '30 of 1,500 (2.00\u00a0%) of the domains that answered');
});

const empties: [title: string, listed: number, sentence: string][] = [
  ['a run without a list of names says so', 0, 'no list of names'],
  ['a list without a capable domain counts what answered', 2000, 'out of 1,500 with an address that answered'],
];
for (const [title, listed, sentence] of empties)
  test(title, () => {
    const results = makeResults({ ...summary, domains_listed: listed });
    assert.match(topDomainTable(results).empty, sentence);
    assert.match(mixedTable(results).empty, sentence);
  });

test('the first mixed domain is named by its rank in the list and its place among the capable ones', () => {
  const results = makeResults(summary, { first_mixed: [{ rank: 1234, place: 7 }] });
  assert.match(mixedTable(results).denominator, 'at rank 1,234, number 7 among the capable ones');
});

test('without a mixed domain of known rank none is named first', () => {
  for (const first of [[], [{ rank: null, place: 7 }], [{ rank: 3, place: null }]])
    assert.not.match(mixedTable(makeResults(summary, { first_mixed: first })).denominator, 'first mixed');
});

test('without a list of names there are no counts of domains', () => {
  const rows = { mixed_domains: [{ domains: 'listed', count: 0, of: 0, share: null }] };
  assert.equal(mixedTable(makeResults({ ...summary, domains_listed: 0 }, rows)).rows, []);
  assert.is(mixedTable(makeResults(summary, rows)).rows.length, 1);
});

test('the table of lists says how many domains they name together, and is empty without a list', () => {
  const rows = { lists: [{ list: 'a', names: 1900 }] };
  const table = listTable(makeResults(summary, rows));
  assert.is(table.rows.length, 1);
  assert.match(table.denominator, 'all lists together name 2,000');
  assert.equal(listTable(makeResults({ ...summary, domains_listed: 0 }, rows)).rows, []);
  assert.match(listTable(makeResults(summary, {})).empty, 'Runs of this version do not record which list');
});

test.run();
