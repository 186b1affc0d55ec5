// takes: long
// runs: behind
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { z } from 'zod';
import { columnsOf } from '../../../../orchestrator/core/database/columns.ts';
import { openDatabase, rows } from '../../../../orchestrator/core/database/duckdb.ts';
import { sqlText } from '../../../../orchestrator/core/database/sql.ts';
import { sha256File, sha256Of } from '../../../../orchestrator/core/folder/files.ts';
import { NarrowRows } from '../../../../orchestrator/core/rows/narrow-row.ts';
import { writeRecords } from '../../../../orchestrator/core/rows/records-file.ts';
import type { SortedRow } from '../../../../orchestrator/core/sort/sorted-runs.ts';
import { roles } from '../../../../orchestrator/roles.ts';
import { diskWork } from '../folder/disk-work.ts';
import { dice, randomRecord } from '../random-record.ts';

const test = suite('records of a part');

function* rowsOf(texts: readonly string[]): Generator<SortedRow> {
  for (const text of texts) {
    const bytes = Buffer.from(text);
    yield { fresh: true, mark: 0, bytes, from: 0, to: bytes.length };
  }
}

interface Written {
  path: string;
  digests: { rows: number; rows_sha256: string; file_sha256: string };
  read: unknown[];
}

async function readBack(path: string, threads: number): Promise<unknown[]> {
  const database = await openDatabase({ temp: join(path, '..', '..', '.tmp'), threads });
  const read: unknown[] = [];
  for await (const row of rows(database, `SELECT * FROM read_parquet(${sqlText(path)})`)) read.push(row);
  database.closeSync();
  return read;
}

async function write(schema: z.ZodType, texts: readonly string[]): Promise<Written> {
  const folder = mkdtempSync(join(tmpdir(), 'records-'));
  const path = join(folder, 'scan', '00000.parquet');
  const digests = await writeRecords(rowsOf(texts), {
    path,
    temp: join(folder, '.tmp', 'rows'),
    form: new NarrowRows(schema),
    narrow: false,
  });
  return { path, digests, read: await readBack(path, 2) };
}

const schemas: [name: string, record: z.ZodType][] = Object.entries(roles).map(([name, { record }]) => [name, record]);
for (const [name, record] of schemas) {
  test(`come back from Parquet as they passed their schema, whatever stands in them: ${name}`, async () => {
    const roll = dice(name.length);
    const given = Array.from({ length: 300 }, () => JSON.stringify(randomRecord(roll, record)));
    const { read, digests, path } = await write(record, given);
    assert.is(read.length, given.length);
    for (const [index, text] of given.entries()) {
      // the text too: the digest is over it, and `cat` prints it
      assert.is(JSON.stringify(read[index]), text, `row ${index}`);
    }
    assert.is(digests.rows_sha256, sha256Of(given.map((text) => `${text}\n`).join('')));
    assert.is(digests.file_sha256, await sha256File(path));
  });
}

test('the order of rows, and with it their digest, is the same read with 1, 4 and 8 threads', async () => {
  const { record } = roles.list;
  const roll = dice(7);
  const some = Array.from({ length: 50 }, () => randomRecord(roll, record));
  const many = Array.from({ length: 130_000 }, (_, n) => JSON.stringify({ ...some[n % 50], line: n }));
  const { digests, path } = await write(record, many);
  assert.is(digests.rows_sha256, sha256Of(many.map((text) => `${text}\n`).join('')));
  for (const threads of [1, 4, 8]) {
    const read = await readBack(path, threads);
    assert.is(sha256Of(read.map((row) => `${JSON.stringify(row)}\n`).join('')), digests.rows_sha256, `${threads}`);
  }
  assert.is((await write(record, many)).digests.file_sha256, digests.file_sha256, 'the file is the same bytes');
});

test('a part without a record is a file with all columns and no row', async () => {
  const { read, digests, path } = await write(roles.connector.record, []);
  assert.equal([read, digests.rows], [[], 0]);
  assert.is(digests.rows_sha256, sha256Of(''));
  const database = await openDatabase({ temp: join(path, '..', 'temp') });
  const columns: unknown[] = [];
  for await (const row of rows(database, `DESCRIBE FROM read_parquet(${sqlText(path)})`)) columns.push(row);
  database.closeSync();
  assert.is(columns.length, columnsOf(roles.connector.record).length);
});

test('the file has its name only when it is whole and on disk, and leaves nothing beside it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'records-'));
  const path = join(folder, 'asn', '00000.parquet');
  const broken = writeRecords(rowsOf(['{"address":']), {
    path,
    temp: join(folder, '.tmp'),
    form: new NarrowRows(roles.prefix_table.record),
    narrow: false,
  });
  assert.instance(await broken.catch((error: unknown) => error), Error);
  assert.not(existsSync(path));
  let written: Written | null = null;
  const told = await diskWork(tmpdir(), async () => {
    written = await write(roles.prefix_table.record, []);
  });
  const { path: there } = written ?? { path: '' };
  const name = relative(tmpdir(), there);
  assert.equal(readdirSync(join(there, '..')), ['00000.parquet']);
  assert.equal(told.slice(-3), [`${name}.tmp is on disk`, `${name} is named`, `${dirname(name)} is on disk`]);
  assert.is(readFileSync(there).subarray(0, 4).toString(), 'PAR1');
});

test.run();
