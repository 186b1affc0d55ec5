import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type RankBin, tellRanks } from '../../../orchestrator/release/ranks.ts';

const test = suite('release/ranks');

/** Bins of ten ranks each: how many answered, are capable, and have an address that no better bin has. */
function binsOf(counts: [answered: number, capable: number, fresh: number][]): RankBin[] {
  return counts.map(([answered, capable, fresh], at) => ({
    rank_from: 10 * at + 1,
    rank_to: 10 * at + 10,
    answered,
    capable,
    fresh,
  }));
}

type Told = [from: number, to: number, answered: number, capable: number][];

const cases: [title: string, k: number, bins: [number, number, number][], told: Told][] = [
  ['no bin is none', 5, [], []],
  [
    'with k of 1 every bin is told, empty ones too',
    1,
    [
      [9, 0, 0],
      [9, 1, 1],
    ],
    [
      [1, 10, 9, 0],
      [11, 20, 9, 1],
    ],
  ],
  [
    'bins of k capable addresses are told by themselves',
    5,
    [
      [50, 5, 5],
      [60, 7, 6],
    ],
    [
      [1, 10, 50, 5],
      [11, 20, 60, 7],
    ],
  ],
  [
    'a bin without a capable address says as little as one of few',
    5,
    [
      [50, 0, 0],
      [60, 6, 6],
    ],
    [[1, 20, 110, 6]],
  ],
  [
    'bins of few are put together until there are k',
    5,
    [
      [50, 3, 3],
      [50, 3, 2],
      [50, 9, 9],
    ],
    [
      [1, 20, 100, 6],
      [21, 30, 50, 9],
    ],
  ],
  [
    'many names of one address are one address',
    5,
    [
      [50, 20, 1],
      [50, 20, 4],
    ],
    [[1, 20, 100, 40]],
  ],
  [
    'what is left at the end goes to the bin before it',
    5,
    [
      [50, 6, 6],
      [50, 2, 2],
    ],
    [[1, 20, 100, 8]],
  ],
  [
    'few entries that are not capable are not told either',
    5,
    [
      [8, 6, 6],
      [60, 6, 6],
    ],
    [[1, 20, 68, 12]],
  ],
  [
    'a remainder that makes the last bin small takes one more',
    5,
    [
      [50, 6, 6],
      [6, 6, 6],
      [2, 0, 0],
    ],
    [[1, 30, 58, 12]],
  ],
  [
    'nothing is told where all together are too few',
    5,
    [
      [50, 2, 2],
      [50, 2, 2],
    ],
    [],
  ],
];
for (const [title, k, bins, told] of cases) {
  test(title, () => {
    const found = tellRanks(binsOf(bins), k);
    assert.equal(
      found.map(({ rank_from, rank_to, answered, capable }) => [rank_from, rank_to, answered, capable]),
      told,
    );
    assert.ok(
      found.every((row) => !('fresh' in row)),
      'how many addresses are new is told',
    );
  });
}

test.run();
