import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBInstance } from '@duckdb/node-api';
import { z } from 'zod';
import { columnsOf } from '../core/database/columns.ts';
import { openDatabase, rows, runSql } from '../core/database/duckdb.ts';
import { ndjsonSql } from '../core/database/sql.ts';
import { writeFile } from '../core/writing.ts';
import { pipeline } from '../pipeline.ts';
import { makeViews } from '../report/views.ts';
import { countRun } from '../site/counts.ts';
import { siteRun } from '../site/runs.ts';
import { tellRun } from '../site/told.ts';
import { findTool } from '../tools/finder.ts';
import { blocks, type Counted, macros, totals } from './counts.ts';
import { citationText, dataPackageText, type Named, type ReleasedTable } from './data-package.ts';
import { type Described, ddlText, jsonSchemaText } from './describe-table.ts';
import { ReleaseFolder } from './folder.ts';
import { holds, type Level } from './level.ts';
import { type Licence, licenceText } from './licence.ts';
import { notebookText } from './notebook.ts';
import { RankBin, ranksSql, tellRanks } from './ranks.ts';
import { readmeText } from './readme.ts';
import { storedTables } from './records.ts';
import { borrowedFrom, type ReleasedRun, readReleasedRun, releasedFacts } from './run.ts';
import { writeCsv, writeParquet } from './table-files.ts';
import { placeRows, portRows, toldTables, verdictRows } from './told-rows.ts';

export interface ReleaseInput {
  folder: string;
  out: string;
  level: Level;
  /** Addresses that a count of level aggregate holds at least. */
  k: number;
  licence: Licence;
  authors: readonly string[];
  /** Hears what is being done. */
  tell: (line: string) => void;
}

/** A release while it is made. */
interface Making {
  database: DuckDBInstance;
  folder: ReleaseFolder;
  temp: string;
  tables: ReleasedTable[];
  tell: (line: string) => void;
}

/** Writes both files of a table whose rows are those of a view. */
async function writeTable({ database, folder, tables, tell }: Making, table: Described, view: string): Promise<void> {
  const { name } = table;
  const made = { run: (sql: string) => runSql(database, sql), view, schema: table.schema };
  tell(`  ${name}`);
  await writeParquet(made, join(folder.path, 'data', `${name}.parquet`));
  await writeCsv(made, join(folder.path, 'data', `${name}.csv.gz`));
  await folder.write(`schema/${name}.schema.json`, jsonSchemaText(table));
  tables.push({
    ...table,
    rows: await countOf(database, view),
    parquet: await folder.file(`data/${name}.parquet`),
    csv: await folder.file(`data/${name}.csv.gz`),
  });
}

const Counts = z.object({ n: z.int() });

async function countOf(database: DuckDBInstance, view: string): Promise<number> {
  for await (const row of rows(database, `SELECT count(*) AS n FROM ${view}`)) return Counts.parse(row).n;
  return 0;
}

/** A table of rows that were made here. */
async function writeRows(making: Making, table: Described, records: readonly unknown[]): Promise<void> {
  const { database, temp } = making;
  const file = join(temp, `${table.name}.ndjson`);
  await writeFile(file, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  const view = `released_${table.name}`;
  await runSql(database, `CREATE TABLE ${view} AS SELECT * FROM ${ndjsonSql([file], columnsOf(table.schema))}`);
  await writeTable(making, table, view);
}

async function writeCounted(making: Making, tables: readonly Counted[]): Promise<void> {
  const { database } = making;
  for (const { sql, ...table } of tables) {
    const view = `released_${table.name}`;
    // Counted once for two files; it spills where there are many blocks.
    await runSql(database, `CREATE TABLE ${view} AS ${sql}`);
    await writeTable(making, table, view);
    await runSql(database, `DROP TABLE ${view}`);
  }
}

/** Counts that every level has: whole, or as far as they may be told. */
async function writeTold(making: Making, run: ReleasedRun, k: number): Promise<void> {
  const [scan] = run.facts.stages.filter(({ stage }) => stage === 'scan');
  const { from: time, to: timeEnd } = scan?.measured ?? { from: run.manifest.created_at, to: run.manifest.created_at };
  const { root: folder, manifest, config } = run;
  const named = siteRun({ folder, name: manifest.run, manifest, config, time, timeEnd }, new Set());
  const told = tellRun(named, await countRun(named, join(making.temp, 'counts')), k);
  await writeRows(making, toldTables.places, placeRows(told));
  await writeRows(making, toldTables.ports, portRows(told));
  await writeRows(making, toldTables.verdicts, verdictRows(told));
  const bins: RankBin[] = [];
  for await (const row of rows(making.database, ranksSql)) bins.push(RankBin.parse(row));
  await writeRows(making, toldTables.ranks, tellRanks(bins, k));
}

async function writeTables(making: Making, run: ReleasedRun, { level, k }: ReleaseInput): Promise<void> {
  const { database, temp } = making;
  const { root, manifest, disabled } = run;
  const source = { run: manifest.run, hosts: join(root, 'hosts.parquet'), domains: join(root, 'domains.parquet') };
  await makeViews(database, { sources: [source], organisations: null, temp });
  await runSql(database, macros);
  await writeTold(making, run, level === 'aggregate' ? k : 1);
  if (holds(level, 'prefix')) await writeCounted(making, [...totals, ...blocks]);
  if (!holds(level, 'full')) return;
  for (const { view, ...table } of await storedTables(root, pipeline(findTool), disabled)) {
    await runSql(database, view);
    await writeTable(making, table, `released_${table.name}`);
  }
}

async function writeWords(
  making: Making,
  run: ReleasedRun,
  { level, k, licence, authors }: ReleaseInput,
): Promise<void> {
  const { folder, tables } = making;
  const facts = releasedFacts(run, level);
  const named: Named = { facts, licence, authors };
  await folder.write('README.md', readmeText(named, level, k, tables));
  await folder.write('LICENSE', licenceText(licence, borrowedFrom(run)));
  await folder.write('CITATION.cff', citationText(named));
  await folder.write('datapackage.json', dataPackageText(named, tables));
  await folder.write('run.json', `${JSON.stringify(facts, null, 2)}\n`);
  await folder.write('schema/duckdb.sql', ddlText(tables));
  await folder.write('notebook.ipynb', await notebookText());
}

/**
 * Writes what of a finished run is given away: tables with their descriptions, licence, citation, checksums and a notebook. The same run,
 * level and options give the same bytes: no clock is asked.
 * @returns files of the release
 * @throws CensusError where the run is damaged or not finished, and where the folder holds something already
 */
export async function makeRelease(input: ReleaseInput): Promise<ReleasedTable[]> {
  const folder = await ReleaseFolder.begin(input.out);
  try {
    const run = await readReleasedRun(input.folder, input.tell);
    const temp = join(folder.path, '.tmp');
    await mkdir(temp, { recursive: true });
    const database = await openDatabase({ temp, memoryLimit: run.config.memory });
    const making: Making = { database, folder, temp, tables: [], tell: input.tell };
    try {
      await writeTables(making, run, input);
    } finally {
      database.closeSync();
    }
    await rm(temp, { recursive: true, force: true });
    await writeWords(making, run, input);
    await folder.end();
    return making.tables;
  } catch (cause) {
    await folder.abandon();
    throw cause;
  }
}
