import { existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { batches, openDatabase } from '../../../../orchestrator/core/database/duckdb.ts';
import { RunFolder } from '../../../../orchestrator/core/folder/folder.ts';
import { ManifestFile } from '../../../../orchestrator/core/folder/manifest.ts';
import { spooledRows } from '../../../../orchestrator/core/rows/spooled-rows.ts';
import { createState } from '../../../../orchestrator/core/state.ts';
import { CensusError } from '../../../../orchestrator/errors.ts';
import { emptyManifest, toyConfig } from '../toy.ts';

const test = suite('rows by way of a file');

const folder = mkdtempSync(join(tmpdir(), 'spooled-'));
const database = await openDatabase({ temp: join(folder, 'temp'), memoryLimit: '256MB', threads: 4 });
const file = join(folder, 'rows.ndjson');

async function all(values: AsyncIterable<unknown[]>): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const batch of values) for (const value of batch) found.push(value);
  return found;
}

const queries: [sentence: string, sql: string][] = [
  ['no row', 'SELECT 1 AS a WHERE false'],
  [
    'a hundred thousand rows, in the order of the query',
    "SELECT '198.18.' || (i % 251) || '.' || (i % 241) AS address, i FROM range(100000) t(i) ORDER BY hash(i)",
  ],
  [
    'values of every kind',
    `SELECT NULL AS nothing, i % 2 = 0 AS yes, -i AS less, i / 7 AS share, 1e300 AS large, 9007199254740991 AS whole,
       CAST(18446744073709551615 AS UBIGINT) AS most, CASE WHEN i % 3 > 0 THEN [i, 1] ELSE [] END AS list, {'a': i, 'b': 'x'} AS struct,
       [{'a': 'y'}] AS nested, DATE '2026-11-27' AS day, TIMESTAMP '2026-11-27 14:00:00.5' AS moment FROM range(3000) t(i)`,
  ],
  [
    'texts with whatever JSON escapes, and none',
    `SELECT ['a "b"', 'c\\d', 'e' || chr(10) || 'f', chr(1), chr(31), 'ä', '𝄞', '', 'x', chr(127), chr(8232)][1 + i % 11] AS text FROM range(5000) t(i)`,
  ],
  ['names of fields as they are', 'SELECT 1 AS "a b", 2 AS "c""d", 3 AS "é"'],
];
for (const [sentence, sql] of queries) {
  test(`${sentence}: as the database hands them over`, async () => {
    const handed = await all(batches(database, sql));
    const spooled = await all(spooledRows(database, sql, file));
    assert.is(spooled.length, handed.length);
    const text = (row: unknown) => JSON.stringify(row);
    const odd = handed.findIndex((row, at) => text(row) !== text(spooled[at]));
    assert.is(text(spooled[odd]), text(handed[odd]));
    assert.not.ok(existsSync(file));
  });
}

test('the file is gone too where nobody reads to the end', async () => {
  for await (const [first] of spooledRows(database, 'SELECT i FROM range(100000) t(i)', file)) {
    assert.equal(first, { i: 0 });
    assert.ok(existsSync(file));
    break;
  }
  assert.not.ok(existsSync(file));
});

test('a query that fails says why, and leaves no file', async () => {
  const sql = `SELECT CAST('x' || i AS INTEGER) AS i FROM range(10) t(i)`;
  const error = await all(spooledRows(database, sql, file)).catch((cause: unknown) => cause);
  assert.instance(error, CensusError);
  assert.not.ok(existsSync(file));
});

test('stages that ask at the same time get each its own rows', async () => {
  const run = mkdtempSync(join(tmpdir(), 'spooled-run-'));
  const state = createState({
    ...{ folder: new RunFolder(run), manifest: new ManifestFile(run, emptyManifest()), config: toyConfig, database },
    ...{ report: () => undefined, signal: new AbortController().signal, terminal: false },
  });
  await openDatabase({ temp: state.folder.temp() });
  const sums = await Promise.all(
    [1, 2, 3].map(async (factor) => {
      let sum = 0;
      for await (const batch of state.batches(`SELECT i * ${factor} AS i FROM range(50000) t(i)`))
        for (const row of batch) sum += Object(row).i;
      return sum;
    }),
  );
  const once = (50_000 * 49_999) / 2;
  assert.equal(sums, [once, 2 * once, 3 * once]);
  assert.equal(readdirSync(state.folder.temp()), []);
});

test.run();
