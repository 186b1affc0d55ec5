// runs: behind
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { openDatabase, rows } from '../../../../orchestrator/core/database/duckdb.ts';
import { sqlText } from '../../../../orchestrator/core/database/sql.ts';
import { sha256Of } from '../../../../orchestrator/core/folder/files.ts';
import { mostNarrowBytes, NarrowRows } from '../../../../orchestrator/core/rows/narrow-row.ts';
import { writeRecords } from '../../../../orchestrator/core/rows/records-file.ts';
import type { SortedRow } from '../../../../orchestrator/core/sort/sorted-runs.ts';
import { roles } from '../../../../orchestrator/roles.ts';
import { dice, randomRecord } from '../random-record.ts';

const test = suite('records as their values alone');

/** The same value with plain characters, and few, in every text. */
function plain(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll(/[^ !#-[\]-z|}~]/g, 'x').slice(0, 200);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, of]) => [name, plain(of)]));
}

function narrow(form: NarrowRows, record: unknown): Buffer | null {
  const bytes = Buffer.alloc(mostNarrowBytes + 10, 0xff);
  const end = form.write(record, bytes, 5);
  return end === -1 ? null : bytes.subarray(5, end);
}

function jsonOf(form: NarrowRows, row: Buffer): string {
  const json = Buffer.alloc(form.mostJsonBytes(row.length));
  return json.toString('utf8', 0, form.writeJson(row, 0, json, 0));
}

async function readBack(form: NarrowRows, given: readonly Buffer[]): Promise<{ read: string[]; digest: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'narrow-'));
  const path = join(folder, 'x.parquet');
  const sorted: SortedRow[] = given.map((bytes) => ({ fresh: true, mark: 0, bytes, from: 0, to: bytes.length }));
  const { rows_sha256 } = await writeRecords(sorted, { path, temp: join(folder, 'temp'), form, narrow: true });
  const database = await openDatabase({ temp: join(folder, 'temp') });
  const read: string[] = [];
  for await (const row of rows(database, `FROM read_parquet(${sqlText(path)})`)) read.push(JSON.stringify(row));
  database.closeSync();
  rmSync(folder, { recursive: true });
  return { read, digest: rows_sha256 };
}

const schemas: [name: string, record: z.ZodType][] = Object.entries(roles).map(([name, { record }]) => [name, record]);
for (const [name, record] of schemas) {
  test(`come back from Parquet, and give the JSON that the digest is over: ${name}`, async () => {
    const roll = dice(name.length + 40);
    const form = new NarrowRows(record);
    const given = Array.from({ length: 300 }, () => plain(randomRecord(roll, record)));
    const texts = given.map((one) => JSON.stringify(one));
    const narrowed = given.map((one) => narrow(form, one) ?? Buffer.from('not narrow'));
    assert.equal(
      narrowed.map((row) => jsonOf(form, row)),
      texts,
    );
    assert.equal(
      narrowed.map((row) => JSON.stringify(form.record(row, 0, row.length))),
      texts,
    );
    const { read, digest } = await readBack(form, narrowed);
    assert.equal(read, texts);
    assert.is(digest, sha256Of(texts.map((text) => `${text}\n`).join('')));
  });
}

const Every = z.strictObject({
  text: z.string().nullable(),
  whole: z.int().nullable(),
  number: z.number().nullable(),
  truth: z.boolean().nullable(),
  words: z.array(z.string()).nullable(),
});
const every = new NarrowRows(Every);
const nulls = { text: null, whole: null, number: null, truth: null, words: null };

const kept: [sentence: string, record: Partial<z.infer<typeof Every>>][] = [
  ['nothing at all', {}],
  ['an empty text, which is not null', { text: '' }],
  ['the word null', { text: 'null', words: ['null', 'NULL', ''] }],
  ['blanks around a text', { text: '  a b  ' }],
  ['what other forms of a table would quote', { text: "a,b;c|d'e#f" }],
  ['a brace further on', { text: 'a{' }],
  ['words that JSON escapes', { words: ['"', '\\', '\n', 'a, b', '[]'] }],
  ['no words', { words: [] }],
  ['whole numbers', { whole: 0 }],
  ['large ones', { whole: 2 ** 31 }],
  ['the largest', { whole: Number.MAX_SAFE_INTEGER }],
  ['negative ones', { whole: -17 }],
  ['fractions', { number: 0.1 + 0.2 }],
  ['exponents', { number: 1e300 }],
  ['truth', { truth: true }],
  ['its opposite', { truth: false }],
];
test('what comes back as it was', async () => {
  const given = kept.map(([, record]) => ({ ...nulls, ...record }));
  const narrowed = given.map((record) => narrow(every, record));
  for (const [at, [sentence]] of kept.entries()) assert.ok(narrowed[at], sentence);
  const { read } = await readBack(
    every,
    narrowed.flatMap((row) => row ?? []),
  );
  assert.equal(
    read,
    given.map((record) => JSON.stringify(record)),
  );
});

const stays: [sentence: string, form: NarrowRows, record: unknown][] = [
  ['a quotation mark', every, { ...nulls, text: 'a"b' }],
  ['a backslash', every, { ...nulls, text: 'a\\b' }],
  ['a line end', every, { ...nulls, text: 'a\nb' }],
  ['what ends a value', every, { ...nulls, text: 'a\x1fb' }],
  ['what stands for null', every, { ...nulls, text: '\x02' }],
  ['a control character that JSON leaves as it is', every, { ...nulls, text: '\x7f' }],
  ['a character beyond ASCII', every, { ...nulls, text: 'ä' }],
  ['one in a list', every, { ...nulls, words: ['ä'] }],
  ['a brace at the beginning, as JSON has it', every, { ...nulls, text: '{' }],
  ['a text that is long', every, { ...nulls, text: 'x'.repeat(mostNarrowBytes) }],
  [
    'texts that are long together',
    every,
    { ...nulls, text: 'x'.repeat(mostNarrowBytes / 2), words: ['x'.repeat(mostNarrowBytes / 2)] },
  ],
  ['a field that is not there', every, { text: 'a', whole: 1, number: 1, truth: true }],
  [
    'a value of another type than its column',
    new NarrowRows(z.strictObject({ any: z.union([z.string(), z.int()]) })),
    { any: 7 },
  ],
  [
    'fields that need not be there',
    new NarrowRows(z.strictObject({ a: z.string(), b: z.string().optional() })),
    { a: 'a', b: 'b' },
  ],
  ['fields that nobody named', new NarrowRows(z.looseObject({ a: z.string() })), { b: 'b' }],
  ['no record', every, null],
];
for (const [sentence, form, record] of stays) {
  test(`stays JSON: ${sentence}`, () => {
    assert.is(narrow(form, record), null);
  });
}

test('rows of both forms are told apart, and JSON is read as such', () => {
  const json = Buffer.from(JSON.stringify({ ...nulls, text: 'ä' }));
  assert.not(NarrowRows.isNarrow(json, 0));
  assert.equal(every.record(json, 0, json.length), { ...nulls, text: 'ä' });
});

test.run();
