import { existsSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { RunFolder } from '../../../../orchestrator/core/folder/folder.ts';
import { cutParts, readCut } from '../../../../orchestrator/core/part/cut.ts';
import type { PartStage, UnitRow } from '../../../../orchestrator/core/stage.ts';
import { CensusError } from '../../../../orchestrator/errors.ts';
import { squareTool, type ToyConfig, toyConfig, toyFolder } from '../toy.ts';

const test = suite('cut');

const Row = z.strictObject({ n: z.int(), weight: z.int().default(1) });

const stage: PartStage<ToyConfig> = {
  kind: 'parts',
  name: 'toy',
  reads: [],
  role: {
    unit: 'number',
    input: Row,
    record: z.unknown(),
    asked: (row) => Array.from({ length: Row.parse(row).weight }, (_, k) => `${Row.parse(row).n}.${k}`),
    answered: String,
  },
  enabled: () => true,
  tool: () => squareTool,
  async *units() {},
  unanswered: 'timeout',
  partSize: (config) => config.partSize,
};

/** Units cut into parts of two; in one batch, or in batches of so many. */
async function cut(units: UnitRow[], most = units.length) {
  const folder = new RunFolder(toyFolder());
  async function* given(): AsyncGenerator<UnitRow[]> {
    for (let from = 0; from < units.length; from += most) yield units.slice(from, from + most);
  }
  const made = await cutParts(folder, stage, { ...toyConfig, partSize: 2 }, given());
  return { folder, made };
}

test('units become part files of at most so many units, in their order, as their schema makes them', async () => {
  const { folder, made } = await cut([1, 2, 3].map((n) => ({ row: { n }, skip: null })));
  assert.equal(made.parts, ['00000', '00001']);
  const text = made.parts.map((part) => readFileSync(folder.input('toy', part), 'utf8'));
  assert.equal(text, ['{"n":1,"weight":1}\n{"n":2,"weight":1}\n', '{"n":3,"weight":1}\n']);
  assert.equal(await readCut(folder, 'toy'), made);
});

test('how the units come in batches makes no difference to the cut', async () => {
  const units = [1, 2, 5, 1, 1, 2].map((weight, n) => ({ row: { n, weight }, skip: n === 3 ? 'blocked' : null }));
  const { made: whole } = await cut(units);
  assert.equal(whole.parts, ['00000', '00001', '00002', '00003', '00004']);
  for (const most of [1, 2, 4]) assert.equal((await cut(units, most)).made, whole);
});

test('a part is full by units, not by rows; a row too large for any part has one to itself', async () => {
  const { folder, made } = await cut([1, 1, 3, 1, 2].map((weight, n) => ({ row: { n, weight }, skip: null })));
  const rows = made.parts.map((part) => readFileSync(folder.input('toy', part), 'utf8').trim().split('\n'));
  assert.equal(
    rows.map((lines) => lines.map((line) => JSON.parse(line).weight)),
    [[1, 1], [3], [1], [2]],
  );
  assert.is(made.units_in, 8);
});

test('skipped units and duplicates are counted by their weight and written nowhere', async () => {
  const { made } = await cut([
    { row: { n: 1, weight: 3 }, skip: null, duplicates: 2 },
    { row: { n: 2, weight: 4 }, skip: 'blocked' },
    { row: { n: 3, weight: 2 }, skip: 'not_a_candidate', others: 10 },
  ]);
  assert.equal(made.skipped, { duplicate: 6, blocked: 4, not_a_candidate: 22 });
  assert.is(made.units_in, 35);
  assert.equal(made.parts, ['00000']);
});

test('one that is asked stands for no others', async () => {
  const error = await cut([{ row: { n: 1 }, skip: null, others: 1 }]).then(
    () => null,
    (cause: unknown) => cause,
  );
  assert.match(String(error), /toy: a unit that is asked stands for 1 others/);
});

/** Rows that a stage's query gave though its role does not take them. */
const wrong: [sentence: string, row: unknown, message: RegExp][] = [
  ['of another type', { n: '2' }, /toy: unit \{"n":"2"\}: .*expected number/],
  ['with a field too many', { n: 2, mood: 1 }, /Unrecognized key/],
  ['without its field', {}, /toy: unit \{\}/],
  ['that is no object', null, /toy: unit null/],
];
for (const [sentence, row, message] of wrong) {
  for (const skip of [null, 'blocked']) {
    test(`a unit row ${sentence} ends the cut, and no cut is left behind${skip === null ? '' : ', skipped or not'}`, async () => {
      const folder = new RunFolder(toyFolder());
      async function* given(): AsyncGenerator<UnitRow[]> {
        yield [
          { row: { n: 1 }, skip: null },
          { row, skip },
        ];
      }
      const error = await cutParts(folder, stage, toyConfig, given()).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      assert.instance(error, CensusError);
      assert.match(String(error), message);
      assert.not(existsSync(folder.cut('toy')));
    });
  }
}

test.run();
