import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { confirmedSentence } from '../../../orchestrator/report/confirmed.ts';
import { makeResults } from './results.ts';

const test = suite('report/confirmed');

const cases: [capable: number, tried: number, confirmed: number | null, sentence: string][] = [
  [0, 0, null, 'No confirmed ones: there are no endpoints capable in v1.'],
  [3, 0, null, 'Not measured whether the 3 endpoints capable in v1 are confirmed: no connection was tried.'],
  [3, 2, 0, 'Of the 3 endpoints capable in v1, 0 (0.00\u00a0%) are confirmed; a connection was tried to 2 of them.'],
  [
    3000,
    3000,
    1,
    'Of the 3,000 endpoints capable in v1, 1 (0.03\u00a0%) is confirmed; a connection was tried to 3,000 of them.',
  ],
];
for (const [capable, tried, confirmed, sentence] of cases) {
  test(`${capable} capable, ${tried} tried, ${confirmed} confirmed: ${sentence}`, () => {
    const summary = { endpoints_capable_v1: capable, endpoints_tried_v1: tried, endpoints_confirmed_v1: confirmed };
    assert.is(confirmedSentence(makeResults(summary), 'endpoints'), sentence);
  });
}

test.run();
