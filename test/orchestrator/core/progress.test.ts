import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { noCounts } from '../../../orchestrator/core/folder/entries.ts';
import { type RunEvent, StageProgress } from '../../../orchestrator/core/progress.ts';

const test = suite('core/progress');

const stage = 'scan';
const start = (parts: number, partsDone = 0): RunEvent => ({
  ...{ type: 'stage_start', stage, parts, partsDone, units: parts * 100 },
});
const work = (part: string, done: number, of = 1000, waitSeconds = 8): RunEvent => ({
  ...{ type: 'work', stage, part, done, of, waitSeconds },
});
const units = (part: string, done: number): RunEvent => ({ type: 'units', stage, part, done, text: '' });
const status = (part: string, fraction: number | null): RunEvent => ({
  type: 'status',
  stage,
  part,
  fraction,
  text: '',
});
const done = (part: string): RunEvent => ({ type: 'part_done', stage, part, counts: noCounts(), facts: {} });

/** What a stage is thought to be at, after events at their seconds. */
function at(seconds: number, heard: [seconds: number, event: RunEvent][]) {
  const progress = new StageProgress(stage, 0);
  for (const [second, event] of heard) progress.hear(event, 1000 * second);
  const { share, left, partsDone } = progress.at(1000 * seconds);
  return { share: Number(share.toFixed(3)), left: left === null ? null : Number(left.toFixed(1)), partsDone };
}

const cases: [
  says: string,
  seconds: number,
  heard: [number, RunEvent][],
  expected: [share: number, left: number | null],
][] = [
  ['nothing tells how long a stage takes of which nothing was done', 9, [[0, start(2)]], [0, null]],
  [
    'units alone give the pace',
    10,
    [
      [0, start(2)],
      [10, units('0', 50)],
    ],
    [0.25, 30],
  ],
  [
    'what earlier starts did is no pace of this one',
    10,
    [
      [0, start(4, 2)],
      [10, units('2', 50)],
    ],
    [0.625, 30],
  ],
  [
    'while packets are sent, the wait behind the last is still to come',
    5,
    [
      [0, start(1)],
      [5, work('0', 500)],
    ],
    [0.5, 13],
  ],
  [
    'once all are sent only the rest of the wait is left',
    14,
    [
      [0, start(1)],
      [10, work('0', 1000)],
    ],
    [1, 4],
  ],
  [
    'a wait that is over is nothing',
    30,
    [
      [0, start(1)],
      [10, work('0', 1000)],
    ],
    [1, 0],
  ],
  [
    'hearing again that all were sent does not begin the wait anew',
    14,
    [
      [0, start(1)],
      [10, work('0', 1000)],
      [13, work('0', 1000)],
    ],
    [1, 4],
  ],
  [
    'parts that were not begun have as many packets as the others',
    5,
    [
      [0, start(4)],
      [5, work('0', 500)],
    ],
    [0.125, 43],
  ],
  [
    'the waits of parts that are done count into the pace',
    20,
    [
      [0, start(2)],
      [10, work('0', 1000)],
      [20, done('0')],
    ],
    [0.5, 28],
  ],
  [
    'parts side by side are added up',
    10,
    [
      [0, start(2)],
      [5, work('0', 1000)],
      [10, work('1', 500)],
    ],
    [0.75, 11.3],
  ],
  [
    'packets that turn out to be fewer shorten it',
    10,
    [
      [0, start(1)],
      [5, work('0', 500, 2000)],
      [10, work('0', 900, 1000)],
    ],
    [0.9, 9.1],
  ],
  [
    'a part of several programs is no further because one of them is through',
    5,
    [
      [0, start(1)],
      [4, work('0', 250)],
      [5, status('0', 1)],
    ],
    [0.25, 23],
  ],
  [
    'without packets the program says how far it is',
    10,
    [
      [0, start(1)],
      [10, status('0', 0.5)],
    ],
    [0.5, 10],
  ],
  [
    'a program that says no share changes none',
    10,
    [
      [0, start(1)],
      [5, status('0', 0.5)],
      [10, status('0', null)],
    ],
    [0.5, 10],
  ],
];
for (const [says, seconds, heard, [share, left]] of cases) {
  test(says, () => {
    const found = at(seconds, heard);
    assert.equal([found.share, found.left], [share, left]);
  });
}

test('a part that is done is counted once, however far it was', () => {
  assert.equal(
    at(2, [
      [0, start(2)],
      [1, units('0', 99)],
      [2, done('0')],
    ]),
    { share: 0.5, left: 2, partsDone: 1 },
  );
});

test.run();
