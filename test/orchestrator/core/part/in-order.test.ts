import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { RunFolder } from '../../../../orchestrator/core/folder/folder.ts';
import type { PartStage, StageRole, UnitName } from '../../../../orchestrator/core/stage.ts';
import { Reject, type Tool } from '../../../../orchestrator/core/tool.ts';
import { randomFrom } from '../../../../scripts/lab/random.ts';
import { type ToyConfig, toyConfig, toyFolder } from '../toy.ts';
import { decodeRows } from './decoding.ts';

const test = suite('in-order');

/** A unit, and all that its tool says of it: a word each, `-` for a failure, `?` for what the tool turns down, 7 for rubbish. */
const Unit = z.strictObject({ n: z.int(), says: z.array(z.union([z.string(), z.int()])) });
const Said = z.looseObject({ n: z.int(), word: z.string() });
const Word = z.strictObject({ n: z.int(), word: z.string(), failure: z.string().nullable() });
type Unit = z.infer<typeof Unit>;

const role: StageRole<ToyConfig> = {
  unit: 'number',
  input: Unit,
  record: Word,
  asked: (row) => [String(Unit.parse(row).n)],
  answered: (record) => String(Word.parse(record).n),
  unitNumbers: [true],
};

/** Reads the units once, and gives the rows of a batch as it comes. */
function speaker(
  inOrder: boolean,
  read: { times: number },
  named: (n: number) => UnitName,
): Tool<Unit, z.infer<typeof Said>, unknown, ToyConfig> {
  return {
    name: 'speaker',
    ...(inOrder ? { inOrder: true as const } : {}),
    async *decode(context) {
      read.times += 1;
      for await (const rows of context.batches())
        yield rows.flatMap(({ n, says }) => says.map((word) => ({ value: { n, word } })));
    },
    raw: Said,
    toRecord({ n, word }) {
      if (word === '?') return new Reject('turned down', named(n));
      return { n: word === 'astray' ? n + 1000 : n, word, failure: word === '-' ? 'no_data' : null };
    },
  };
}

async function decodeUnits(units: Unit[], inOrder: boolean, more: Partial<StageRole<ToyConfig>>) {
  const folder = new RunFolder(toyFolder());
  const read = { times: 0 };
  const isNumber = typeof more.asked?.({ n: 1, says: [] }, toyConfig)?.[0] === 'number';
  const tool = speaker(inOrder, read, isNumber ? (n) => n : String);
  const stage: PartStage<ToyConfig> = {
    kind: 'parts',
    name: 'speak',
    reads: [],
    role: { ...role, ...more },
    enabled: () => true,
    tool: () => tool,
    async *units() {},
    unanswered: 'timeout',
    partSize: () => 1000,
  };
  const input = folder.input('speak', '00000');
  mkdirSync(dirname(input), { recursive: true });
  writeFileSync(input, units.map((unit) => `${JSON.stringify(unit)}\n`).join(''));
  const decoded = await decodeRows({ stage, tool, folder, config: toyConfig });
  return { decoded, rejects: readFileSync(folder.rejectsPart('speak', '00000'), 'utf8'), read: read.times };
}

/** Units that are named by a number. */
const byNumber: Partial<StageRole<ToyConfig>> = {
  asked: (row) => [Unit.parse(row).n],
  answered: (record) => Word.parse(record).n,
  unitNumbers: [],
};

const withIdentity: Partial<StageRole<ToyConfig>> = {
  identity: (record) => Word.parse(record).word.toLowerCase(),
  countedAs: (record) => (Word.parse(record).word === 'a' ? 'as' : null),
};

const long = { a: 'a'.repeat(3001), b: 'b'.repeat(3002), c: 'c'.repeat(9000), huge: 'h'.repeat(400_000) };

