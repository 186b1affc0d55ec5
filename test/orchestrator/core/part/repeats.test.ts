import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { StageRole } from '../../../../orchestrator/core/stage.ts';
import type { ToyConfig } from '../toy.ts';
import { decode, sound, withIdentity } from './listener.ts';

const test = suite('repeats');

const repeated: [
  sentence: string,
  more: Partial<StageRole<ToyConfig>>,
  printed: unknown[],
  kept: number[],
  facts: Record<string, number>,
][] = [
  [
    'a record printed twice is kept once, whatever the role',
    {},
    [sound('a', 'x', 1), sound('a', 'x', 1)],
    [1],
    { repeats: 1 },
  ],
  [
    'without an identity a record that differs in any field is another',
    {},
    [sound('a', 'x', 1), sound('a', 'x', 2)],
    [1, 2],
    {},
  ],
  [
    'with one it is a repeat when the identity is the same',
    withIdentity,
    [sound('a', 'x', 1), sound('a', 'x', 2)],
    [1],
    { repeats: 1 },
  ],
  [
    'what differs in the identity is kept',
    withIdentity,
    [sound('a', 'x', 1), sound('a', 'y', 2)],
    [1, 2],
    { repeats: 0 },
  ],
  [
    'the same said of two units is no repeat',
    withIdentity,
    [sound('a', 'x', 1), sound('b', 'x', 2)],
    [1, 2],
    { repeats: 0 },
  ],
  [
    'a unit that said several things leaves nothing to the next',
    withIdentity,
    [sound('a', 'x', 1), sound('a', 'y', 2), sound('b', 'z', 3), sound('b', 'z', 4), sound('c', 'x', 5)],
    [1, 2, 3, 5],
    { repeats: 1 },
  ],
  [
    'of a unit that said more than is kept word by word, repeats are told as well',
    withIdentity,
    [...Array.from({ length: 200 }, (_, n) => sound('a', `${n}`, n)), sound('a', '3', 900), sound('a', '180', 901)],
    Array.from({ length: 200 }, (_, n) => n),
    { repeats: 2 },
  ],
  [
    'what the role counts is counted apart, its repeats too',
    withIdentity,
    [
      sound('a', 'loud', 1),
      sound('b', 'loud', 2),
      sound('a', 'loud', 3),
      sound('a', 'loud', 4),
      sound('a', 'x', 5),
      sound('a', 'x', 6),
    ],
    [1, 5, 2],
    { louds: 2, louds_repeated: 2, repeats: 3 },
  ],
  [
    'of a row that gives two records each is looked at',
    withIdentity,
    [sound('a', 'echo', 1), sound('a', 'echo', 2)],
    [1, 1],
    { repeats: 2 },
  ],
];
for (const [sentence, more, printed, kept, facts] of repeated) {
  test(sentence, async () => {
    const decoded = await decode(printed, more);
    assert.equal(
      decoded.records.map(({ at }) => at),
      kept,
    );
    assert.is(decoded.counts.records_out, kept.length);
    assert.equal(decoded.facts, { microphones: 2, ...facts });
  });
}

test.run();
