import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { missedRuns, usualDays } from '../../../orchestrator/history/gaps.ts';

const test = suite('gaps of a series');

/** Days after the first run. */
const at = (...days: number[]) => days.map((day) => new Date(Date.UTC(2026, 0, 5) + day * 86_400_000).toISOString());

const cases: [title: string, times: string[], every: number | null, missed: number[]][] = [
  ['a missed week is a hole', at(0, 7, 14, 28, 35), 7, [0, 0, 0, 1, 0]],
  ['three missed weeks are one hole of three', at(0, 7, 14, 42), 7, [0, 0, 0, 3]],
  ['a run that is three days late is none', at(0, 7, 17, 24), 7, [0, 0, 0, 0]],
  [
    'two runs of each day do not make the usual interval shorter',
    at(0, 0.1, 7, 7.1, 14, 14.1),
    6.9,
    [0, 0, 0, 0, 0, 0],
  ],
  ['of two intervals the shorter one is usual', at(0, 7, 21), 7, [0, 0, 1]],
  ['one interval says nothing', at(0, 30), null, [0, 0]],
  ['one run has no hole', at(0), null, [0]],
  ['daily runs with a week off', at(0, 1, 2, 3, 10), 1, [0, 0, 0, 0, 6]],
];
for (const [title, times, every, missed] of cases) {
  test(title, () => {
    assert.is(usualDays(times), every);
    assert.equal(missedRuns(times, every), missed);
  });
}

test('what was asked for goes before the median', () => {
  assert.equal(missedRuns(at(0, 7, 14), 1), [0, 6, 6]);
  assert.equal(missedRuns(at(0, 30), 30), [0, 0]);
});

test('no runs have no holes', () => {
  assert.equal(missedRuns([], null), []);
});

test.run();
