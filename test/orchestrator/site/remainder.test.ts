import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { numberCells, remainderCells } from '../../../orchestrator/site/data/rows.ts';

const test = suite('site/data/rows');

const known = { confirmed: true, versions: new Set(['v1', 'v0'] as const) };
/** Ten more answered than all parts that are told; of two told parts it is withheld who is capable, so eleven are left of those. */
const left = {
  v1: { answered: 10, capable: 11, confirmed: 3 },
  v0: { answered: 10, capable: 0, confirmed: null },
};

test('what is left beside the parts told has counts and no share: its capable ones are not of its own size', () => {
  const { share_v1, share_v0, ...counts } = remainderCells(left, known);
  assert.equal([share_v1, share_v0], [null, null]);
  const { share_v1: a, share_v0: b, ...same } = numberCells(left, known);
  assert.equal(counts, same);
  assert.equal([counts.answered_v1, counts.capable_v1], [10, 11]);
});

test.run();
