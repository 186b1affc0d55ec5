// runs: behind
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { Config } from '../../../../orchestrator/config/config.ts';
import { openDatabase, rows, runSql } from '../../../../orchestrator/core/database/duckdb.ts';
import { Details } from '../../../../orchestrator/stages/merge/details.ts';
import { Scratch } from '../../../../orchestrator/stages/merge/scratch.ts';
import { verdictsTable } from '../../../../orchestrator/stages/merge/verdicts.ts';
import { manifestOf } from './merged.ts';

const test = suite('merge-details-pieces');

const Row = z.object({ address: z.string() });

/** Holds ranges of three hosts each, of which the first is plain; gives the addresses of every piece. */
async function piecesOf(ranges: number, group: number): Promise<{ pieces: string[][]; tables: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'pieces-'));
  const database = await openDatabase({ temp: join(folder, '.tmp') });
  try {
    const query = (sql: string) => rows(database, sql);
    const run = (sql: string) => runSql(database, sql);
    const config = Config.parse({ targets: { list: 'list.csv' } });
    const context = {
      config,
      folder,
      query,
      run,
      manifest: manifestOf({}),
      setResult: () => undefined,
      progress: () => undefined,
    };
    const scratch = await Scratch.create(context);
    await run(verdictsTable);
    const details = new Details(context, scratch, (held) => `SELECT address, port FROM ${held}`, group);
    // held in any order, added in theirs
    const adding: (() => Promise<void>)[] = [];
    for (const range of Array.from({ length: ranges }, (_, i) => ranges - 1 - i)) {
      const hosts = `SELECT '${range}.' || n AS address, 80 AS port, 0 AS verdict, CASE WHEN n > 0 THEN [n] END AS known FROM range(3) r(n)`;
      await run(`CREATE OR REPLACE TABLE hosts AS ${hosts}`);
      adding.unshift(await details.hold(range, 'hosts'));
    }
    for (const add of adding) await add();
    await details.write();
    const pieces: string[][] = [];
    for (const file of readdirSync(scratch.path('details')).sort()) {
      const piece: string[] = [];
      for await (const value of query(`SELECT address FROM ${scratch.file(`details/${file}`)}`))
        piece.push(Row.parse(value).address);
      pieces.push(piece);
    }
    const left: unknown[] = [];
    for await (const table of query("SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'range_%'"))
      left.push(table);
    return { pieces, tables: left.length };
  } finally {
    database.closeSync();
    rmSync(folder, { recursive: true, force: true });
  }
}

test('ranges stand in pieces that are full, in their order, and what is left in a last one', async () => {
  const { pieces, tables } = await piecesOf(5, 4);
  assert.equal(pieces, [
    ['0.1', '0.2', '1.1', '1.2'],
    ['2.1', '2.2', '3.1', '3.2'],
    ['4.1', '4.2'],
  ]);
  assert.is(tables, 0);
});

test('a full piece that is the last has none after it', async () => {
  assert.equal((await piecesOf(2, 4)).pieces, [['0.1', '0.2', '1.1', '1.2']]);
});

test.run();
