import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { RunFolder } from '../../../../orchestrator/core/folder/folder.ts';
import type { PartStage, StageRole } from '../../../../orchestrator/core/stage.ts';
import { type RawRow, Reject, type Tool } from '../../../../orchestrator/core/tool.ts';
import { type ToyConfig, toyConfig, toyFolder } from '../toy.ts';
import { decodeRows } from './decoding.ts';

const test = suite('decode');

const Letter = z.strictObject({ letter: z.string() });
const Sound = z.strictObject({ letter: z.string(), sound: z.string(), at: z.int() });
/** A field has two spellings, as programs of two generations print it. */
const Printed = z.preprocess(
  (row) => {
    const old = z.looseObject({ 'the-sound': z.unknown() }).safeParse(row);
    if (!old.success || !('the-sound' in old.data)) return row;
    const { 'the-sound': sound, ...rest } = old.data;
    return { ...rest, sound };
  },
  z.looseObject({ letter: z.string(), sound: z.string(), at: z.unknown().optional() }),
);

const role: StageRole<ToyConfig> = {
  unit: 'letter',
  input: Letter,
  record: Sound,
  asked: (row) => [Letter.parse(row).letter],
  answered: (record) => Sound.parse(record).letter,
};

/** What a sound is does not depend on when it was heard; loud ones are counted. */
const withIdentity: Partial<StageRole<ToyConfig>> = {
  identity: (record) => `${Sound.parse(record).letter} ${Sound.parse(record).sound}`,
  countedAs: (record) => (Sound.parse(record).sound === 'loud' ? 'louds' : null),
};

function toolOf(printed: unknown[]): Tool<unknown, unknown, unknown, ToyConfig> {
  return {
    name: 'listener',
    async *decode(): AsyncGenerator<RawRow[]> {
      for (const value of printed) yield [{ value }];
    },
    raw: Printed,
    toRecord: (raw) => {
      const { letter, sound, at } = z
        .looseObject({ letter: z.string(), sound: z.string(), at: z.unknown().optional() })
        .parse(raw);
      if (sound === 'noise') return new Reject('noise', letter);
      return sound === 'echo' ? [1, 2].map((n) => ({ letter, sound: `echo ${n}`, at })) : { letter, sound, at };
    },
    facts: async () => ({ microphones: 2 }),
  };
}

/** Decodes what a program printed about the letters a to d. */
async function decode(printed: unknown[], more: Partial<StageRole<ToyConfig>> = {}) {
  const folder = new RunFolder(toyFolder());
  const stage: PartStage<ToyConfig> = {
    kind: 'parts',
    name: 'hear',
    reads: [],
    role: { ...role, ...more },
    enabled: () => true,
    tool: () => toolOf([]),
    async *units() {},
    unanswered: 'timeout',
    partSize: () => 4,
  };
  const input = folder.input('hear', '00000');
  mkdirSync(dirname(input), { recursive: true });
  writeFileSync(input, [...'abcd'].map((letter) => `${JSON.stringify({ letter })}\n`).join(''));
  mkdirSync(folder.raw('hear', '00000'), { recursive: true });
  const decoded = await decodeRows({ stage, tool: toolOf(printed), folder, config: toyConfig });
  const lines = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : []);
  const Reason = z.looseObject({ reason: z.string() });
  return {
    ...decoded,
    records: decoded.rows.map((row) => Sound.strip().parse(row)),
    reasons: lines(folder.rejectsPart('hear', '00000')).map((line) => Reason.parse(JSON.parse(line)).reason),
  };
}

const good = [
  { letter: 'a', sound: 'soft', at: 1 },
  { letter: 'b', sound: 'soft', at: 2 },
];

const bad: [sentence: string, printed: unknown, reason: string][] = [
  ['a field of the raw schema that is not there', { letter: 'c', at: 1 }, 'schema: sound: missing'],
  [
    'a field of another type',
    { letter: 7, sound: 'x', at: 1 },
    'schema: letter: Invalid input: expected string, received number',
  ],
  ['a line that is no object', null, 'schema: row: Invalid input: expected object, received null'],
  [
    'a record that its strict schema does not take',
    { letter: 'c', sound: 'x', at: 'noon' },
    'record: at: Invalid input: expected number, received string',
  ],
  ['a field of the record that is not there', { letter: 'c', sound: 'x' }, 'record: at: missing'],
  [
    'half a character, which no database takes for text',
    { letter: 'c', sound: 'a\ud83d', at: 1 },
    'record: half a character',
  ],
  ['a unit that nobody asked for', { letter: 'e', sound: 'x', at: 1 }, 'not_asked: e'],
  ['what the tool turns down', { letter: 'c', sound: 'noise', at: 1 }, 'noise'],
];
for (const [sentence, printed, reason] of bad) {
  test(`is kept as a reject with the field's name, and is no record: ${sentence}`, async () => {
    const { records, reasons, counts } = await decode([good[0], printed, good[1]]);
    assert.equal(records, good);
    assert.equal(reasons, [reason]);
    assert.is(counts.records_out, 2);
    assert.is(counts.rejected_lines, 1);
    assert.is(counts.answered, 2);
  });
}

const sound = (letter: string, what: string, at: number) => ({ letter, sound: what, at });
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

test('text that only looks like half a character is kept, and whole ones are', async () => {
  const sounds = ['\\ud800', '\\\\ud800', '\u{1f600}', 'ud800'];
  const { records, reasons } = await decode(sounds.map((text, at) => sound('a', text, at)));
  assert.equal(reasons, []);
  assert.equal(
    records.map(({ sound: text }) => text),
    sounds,
  );
});

test('a failure is no answer, an answer outlasts it, and rows of a unit may lie far apart', async () => {
  const Failing = z.strictObject({ ...Sound.shape, failure: z.string().nullable().default(null) });
  const failing = (letter: string, failure: string | null, at: number) => ({ letter, sound: `${failure}`, at });
  const more: Partial<StageRole<ToyConfig>> = {
    answered: (record) => Sound.strip().parse(record).letter,
    record: z.preprocess((row) => {
      const record = Sound.parse(row);
      return { ...record, failure: record.sound === 'null' ? null : record.sound };
    }, Failing),
  };
  const printed = [
    failing('b', 'refused', 1),
    failing('a', 'timeout', 2),
    failing('b', null, 3),
    failing('a', 'no_data', 4),
  ];
  const { counts } = await decode(printed, more);
  assert.equal([counts.answered, counts.failed], [1, { no_data: 1, timeout: 2 }]);
  assert.is(counts.records_out, 4);
});

test('a repeat doubles no count, and a unit that was not asked does not hide one that was', async () => {
  const { counts, reasons } = await decode([sound('e', 'x', 1), sound('a', 'x', 1), sound('a', 'x', 1)], withIdentity);
  assert.equal([counts.units_in, counts.answered, counts.failed], [4, 1, { timeout: 3 }]);
  assert.equal(reasons, ['not_asked: e']);
});

test('fields that the schema does not know are counted under the spelling that it made of them', async () => {
  const printed = [
    { letter: 'a', 'the-sound': 'x', at: 1, mood: 1 },
    { letter: 'b', sound: 'x', at: 1, mood: 2 },
  ];
  const { records, unknown_fields } = await decode(printed);
  assert.is(records.length, 2);
  assert.equal(unknown_fields, { mood: 2 });
});

test.run();
