import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { funnelTable } from '../../../../orchestrator/report/tables/funnel.ts';
import { makeFacts } from '../facts.ts';
import { makeResults } from '../results.ts';

const test = suite('report/tables/funnel');

const summary = {
  endpoints_replied: 12,
  endpoints_replied_v1: 12,
  endpoints_synack_v1: 10,
  endpoints_offered_v1: 5,
  endpoints_capable_v1: 4,
  endpoints_tried_v1: 4,
  endpoints_confirmed_v1: 1,
  endpoints_replied_v0: 9,
  endpoints_synack_v0: 9,
  endpoints_offered_v0: 3,
  endpoints_capable_v0: 0,
};
const asked = { probes: 40, silent: 19, v1: 20, v0: 20 };

function column(key: string, more: Record<string, number | null> = {}, known: typeof asked | null = asked) {
  return funnelTable(makeFacts({ asked: known }), makeResults({ ...summary, ...more })).rows.map((row) => row[key]);
}

test('each step of v1 is a share of the step above it', () => {
  assert.equal(column('v1'), [20, 12, 10, 5, 4, 1]);
  assert.equal(
    column('v1_share').map((cell) => (typeof cell === 'number' ? Math.round(cell) : cell)),
    [null, 60, 83, 50, 80, 25],
  );
});

test('confirmation is not applicable to v0, not 0', () => {
  assert.equal(column('v0'), [20, 9, 9, 3, 0, 'not applicable']);
  assert.is(column('v0_share').at(-1), null);
});

test('without any connection nothing is said to be unconfirmed', () => {
  assert.is(column('v1', { endpoints_confirmed_v1: null, endpoints_tried_v1: 0 }).at(-1), 'not measured');
});

test('without the counts of the scan the first step is unknown, and the second no share', () => {
  assert.equal(column('v1', {}, null).slice(0, 2), [null, 12]);
  assert.is(column('v1_share', {}, null)[1], null);
});

test.run();
