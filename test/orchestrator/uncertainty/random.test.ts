import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { below, randomFrom } from '../../../orchestrator/uncertainty/random.ts';

const test = suite('uncertainty/random');

const drawn = (seed: number, what: string, n = 6) => {
  const random = randomFrom(seed, what);
  return Array.from({ length: n }, () => random());
};

test('the same seed and word draw the same; another seed or word draws otherwise', () => {
  assert.equal(drawn(1, 'a'), drawn(1, 'a'));
  assert.not.equal(drawn(1, 'a'), drawn(2, 'a'));
  assert.not.equal(drawn(1, 'a'), drawn(1, 'b'));
});

test('numbers lie in [0, 1) and are spread evenly, one after the other too', () => {
  const many = drawn(3, 'spread', 200_000);
  assert.ok(many.every((one) => one >= 0 && one < 1));
  const cells = new Map<number, number>();
  many.forEach((one, i) => {
    const cell = 10 * Math.floor(10 * one) + Math.floor(10 * (many[i + 1] ?? 0));
    cells.set(cell, (cells.get(cell) ?? 0) + 1);
  });
  assert.is(cells.size, 100);
  // A cell has 2,000; its deviation is 45.
  assert.ok([...cells.values()].every((count) => Math.abs(count - 2000) < 5 * 45));
});

test('whole numbers below n are all of them', () => {
  const random = randomFrom(4, 'below');
  assert.equal([...new Set(Array.from({ length: 500 }, () => below(random, 7)))].sort(), [0, 1, 2, 3, 4, 5, 6]);
});

test.run();
