import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, rows } from '../../../orchestrator/core/database/duckdb.ts';
import { sqlText } from '../../../orchestrator/core/database/sql.ts';
import type { Manifest } from '../../../orchestrator/core/folder/manifest.ts';
import { type HistoryInput, makeHistory } from '../../../orchestrator/history/history.ts';
import { type MadeRun, writeRunFolder } from '../../../scripts/bench/history/run-folder.ts';
import { seriesRecords } from '../../../scripts/bench/history/world.ts';

const root = mkdtempSync(join(tmpdir(), 'history-'));
process.on('exit', () => rmSync(root, { recursive: true, force: true }));

/** A folder of this process alone. */
export const place = (name: string) => join(root, name);

/** Small, and with many that answer with an option: of 200 hosts, 20 ever do. */
export const world = { hosts: 200, mptcp: 0.1, weeks: 3 };

export const weekTime = (week: number) => new Date(Date.UTC(2026, 0, 5, 10) + week * 7 * 86_400_000).toISOString();

/** A run of one week. */
export async function makeWeek(week: number, more: Partial<MadeRun> = {}): Promise<string> {
  const name = more.name ?? `week-${week}`;
  const folder = place(name);
  const time = weekTime(week);
  await writeRunFolder(folder, { name, time, records: seriesRecords(world, week, time), asked: 240, ...more });
  return folder;
}

/** Sets a fact of the only part of a stage, as its program would have counted it. */
export function fact(stage: string, name: string, value: number) {
  return (manifest: Manifest) => {
    const part = manifest.stages[stage]?.parts['00000'];
    if (part === undefined) throw new Error(`the run has no part of ${stage}`);
    part.facts[name] = value;
  };
}

/** The series of some runs. */
export async function historyOf(runs: readonly string[], out: string, more: Partial<HistoryInput> = {}) {
  const tables = { rib: null, country: null, city: null, every: null, rules: 'ours' as const };
  return await makeHistory({
    runs,
    out,
    ...tables,
    signal: new AbortController().signal,
    tell: () => undefined,
    ...more,
  });
}

/** Rows of a file of a series, each as its schema has it. */
export async function table<T>(
  out: string,
  file: string,
  schema: { parse: (row: unknown) => T },
  where = 'true',
): Promise<T[]> {
  const database = await openDatabase({ temp: place('temp') });
  const found: T[] = [];
  for await (const row of rows(database, `FROM read_parquet(${sqlText(join(out, file))}) WHERE ${where}`))
    found.push(schema.parse(row));
  database.closeSync();
  return found;
}
