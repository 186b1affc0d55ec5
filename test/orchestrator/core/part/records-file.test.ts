import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { z } from 'zod';
import { columnsOf } from '../../../../orchestrator/core/columns.ts';
import { openDatabase, rows, runSql, sqlText } from '../../../../orchestrator/core/duckdb.ts';
import { sha256File, sha256Of } from '../../../../orchestrator/core/folder/files.ts';
import { writeRecords } from '../../../../orchestrator/core/part/records-file.ts';
import type { SortedRow } from '../../../../orchestrator/core/sort/sorted-runs.ts';
import { roles } from '../../../../orchestrator/roles.ts';
import { dice, randomRecord } from '../random-record.ts';

const test = suite('records of a part');

function* rowsOf(texts: readonly string[]): Generator<SortedRow> {
  for (const text of texts) {
    const bytes = Buffer.from(text);
    yield { key: '', mark: 0, bytes, from: 0, to: bytes.length };
  }
}

interface Written {
  path: string;
  digests: { rows: number; rows_sha256: string; file_sha256: string };
  read: unknown[];
}

async function write(schema: z.ZodType, texts: readonly string[], threads = 2): Promise<Written> {
  const folder = mkdtempSync(join(tmpdir(), 'records-'));
  const path = join(folder, 'scan', '00000.parquet');
  const database = await openDatabase({ temp: join(folder, '.tmp') });
  const run = (sql: string) => runSql(database, sql);
  try {
    await run(`SET threads = ${threads}`);
    const digests = await writeRecords(rowsOf(texts), { path, temp: join(folder, '.tmp', 'rows'), schema, run });
    const read: unknown[] = [];
    for await (const row of rows(database, `SELECT * FROM read_parquet(${sqlText(path)})`)) read.push(row);
    return { path, digests, read };
  } finally {
    database.closeSync();
  }
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

test('the digest of rows, and their order, are the same with 1, 4 and 8 threads', async () => {
  const { record } = roles.syn_prober;
  const roll = dice(7);
  const some = Array.from({ length: 50 }, () => randomRecord(roll, record));
  const many = Array.from({ length: 30_000 }, (_, n) => JSON.stringify({ ...some[n % 50], port: n }));
  const written = await Promise.all([1, 4, 8].map((threads) => write(record, many, threads)));
  for (const { digests, read } of written) {
    assert.is(digests.rows_sha256, sha256Of(many.map((text) => `${text}\n`).join('')));
    assert.ok(read.every((row, n) => JSON.stringify(row) === many[n]));
  }
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

test('the file has its name only when it is whole, and leaves nothing beside it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'records-'));
  const path = join(folder, 'asn', '00000.parquet');
  const given = { path, temp: join(folder, '.tmp', 'rows'), schema: roles.prefix_table.record };
  const broken = writeRecords(rowsOf(['{}']), {
    ...given,
    run: async () => {
      throw new Error('the disk is full');
    },
  });
  assert.match(String(await broken.catch(String)), 'the disk is full');
  assert.not(existsSync(path));
  const written = await write(roles.prefix_table.record, []);
  assert.equal(readdirSync(join(written.path, '..')), ['00000.parquet']);
  assert.is(readFileSync(written.path).subarray(0, 4).toString(), 'PAR1');
});

test.run();
