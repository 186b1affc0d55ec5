import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { intervalText, wilson } from '../../../orchestrator/uncertainty/interval.ts';

const test = suite('uncertainty/interval');

/** Newcombe 1998, table I (Wilson without continuity correction), and limits that follow from the formula alone. */
const known: [n: number, base: number, low: number, high: number][] = [
  [81, 263, 25.53, 36.62],
  [15, 148, 6.24, 16.05],
  [0, 20, 0, 16.11],
  [1, 29, 0.61, 17.18],
  [29, 29, 88.3, 100],
];
for (const [n, base, low, high] of known) {
  test(`${n} of ${base} is ${low} to ${high} %`, () => {
    const found = wilson(n, base);
    assert.ok(
      found !== null && Math.abs(found.low - low) < 0.006 && Math.abs(found.high - high) < 0.006,
      JSON.stringify(found),
    );
  });
}

test('of nobody there is no interval', () => {
  assert.is(wilson(0, 0), null);
  assert.is(intervalText(0, 0), '–');
});

/** Numbers from 0 to 1, always the same ones. */
function* drawn(): Generator<number> {
  for (let state = 1; ; ) {
    state = (state * 48271) % 2147483647;
    yield state / 2147483647;
  }
}

test('95 % of the intervals of 1,000 draws hold the truth', () => {
  const numbers = drawn();
  let held = 0;
  for (let draw = 0; draw < 1000; draw += 1) {
    let n = 0;
    for (let one = 0; one < 200; one += 1) if ((numbers.next().value ?? 1) < 0.07) n += 1;
    const { low, high } = wilson(n, 200) ?? { low: 0, high: 0 };
    if (low <= 7 && 7 <= high) held += 1;
  }
  assert.ok(held >= 930 && held < 990, String(held));
});

test.run();
