import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { boundsSentence, summaryOf } from '../../../../orchestrator/report/bounds.ts';
import { boundsTable, popularityTable } from '../../../../orchestrator/report/tables/uncertain.ts';
import { verdictTable } from '../../../../orchestrator/report/tables/verdicts.ts';
import type { Bound } from '../../../../orchestrator/report/uncertain.ts';
import { makeFacts } from '../facts.ts';
import { makeResults } from '../results.ts';

const test = suite('report/tables/uncertain');

const v1: Bound = {
  key: 'endpoints_v1',
  capable: 10,
  answered: 1000,
  unknown: 3,
  inconsistent: 2,
  lost: 5,
  most: 20,
  ases: { low: 0.004, high: 0.031 },
};
const domains: Bound = {
  ...v1,
  key: 'domains',
  lost: null,
  most: null,
  ases: { why: '7 ASes answered, 30 are needed' },
};

function results(bounds: Bound[], p?: number) {
  const popularity = p === undefined ? null : { operators: 12, seen: 0.31, expected: 0.5, p };
  const summary = { endpoints_replied: 1000, domains_capable: 4 };
  return { ...makeResults(summary, { verdicts: [] }), uncertain: { bounds, countries: new Map(), popularity } };
}

test('a count has its bounds, what is undecided, and the interval over ASes', () => {
  const { rows, denominator } = boundsTable(makeFacts(), results([v1, domains]));
  assert.equal(
    rows.map(({ bounds, ases, most }) => [bounds, ases, most]),
    [
      ['1.00 to 2.00\u00a0%', '0.40 to 3.10\u00a0%', 20],
      ['1.00\u00a0% at least', null, null],
    ],
  );
  assert.match(
    denominator,
    'No interval over ASes for domains with a capable address: 7 ASes answered, 30 are needed.',
  );
});

test('second opinions that got no answer are told with what they could have done', () => {
  const facts = makeFacts({ lost: { replies: 0, opinions: { asked: 1200, unanswered: 34 } } });
  assert.match(boundsTable(facts, results([v1])).denominator, 'Of 1,200 second opinions 34 got no answer');
  assert.not.match(boundsTable(makeFacts(), results([v1])).denominator, 'second opinion');
});

test('the headline and the verdict table say the bounds', () => {
  assert.is(
    boundsSentence(results([v1]), 'endpoints_v1'),
    'Bounds 1.00 to 2.00\u00a0%: 10 undecided. 95\u00a0% over ASes: 0.40 to 3.10\u00a0%.',
  );
  assert.is(
    boundsSentence(results([domains]), 'domains'),
    'Bounds 1.00\u00a0% at least: 5 undecided. No interval over ASes.',
  );
  assert.is(boundsSentence(results([{ ...v1, answered: 0 }]), 'endpoints_v1'), null);
  assert.match(
    verdictTable(makeFacts(), results([v1])).denominator,
    'Bounds of capable: v1 1.00 to 2.00\u00a0%, v0 –.',
  );
});

test('summary.csv has all of it as numbers', () => {
  assert.equal(Object.fromEntries(summaryOf(v1)), {
    endpoints_v1_unknown: 3,
    endpoints_v1_inconsistent: 2,
    endpoints_v1_lost: 5,
    endpoints_v1_bound_low: '1.00',
    endpoints_v1_bound_high: '2.00',
    endpoints_v1_ases_low: '0.40',
    endpoints_v1_ases_high: '3.10',
  });
  assert.equal(Object.values(Object.fromEntries(summaryOf(domains))).slice(2), [null, '1.00', null, null, null]);
});

const findings: [p: number, says: string][] = [
  [0.05, 'Better ranked sites are capable more often'],
  [0.051, 'cannot be told apart from chance'],
  [0.949, 'cannot be told apart from chance'],
  [0.96, 'Worse ranked sites are capable more often'],
];
for (const [p, says] of findings) {
  test(`p = ${p}: ${says}`, () => {
    const { denominator, rows } = popularityTable(results([v1], p));
    assert.match(denominator, says);
    assert.equal(rows, [{ operators: 12, seen: 31, expected: 50, p: p.toFixed(4) }]);
  });
}

test('what was not tested says why', () => {
  assert.match(popularityTable(results([v1])).empty, 'the domains have no ranks');
  assert.match(popularityTable(makeResults({})).empty, 'no ranked domain has a capable address');
});

test.run();
