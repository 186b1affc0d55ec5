// runs: behind
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { Config } from '../../../../orchestrator/config/config.ts';
import { openDatabase, rows, runSql } from '../../../../orchestrator/core/database/duckdb.ts';
import { rangesOf } from '../../../../orchestrator/core/rows/ranges.ts';
import { Scratch } from '../../../../orchestrator/stages/merge/scratch.ts';
import { keysSql } from '../../../../orchestrator/stages/merge/tables.ts';
import { manifestOf } from './merged.ts';

const test = suite('merge-scratch');

const Row = z.object({ key: z.string(), count: z.int() });

/** Deals `count` keys out to ranges of `size`; gives the keys of every range, in order. */
async function dealt(keys: string, size: number): Promise<{ ranges: string[][]; left: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'scratch-'));
  const database = await openDatabase({ temp: join(folder, '.tmp') });
  try {
    const query = (sql: string) => rows(database, sql);
    const run = (sql: string) => runSql(database, sql);
    const config = Config.parse({ targets: { list: 'list.csv' } });
    const told = { manifest: manifestOf({}), setResult: () => undefined, progress: () => undefined };
    const context = { config, folder, query, run, ...told };
    const scratch = await Scratch.create(context);
    const ranges = await rangesOf(query, (drawn) => `FROM (${keys}) WHERE ${drawn('key')}`, size);
    await scratch.deal('dealt', { rows: keys, numbered: ranges.numberOf('key'), count: ranges.count });
    const found: string[][] = [];
    for (let range = 0; range < ranges.count; range++) {
      const own: string[] = [];
      const sql = `SELECT key, count(*) AS count FROM ${scratch.dealt('dealt', range)} GROUP BY key ORDER BY key`;
      for await (const value of query(sql)) {
        const { key, count } = Row.parse(value);
        own.push(...Array.from({ length: count }, () => key));
      }
      found.push(own);
    }
    return { ranges: found, left: readdirSync(scratch.path('')).sort() };
  } finally {
    database.closeSync();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** SQL of the texts of 0 to `count`, each `times` times. */
const texts = (count: number, times: number) =>
  `SELECT CAST(n AS VARCHAR) AS key, 1 AS weight FROM range(${count}) r(n), range(${times})`;
const inOrder = (count: number, times: number) =>
  Array.from({ length: count * times }, (_, index) => String(Math.floor(index / times))).sort();

const cases: [sentence: string, count: number, times: number, size: number, ranges: (n: number) => boolean][] = [
  ['few rows are one range', 10, 2, 100, (n) => n === 1],
  ['no row is one range without rows', 0, 1, 100, (n) => n === 1],
  ['ranges hold about as many rows as they may', 5000, 2, 1000, (n) => n === 11 || n === 10],
  ['more ranges than are dealt out at once', 3000, 1, 10, (n) => n > 256],
  ['sizes that are sampled', 60_000, 2, 20_000, (n) => n >= 6 && n <= 8],
];
for (const [sentence, count, times, size, asMany] of cases) {
  test(`every row is dealt out to the range of its key, once: ${sentence}`, async () => {
    const { ranges, left } = await dealt(texts(count, times), size);
    assert.ok(asMany(ranges.length), `${ranges.length} ranges`);
    assert.equal(ranges.flat(), inOrder(count, times));
    for (const range of ranges) assert.ok(range.length <= 1.2 * size + times, `${range.length} rows`);
    assert.equal(left, count === 0 ? left : ['dealt', 'dealt.columns.parquet']);
  });
}

test('a key that has more rows than a range may hold has a range of its own', async () => {
  const { ranges } = await dealt(`${texts(1, 500)} UNION ALL ${texts(100, 1)}`, 50);
  assert.equal(ranges.flat(), [...Array.from({ length: 500 }, () => '0'), ...inOrder(100, 1)].sort());
});

const Weight = z.object({ weight: z.number() });

/** What 100 replies and 10 names weigh in all. */
async function weightOf(versions: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'keys-'));
  const database = await openDatabase({ temp: join(folder, '.tmp') });
  try {
    await runSql(database, "CREATE VIEW confirm AS SELECT '198.18.0.' || i AS address FROM range(5) r(i)");
    await runSql(database, "CREATE VIEW scan AS SELECT '198.18.0.' || i AS address FROM range(100) r(i)");
    await runSql(
      database,
      "CREATE VIEW resolve AS SELECT 'n' || i AS name, ['198.18.1.1'] AS addresses FROM range(10) r(i)",
    );
    for await (const row of rows(database, `SELECT sum(weight) AS weight FROM (${keysSql(versions, () => 'true')})`)) {
      return Weight.parse(row).weight;
    }
    return 0;
  } finally {
    database.closeSync();
    rmSync(folder, { recursive: true, force: true });
  }
}

// Where one version was asked a reply is a host, where two were it is half of one: a range holds as many hosts either way.
test('replies weigh what the hosts weigh that they make, a name and a second opinion weigh one each', async () => {
  assert.is(await weightOf(1), 100 * 4 + 10 + 5);
  assert.is(await weightOf(2), (100 / 2) * 4 + 10 + 5);
});

test.run();
