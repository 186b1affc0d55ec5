import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import type { StageRole } from '../../../../orchestrator/core/stage.ts';
import type { ToyConfig } from '../toy.ts';
import { decode, Sound, sound, withIdentity } from './listener.ts';

const test = suite('decode');

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

test('where a unit has one record, whatever else is said of it is a reject and doubles nothing', async () => {
  const printed = [sound('a', 'x', 1), sound('b', 'x', 2), sound('a', 'y', 3), sound('a', 'x', 1)];
  const { records, reasons, counts, facts } = await decode(printed, { oneRecord: true });
  assert.equal(records, printed.slice(0, 2));
  assert.equal(reasons, ['answered before: a', 'answered before: a']);
  assert.equal([counts.answered, counts.records_out, counts.rejected_lines], [2, 2, 2]);
  assert.is(facts.invalid_rows, undefined);
});

const broken: [sentence: string, printed: unknown[], fails: boolean][] = [
  ['one bad row of a part says nothing of its program', [null], false],
  ['two and no other do', [null, null], true],
  ['rows of units that nobody asked for are bad ones', [sound('e', 'x', 1), sound('f', 'x', 1)], true],
  ['as many good ones do for them', [null, sound('e', 'x', 1), sound('a', 'x', 1), sound('b', 'x', 1)], false],
];
for (const [sentence, printed, fails] of broken) {
  test(sentence, async () => {
    const run = decode(printed);
    if (!fails)
      assert.is(
        (await run).facts.invalid_rows,
        printed.filter((row) => row === null).length + (printed.length > 1 ? 1 : 0),
      );
    else assert.match(String(await run.catch((error: unknown) => error)), /E?printed invalid output: 2 rows/);
  });
}

test('fields that the schema does not know are counted under the spelling that it made of them', async () => {
  const printed = [
    { letter: 'a', 'the-sound': 'x', at: 1, mood: 1 },
    { letter: 'b', sound: 'x', at: 1, mood: 2 },
    { letter: 'c', sound: 'x', at: 1, size: 2 },
  ];
  const { records, unknown_fields } = await decode(printed);
  assert.is(records.length, 3);
  assert.equal(unknown_fields, { mood: 2, size: 1 });
});

test.run();
