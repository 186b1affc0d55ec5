// takes: long
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openDatabase, rows } from '../../../orchestrator/core/duckdb.ts';
import { CensusError } from '../../../orchestrator/errors.ts';

const test = suite('core/duckdb');

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

test.run();
