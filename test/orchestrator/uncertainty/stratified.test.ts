import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { wilson } from '../../../orchestrator/uncertainty/interval.ts';
import { below, randomFrom } from '../../../orchestrator/uncertainty/random.ts';
import { type Stratum, stratifiedShare } from '../../../orchestrator/uncertainty/stratified.ts';

const test = suite('uncertainty/stratified');

const close = (a: number | undefined, b: number) => assert.ok(Math.abs((a ?? Number.NaN) - b) < 1e-6, `${a} ${b}`);

test('classes weigh as many as they have', () => {
  close(
    stratifiedShare([
      { n: 5, of: 10, size: 900 },
      { n: 10, of: 10, size: 100 },
    ])?.share,
    55,
  );
});

test('one class of very many is a share with the interval of Wilson', () => {
  const [found, own] = [stratifiedShare([{ n: 3, of: 20, size: 1e9 }]), wilson(3, 20)];
  assert.ok(
    Math.abs((found?.low ?? 0) - (own?.low ?? 1)) < 0.001 && Math.abs((found?.high ?? 0) - (own?.high ?? 1)) < 0.001,
  );
});

test('of what was looked at whole nothing is uncertain, and of nothing there is no share', () => {
  assert.equal(stratifiedShare([{ n: 3, of: 12, size: 12 }]), { share: 25, low: 25, high: 25 });
  assert.is(stratifiedShare([{ n: 0, of: 0, size: 40 }]), null);
});

/** Classes of a census, and how many of each are what is asked for: few of the large ones, most of the small ones. */
const worlds: [title: string, classes: { size: number; true: number }[]][] = [
  [
    'a large class with few, a small one with most',
    [
      { size: 5000, true: 60 },
      { size: 300, true: 270 },
      { size: 25, true: 20 },
    ],
  ],
  [
    'three alike',
    [
      { size: 400, true: 80 },
      { size: 400, true: 120 },
      { size: 400, true: 200 },
    ],
  ],
];
for (const [title, classes] of worlds) {
  test(`930 of 1,000 intervals or more hold the truth of ${title}, 20 drawn of each`, () => {
    const random = randomFrom(9, title);
    const total = classes.reduce((sum, { size }) => sum + size, 0);
    const truth = (100 * classes.reduce((sum, one) => sum + one.true, 0)) / total;
    let held = 0;
    for (let draw = 0; draw < 1000; draw += 1) {
      const strata = classes.map(({ size, true: hits }): Stratum => {
        const drawn = new Set<number>();
        while (drawn.size < Math.min(20, size)) drawn.add(below(random, size));
        return { n: [...drawn].filter((one) => one < hits).length, of: drawn.size, size };
      });
      const found = stratifiedShare(strata);
      if (found !== null && found.low <= truth && truth <= found.high) held += 1;
    }
    assert.ok(held >= 930, String(held));
  });
}

test.run();
