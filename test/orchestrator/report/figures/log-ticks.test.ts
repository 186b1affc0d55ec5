import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { logTicks } from '../../../../orchestrator/report/figures/log-ticks.ts';

const test = suite('report/figures/log-ticks');

const cases: [title: string, low: number, high: number, ticks: number[]][] = [
  ['three powers of ten are enough', 0.5, 200, [1, 10, 100]],
  ['two powers of ten are not: steps of 1, 2, 5 come between', 0.9, 20, [1, 2, 5, 10, 20]],
  ['a range within one power of ten has finer steps', 12, 45, [15, 20, 30, 40]],
  ['a fraction of a millisecond is exact', 0.02, 0.06, [0.02, 0.03, 0.04, 0.05]],
];
for (const [title, low, high, ticks] of cases) test(title, () => assert.equal(logTicks(low, high), ticks));

test('round trips that are all alike have an axis of two ticks or more', () => {
  for (let ms = 0.01; ms < 1000; ms *= 1.01) {
    const ticks = logTicks(ms / 1.5, ms * 1.5);
    assert.ok(ticks.length >= 2, `${ms} ms: ${ticks.join()}`);
  }
});

test.run();
