// takes: long
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openDatabase, rows, runSql, sqlText } from '../../../orchestrator/core/duckdb.ts';
import { CensusError } from '../../../orchestrator/errors.ts';
import { gatherDomains } from '../../../orchestrator/stages/merge/domains.ts';
import { entryAddressesSql, entryTables } from '../../../orchestrator/stages/merge/sql.ts';

const test = suite('core/duckdb');

async function within<T>(
  memoryLimit: string,
  use: (database: Awaited<ReturnType<typeof openDatabase>>, folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'duckdb-'));
  const database = await openDatabase({ temp: join(folder, 'spill'), memoryLimit });
  try {
    return await use(database, folder);
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

/** Views as merge has them: every name has one address of a tenth as many. */
async function makeViews(run: (sql: string) => Promise<void>, names: number): Promise<void> {
  await run(
    `CREATE VIEW targets AS SELECT 'name' AS kind, 'name' || i || '.example' AS target, target AS name, i AS rank FROM range(${names}) t(i)`,
  );
  await run(
    `CREATE VIEW resolve AS SELECT 'name' || i || '.example' AS name, ['198.18.' || (hash(i) % ${names / 10})] AS addresses FROM range(${names}) t(i)`,
  );
  await run(
    `CREATE VIEW hosts AS SELECT '198.18.' || i AS address, {verdict: 'capable', replies: ['mp_capable']} AS v1, {verdict: 'not_offered', replies: ['synack_no_option']} AS v0 FROM range(${names / 10}) t(i)`,
  );
}

test('400,000 list entries are gathered where all of them at once would not fit', async () => {
  const names = 400_000;
  const found = await within('120MB', async (database, folder) => {
    await makeViews((sql) => runSql(database, sql), names);
    const fileOf = (name: string) => sqlText(join(folder, `${name}.parquet`));
    for (const [name, sql] of Object.entries({ ...entryTables, ordered: entryAddressesSql })) {
      await runSql(database, `COPY (${sql}) TO ${fileOf(name)} (FORMAT parquet, ROW_GROUP_SIZE 8192)`);
      await runSql(database, `CREATE VIEW ${name} AS SELECT * FROM read_parquet(${fileOf(name)})`);
    }
    let domains = 0;
    let capable = 0;
    for await (const domain of gatherDomains(rows(database, 'SELECT * FROM ordered'))) {
      assert.is(domain.rank, domains);
      domains += 1;
      capable += domain.addresses_capable_v1;
    }
    return [domains, capable];
  });
  assert.equal(found, [names, names]);
});

test.run();
