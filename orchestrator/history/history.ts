import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { DuckDBInstance } from '@duckdb/node-api';
import { z } from 'zod';
import { openDatabase, rows, runSql } from '../core/database/duckdb.ts';
import { filesSql, sqlText, viewSql } from '../core/database/sql.ts';
import { exists, LineWriter, writeWhole } from '../core/folder/files.ts';
import { requirePlainPath } from '../core/folder/folder.ts';
import { manifestName } from '../core/folder/manifest.ts';
import { throwIfStopped } from '../core/stop.ts';
import { CensusError, codeOf } from '../errors.ts';
import { ruleSets } from '../evidence/rule-sets/rule-sets.ts';
import { withoutPaths } from '../report/published.ts';
import { floorsOf } from '../report/rescan/floor.ts';
import { macrosSql } from '../report/views.ts';
import type { RuleSetName } from '../schemas/lists.ts';
import { History } from '../schemas/records/history/history.ts';
import { HistoryRun } from '../schemas/records/history/run.ts';
import { lostOf } from '../stages/report-facts.ts';
import { countRun, makeCounts } from './counts.ts';
import { missedRuns, usualDays } from './gaps.ts';
import { type Given, type LeftOut, readRuns, requirePoints } from './given.ts';
import { asItIs, isCurrent, type Judged, judgeAgain } from './judged.ts';
import { keepKeys, makeKeys, writeKeys } from './keys.ts';
import { marksOf, vantageNumbers } from './marks.ts';
import { writePage } from './page/page.ts';
import { freezePlaces, isPlaced, readTables } from './places.ts';
import { askedIn, type Counted, type RunTotals, runRow } from './run-rows.ts';
import { writeSeries } from './series.ts';

/** What a series is made of. */
export interface HistoryInput {
  /** Folders of finished runs, in any order. */
  runs: readonly string[];
  /** Folder that everything is written to. */
  out: string;
  /** Prefix table for the addresses of all runs; null: what each run found. */
  rib: string | null;
  /** Databases of countries and cities, as MaxMind writes them; null: what each run found. */
  country: string | null;
  city: string | null;
  /** Days from run to run; null: the median of the series. */
  every: number | null;
  /** The rules that all runs are judged by. */
  rules: RuleSetName;
  signal: AbortSignal;
  /** Receives progress messages. */
  tell: (text: string) => void;
}

/** Both databases of a history, that of the series and of a run which is judged again, hold no more. */
const memory = '600MB';

/** Judges what was judged by other rules; what cannot be is left out, with the reason. */
async function judgeAll(
  input: HistoryInput,
  runs: readonly Given[],
  temp: string,
  leftOut: LeftOut[],
): Promise<Judged[]> {
  const judged: Judged[] = [];
  for (const [i, run] of runs.entries()) {
    throwIfStopped(input.signal, 'history');
    if (isCurrent(run, input.rules)) {
      judged.push(await asItIs(run));
      continue;
    }
    input.tell(`${run.name}: judging again (${i + 1} of ${runs.length})`);
    try {
      judged.push(await judgeAgain(run, input.rules, join(temp, `judged-${i}`), input.signal));
    } catch (cause) {
      if (codeOf(cause) !== 'E_RUN_FOLDER' && codeOf(cause) !== 'E_INPUT') throw cause;
      leftOut.push({ folder: run.name, reason: withoutPaths(cause instanceof Error ? cause.message : String(cause)) });
    }
  }
  return judged;
}

/** Counts every run into the tables of the series, in order of time. */
async function countAll(database: DuckDBInstance, input: HistoryInput, judged: readonly Judged[]): Promise<Counted[]> {
  const vantages = vantageNumbers(judged.map(({ run }) => run));
  await runSql(database, macrosSql());
  await makeCounts(database);
  await makeKeys(database);
  const counted: Counted[] = [];
  for (const [i, one] of judged.entries()) {
    throwIfStopped(input.signal, 'history');
    const facts = await countRun(database, one, input);
    const keys = await keepKeys(database, one);
    const floors = await floorsOf(database, one.rescanned);
    if (!keys) input.tell(`${one.run.name}: its records are gone, so that its keys are compared with none`);
    const placed = input.rib !== null || isPlaced(input);
    counted.push({ judged: one, facts, floors, vantage: vantages[i] ?? 1, placed, keys });
  }
  return counted;
}