const cases: [
  sentence: string,
  units: [n: number, ...says: (string | number)[]][],
  words: string[],
  times: number,
  more?: Partial<StageRole<ToyConfig>>,
][] = [
  [
    'rows of units in order are taken as they come',
    [
      [1, 'a'],
      [2, 'a', 'b'],
      [10, 'c'],
    ],
    ['a', 'a', 'b', 'c'],
    1,
  ],
  ['a unit of which nothing is said has failed', [[1], [2, 'a'], [3]], ['a'], 1],
  [
    'of a unit the answer counts, then the failure, then the reject',
    [
      [1, '-', 'a'],
      [2, '?', '-'],
      [3, '?'],
    ],
    ['-', 'a', '-'],
    1,
  ],
  [
    'a repeat is told, next to the first or behind others',
    [[1, 'a', 'a', 'b', 'c', 'd', 'e', 'a', 'e', 'd']],
    ['a', 'b', 'c', 'd', 'e'],
    1,
  ],
  [
    'repeats of long words are told, whatever they lie in',
    [
      [1, 'a'],
      [2, long.a, long.b, 'a', long.a, 'b', long.b, 'b', long.c],
      [3, 'a', 'b', long.a, 'a', long.a],
      [4, long.huge, 'b', long.huge, 'b'],
      [5, 'c', 'd', 'c', 'd'],
    ],
    ['a', long.a, long.b, 'a', 'b', long.c, 'a', 'b', long.a, long.huge, 'b', 'c', 'd'],
    1,
  ],
  [
    'the same of two units is no repeat',
    [
      [1, 'a'],
      [2, 'a'],
    ],
    ['a', 'a'],
    1,
  ],
  [
    'what is the same by its identity is a repeat',
    [
      [1, 'a', 'A', 'b'],
      [2, 'A'],
    ],
    ['a', 'b', 'A'],
    1,
    withIdentity,
  ],
  [
    'rubbish is a reject, and the rest is taken',
    [
      [1, 'a', 7],
      [2, 'b'],
      [3, 'c'],
    ],
    ['a', 'b', 'c'],
    1,
  ],
  [
    'units out of order are decoded once more, and sorted',
    [
      [1, 'a', '?'],
      [10, 'c'],
      [2, 'b', 7],
    ],
    ['a', 'b', 'c'],
    2,
  ],
  [
    'a reject out of order is seen too',
    [
      [3, 'c'],
      [2, '?'],
      [4, 'd'],
    ],
    ['c', 'd'],
    2,
  ],
  [
    'a unit that nobody asked for is a reject',
    [
      [1, 'a', 'astray'],
      [2, 'b'],
    ],
    ['a', 'b'],
    2,
  ],
  [
    'a unit that nobody asked for is one behind all others too',
    [
      [1, 'a'],
      [2, 'b', 'astray'],
    ],
    ['a', 'b'],
    2,
  ],
];
for (const [sentence, rows, words, times, more = {}] of cases) {
  test(`${sentence}: all as if it had been sorted`, async () => {
    const units = rows.map(([n, ...says]) => ({ n, says }));
    const sorted = await decodeUnits(units, false, more);
    const ordered = await decodeUnits(units, true, more);
    for (const inOrder of [false, true])
      assert.equal(await decodeUnits(units, inOrder, { ...more, ...byNumber }), inOrder ? ordered : sorted);
    assert.equal(
      ordered.decoded.rows.map((row) => Word.parse(row).word),
      words,
    );
    assert.equal(ordered.decoded, sorted.decoded);
    assert.is(ordered.rejects, sorted.rejects);
    assert.equal([ordered.read, sorted.read], [times, 1]);
  });
}

test('a part that is decoded once more leaves no file open', async () => {
  const units = [2, 1].map((n) => ({ n, says: ['a'] }));
  const open = () => readdirSync('/proc/self/fd').length;
  await decodeUnits(units, true, {});
  const before = open();
  for (let n = 0; n < 10; n += 1) await decodeUnits(units, true, {});
  assert.ok(open() < before + 10, `${before} open files before, ${open()} after`);
});

test('thousands of units, some silent, some with many words, as if they had been sorted', async () => {
  const random = randomFrom(5);
  const roll = (sides: number) => Math.floor(random() * sides);
  const vocabulary = ['a', 'b', 'c', 'd', 'e', 'f', 'é', '-', '?'];
  const units = Array.from({ length: 6000 }, (_, n) => ({
    n: n * 3,
    says: Array.from({ length: roll(4) === 0 ? roll(12) : roll(3) }, () => vocabulary[roll(vocabulary.length)] ?? ''),
  }));
  const sorted = await decodeUnits(units, false, withIdentity);
  const ordered = await decodeUnits(units, true, withIdentity);
  assert.equal(ordered.decoded, sorted.decoded);
  assert.is(ordered.rejects, sorted.rejects);
  assert.is(ordered.read, 1);
});

test.run();
