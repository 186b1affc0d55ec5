import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Ranges, spansOf } from '../../../../orchestrator/core/rows/ranges.ts';

test('spans hold so much, every range once and in order; a range alone may weigh more', () => {
  const spans = spansOf([3, 3, 4, 1, 20, 0, 0, 9, 2], 10);
  const expected = [
    [0, 2],
    [3, 3],
    [4, 4],
    [5, 7],
    [8, 8],
  ];
  assert.equal(
    spans.map(({ first, last }) => [first, last]),
    expected,
  );
  assert.equal(spansOf([0, 0, 0], 10), [{ first: 0, last: 2 }]);
  assert.equal(spansOf([11], 10), [{ first: 0, last: 0 }]);
  assert.equal(spansOf([], 10), []);
});

test('the condition of a span is that of its ranges together', () => {
  const ranges = new Ranges(['b', 'd', 'f']);
  assert.is(ranges.within('k', 1, 2), "k >= 'b' AND k < 'f'");
  assert.is(ranges.within('k', 0, 1), "k < 'd'");
  assert.is(ranges.within('k', 2, 3), "k >= 'd'");
  assert.is(ranges.within('k', 0, 3), 'true');
  assert.is(ranges.within('k', 1), "k >= 'b' AND k < 'd'");
  assert.equal([ranges.endOf(0), ranges.endOf(3)], ['b', undefined]);
});

test.run();