/** What each run measured: what was not probed has no number, while 0 is one. */
function pointsSql(counted: readonly Counted[], asked: (one: Counted) => number | null): string {
  const points = counted.map((one) => {
    const { name, time, config, manifest } = one.judged.run;
    const connections = manifest.stages.handshake?.status === 'done';
    const versions = [1, 0].map((version) => config.scan.versions.some((known) => known === version));
    return `(${sqlText(name)}, ${sqlText(time)}, ${asked(one) ?? 'NULL'}, ${lostOf(manifest)?.replies ?? 0}, ${versions.join(', ')}, ${connections})`;
  });
  return `CREATE OR REPLACE TABLE points AS SELECT run, time, CAST(asked AS BIGINT) AS asked, lost, v1, v0, connections
    FROM (VALUES ${points.join(', ')}) p(run, time, asked, lost, v1, v0, connections)`;
}

const Total = z.object({ run: z.string(), version: z.string().nullable(), measure: z.string(), count: z.int() });

/** What the whole of each run adds up to, by its name. */
async function totalsOf(database: DuckDBInstance): Promise<(run: string) => RunTotals> {
  const found = new Map<string, number>();
  const sql = "SELECT run, version, measure, count FROM series WHERE dimension = 'all'";
  for await (const row of rows(database, sql)) {
    const { run, version, measure, count } = Total.parse(row);
    found.set(JSON.stringify([run, measure, version]), count);
  }
  return (run) => {
    const known = (measure: string, version: string | null) =>
      found.get(JSON.stringify([run, measure, version])) ?? null;
    return {
      answered_v1: known('answered', 'v1'),
      answered_v0: known('answered', 'v0'),
      capable_v1: known('capable', 'v1'),
      capable_v0: known('capable', 'v0'),
      confirmed_v1: known('confirmed', 'v1'),
      addresses_answered: known('addresses_answered', null) ?? 0,
      addresses_capable: known('addresses_capable', null) ?? 0,
    };
  };
}

/** Every run with what it is beside the one before. */
function besideOthers(alone: readonly HistoryRun[], every: number | null): HistoryRun[] {
  const missed = missedRuns(
    alone.map(({ time }) => time),
    every,
  );
  return alone.map((run, i) => ({ ...run, marks: marksOf(alone[i - 1], run), missed: missed[i] ?? 0 }));
}

async function writeRuns(database: DuckDBInstance, history: History, out: string, temp: string): Promise<void> {
  const file = join(temp, 'runs.ndjson');
  const lines = await LineWriter.create(file);
  for (const run of history.runs) await lines.write(JSON.stringify(run));
  await lines.finish();
  await runSql(database, viewSql('runs', [file], HistoryRun));
  await runSql(database, `COPY runs TO ${sqlText(join(out, 'runs.parquet'))} (FORMAT parquet, COMPRESSION zstd)`);
  await writeWhole(join(out, 'runs.json'), `${JSON.stringify(history, null, 2)}\n`);
}

async function makeIn(database: DuckDBInstance, input: HistoryInput, temp: string): Promise<History> {
  const { runs, leftOut } = await readRuns(input.runs);
  const tables = await readTables(input);
  const judged = await judgeAll(input, runs, temp, leftOut);
  requirePoints(judged.length, leftOut);
  const hosts = judged.map((one) => one.hosts);
  const addresses = `SELECT address FROM ${filesSql('parquet', hosts)}`;
  await freezePlaces(database, { tables: input, addresses, temp, signal: input.signal });
  const counted = await countAll(database, input, judged);
  await runSql(database, pointsSql(counted, askedIn));
  await writeSeries(database, input.out);
  await writeKeys(database, input.out, temp);
  const totals = await totalsOf(database);
  const alone = counted.map((one) => runRow(one, totals(one.judged.run.name), input.rules));
  const every = input.every ?? usualDays(alone.map(({ time }) => time));
  const history = History.parse({
    history_version: 1,
    rule_set: input.rules,
    rules_version: ruleSets[input.rules].version,
    ...tables,
    every_days: every,
    runs: besideOthers(alone, every),
    left_out: leftOut,
  });
  await writeRuns(database, history, input.out, temp);
  await writePage(database, history, input.out);
  return history;
}

/**
 * Makes a series of runs: runs.json, runs.parquet, series.parquet, series.csv, announcers.parquet, constant-keys.parquet and the page. All
 * runs are judged by one table of rules; they are only read. Gives what runs.json holds.
 * @throws CensusError where one run was given twice, a lab stands beside the Internet, or nothing is left
 */
export async function makeHistory(input: HistoryInput): Promise<History> {
  const out = resolve(input.out);
  requirePlainPath(out);
  if (await exists(join(out, manifestName)))
    throw new CensusError('E_INPUT', `${out} is a run folder`, 'name another folder for the series');
  const temp = join(out, '.tmp');
  await rm(temp, { recursive: true, force: true });
  await mkdir(temp, { recursive: true });
  const database = await openDatabase({ temp, memoryLimit: memory });
  try {
    return await makeIn(database, { ...input, out }, temp);
  } finally {
    database.closeSync();
    await rm(temp, { recursive: true, force: true });
  }
}
