// takes: long
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBInstance } from '@duckdb/node-api';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import {
  batches,
  type Numbers,
  openDatabase,
  rows,
  runSql,
  vectors,
} from '../../../../orchestrator/core/database/duckdb.ts';
import { threadsFor } from '../../../../orchestrator/core/database/memory.ts';
import { CensusError } from '../../../../orchestrator/errors.ts';

const test = suite('core/database');

async function within<T>(
  memoryLimit: string,
  use: (database: Awaited<ReturnType<typeof openDatabase>>) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'duckdb-'));
  const database = await openDatabase({ temp: join(folder, 'spill'), memoryLimit });
  try {
    return await use(database);
  } finally {
    database.closeSync();
    rmSync(folder, { recursive: true, force: true });
  }
}

test('a database has as many threads as processors and its memory allow, and not a fixed number', async () => {
  for (const memory of ['130MB', '300MB', '4000MB']) {
    await within(memory, async (database) => {
      for await (const row of rows(database, "SELECT CAST(current_setting('threads') AS INTEGER) AS threads"))
        assert.equal(row, { threads: threadsFor(memory, availableParallelism()) }, memory);
    });
  }
});

/** One list of all names: it cannot spill. */
const oneList = "SELECT list('name' || i ORDER BY hash(i)) AS names FROM range(2000000) t(i)";

test('running out of memory is an error of its own, which tells nobody to remove what was measured', async () => {
  const error = await within('40MB', async (database) => {
    try {
      for await (const _ of rows(database, oneList)) return null;
      return null;
    } catch (thrown) {
      return thrown;
    }
  });
  assert.instance(error, CensusError);
  if (!(error instanceof CensusError)) return;
  assert.is(error.code, 'E_MEMORY');
  assert.match(error.hint, 'the same command then resumes the run');
  assert.not.match(error.hint, /remove|delete/);
});

test('numbers come as columns, in order, and stay when the next come', async () => {
  const found = await within('400MB', async (database) => {
    const kept: Numbers[][] = [];
    const sql = 'SELECT i / 4 AS quarter, CAST(4294967295 - i AS UINTEGER) AS below FROM range(5000) t(i)';
    for await (const columns of vectors(database, sql)) kept.push(columns);
    assert.ok(kept.length > 1, 'they came at once');
    return [0, 1].map((column) => kept.flatMap((columns) => [...(columns[column] ?? [])]));
  });
  const numbers = Array.from({ length: 5000 }, (_, i) => i);
  assert.equal(found, [numbers.map((i) => i / 4), numbers.map((i) => 4294967295 - i)]);
});

const Megabytes = z.object({ held: z.number() });

/** Megabytes that the tables of a database take. */
async function heldIn(database: DuckDBInstance): Promise<number> {
  const sql = "SELECT sum(memory_usage_bytes) / 1e6 AS held FROM duckdb_memory() WHERE tag = 'IN_MEMORY_TABLE'";
  let held = Number.NaN;
  for await (const row of rows(database, sql)) held = Megabytes.parse(row).held;
  return held;
}

for (const read of [batches, vectors]) {
  test(`${read.name} that are left before their end hold nothing that was dropped since`, async () => {
    await within('400MB', async (database) => {
      await runSql(database, 'CREATE TABLE numbers AS SELECT i / 4 AS quarter FROM range(200000) t(i)');
      const before = await heldIn(database);
      const left = read(database, 'FROM numbers');
      await left.next();
      await runSql(database, "CREATE TABLE dropped AS SELECT 'text-' || hash(i) AS text FROM range(500000) t(i)");
      await runSql(database, 'DROP TABLE dropped');
      await left.return(undefined);
      await runSql(database, 'CREATE TABLE later AS SELECT 1 AS one');
      assert.ok((await heldIn(database)) < before + 5, `${await heldIn(database)} MB, ${before} before`);
    });
  });
}

test('what does not lie in memory as a number of its own is refused', async () => {
  for (const type of ['BIGINT', 'BOOLEAN', 'VARCHAR', 'TINYINT']) {
    await within('400MB', async (database) => {
      try {
        for await (const _ of vectors(database, `SELECT CAST(1 AS ${type}) AS one`)) assert.unreachable(type);
      } catch (error) {
        assert.match(String(error), new RegExp(`column 0 is ${type}`));
      }
    });
  }
});

test.run();
