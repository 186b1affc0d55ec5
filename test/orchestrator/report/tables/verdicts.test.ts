import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Asked } from '../../../../orchestrator/report/facts.ts';
import { verdictTable } from '../../../../orchestrator/report/tables/verdicts.ts';
import { makeFacts } from '../facts.ts';
import { makeResults } from '../results.ts';

const test = suite('report/tables/verdicts');

const rows = [
  { verdict: 'capable', v1: 4, v1_share: 50, v0: 0, v0_share: 0 },
  { verdict: 'refused', v1: 1, v1_share: null, v0: 1, v0_share: null },
  { verdict: 'silent', v1: 1, v1_share: 0, v0: 3, v0_share: null },
];
const summary = { endpoints_replied: 6, endpoints_synack_v1: 8, endpoints_synack_v0: 4, endpoints_capable_v1: 4 };

function silent(asked: Asked | null) {
  const table = verdictTable(makeFacts({ asked }), makeResults(summary, { verdicts: rows }));
  const row = table.rows.find(({ verdict }) => verdict === 'silent');
  return { cells: [row?.v1, row?.v1_share, row?.v0, row?.v0_share], sentence: table.denominator };
}

const cases: [title: string, asked: Asked | null, v1: number | null, v0: number | null, sentence: string][] = [
  [
    'endpoints asked without another verdict are silent',
    { probes: 40, silent: 30, v1: 20, v0: 20 },
    15,
    19,
    '30 of 40 probes were',
  ],
  ['everything answered: nothing is silent', { probes: 6, silent: 0, v1: 5, v0: 1 }, 0, 0, '0 of 6 probes'],
  [
    'versions that cannot be told apart have no number',
    { probes: 41, silent: 30, v1: null, v0: null },
    null,
    null,
    '30 of 41 probes',
  ],
  ['counts that are not there are no zero', null, null, null, 'How many were silent is not known'],
];
for (const [title, asked, v1, v0, sentence] of cases) {
  test(title, () => {
    const found = silent(asked);
    assert.equal(found.cells, [v1, null, v0, null]);
    assert.match(found.sentence, sentence);
  });
}

test('a run that nothing answered counts its silence, one that asked nothing has no table', () => {
  const nothing = { endpoints_replied: 0 };
  const none = [{ verdict: 'silent', v1: 0, v1_share: null, v0: 0, v0_share: null }];
  const rowsOf = (asked: Asked | null) =>
    verdictTable(makeFacts({ asked }), makeResults(nothing, { verdicts: none })).rows;
  assert.equal(
    rowsOf({ probes: 40, silent: 40, v1: 20, v0: 20 }).map(({ v1, v0 }) => [v1, v0]),
    [[20, 20]],
  );
  assert.equal(rowsOf({ probes: 0, silent: 0, v1: 0, v0: 0 }), []);
  assert.equal(rowsOf(null), []);
});

test.run();
