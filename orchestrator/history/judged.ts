import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openDatabase, rows, runSql } from '../core/database/duckdb.ts';
import { parquetSql, viewSql } from '../core/database/sql.ts';
import { areWhole } from '../core/folder/files.ts';
import { RunFolder } from '../core/folder/folder.ts';
import { askedViewSql } from '../core/rows/asked-view.ts';
import { throwIfStopped } from '../core/stop.ts';
import { CensusError } from '../errors.ts';
import { ruleSets } from '../evidence/rule-sets/rule-sets.ts';
import { pipeline } from '../pipeline.ts';
import type { RuleSetName } from '../schemas/lists.ts';
import { rescannedFile } from '../stages/merge/rescanned.ts';
import { merge } from '../stages/merge.ts';
import { findTool } from '../tools/finder.ts';
import type { Given } from './given.ts';

/** A run whose hosts are judged by the rules of the series. */
export interface Judged {
  run: Given;
  /** Path of its hosts. */
  hosts: string;
  /** Path of what its rescan says beside its scan, by the same rules; null: it has none, or that is not as it was written. */
  rescanned: string | null;
  /** They were judged again for this series. */
  again: boolean;
}

/** Whether the verdicts of a run are those that the rules of today give. */
export function isCurrent({ manifest }: Given, rules: RuleSetName): boolean {
  return manifest.rule_set === rules && manifest.rules_version === ruleSets[rules].version;
}

/** Files of records of a run, by stage. */
function recordFiles({ folder, manifest }: Given): [stage: string, files: Record<string, string>][] {
  const paths = new RunFolder(folder);
  return Object.entries(manifest.stages).flatMap(([stage, { parts, status }]) => {
    if (status === 'left_out') return [];
    const files = Object.entries(parts).map(([part, entry]): [string, string] => [
      paths.records(stage, part),
      entry.records_sha256 ?? '',
    ]);
    return files.length === 0 ? [] : [[stage, Object.fromEntries(files.sort(([a], [b]) => (a < b ? -1 : 1)))]];
  });
}

/** Views over the records of a run, under the names of the stages. */
export function recordViews(run: Given, stages?: readonly string[]): string[] {
  const files = new Map(recordFiles(run));
  return pipeline(findTool).flatMap((stage) => {
    if (stage.kind === 'whole' || (stages !== undefined && !stages.includes(stage.name))) return [];
    return [viewSql(stage.name, Object.keys(files.get(stage.name) ?? {}), stage.role.record)];
  });
}

/** What a run's own rescan says, beside its scan; null: it has none, or that is not as it was written. */
export async function storedRescan({ folder, manifest }: Given): Promise<string | null> {
  const sha256 = manifest.stages.merge?.outputs[rescannedFile];
  if (sha256 === undefined || !(await areWhole(folder, { [rescannedFile]: sha256 }))) return null;
  return join(folder, rescannedFile);
}

/** A run whose verdicts are what they were. */
export async function asItIs(run: Given): Promise<Judged> {
  return { run, hosts: join(run.folder, 'hosts.parquet'), rescanned: await storedRescan(run), again: false };
}

/**
 * The views of what merge says of a rescan, and the manifest that it goes by. Whom the rescan asked matters as far as they answered once at
 * least, whatever rules judge the answers: units of a run that is judged again may be gone.
 */
async function withRescan(run: Given): Promise<{ views: string[]; stages: Given['manifest']['stages'] }> {
  const { rescan: _, ...others } = run.manifest.stages;
  const file = await storedRescan(run);
  if (file === null) return { views: [], stages: others };
  const asked = `SELECT DISTINCT address AS target FROM ${parquetSql(file)}`;
  return { views: [askedViewSql('rescan', asked)], stages: run.manifest.stages };
}

/** @throws CensusError where records are gone or are not what was written: they can be judged no more */
async function requireRecords(run: Given): Promise<void> {
  for (const [stage, files] of recordFiles(run)) {
    if (await areWhole('/', files)) continue;
    throw new CensusError(
      'E_RUN_FOLDER',
      `it was judged by rules ${run.manifest.rules_version ?? 'from before 2026-11'}, and its records of ${stage} are missing or have changed: it cannot be judged again`,
      'put them back, or decode them again by mptcp-census replay and give its folder',
    );
  }
}

/**
 * Judges the records of a run by a table of rules, as merge does. The run is only read.
 * @param out folder for the hosts; it is made
 */
export async function judgeAgain(run: Given, rules: RuleSetName, out: string, signal: AbortSignal): Promise<Judged> {
  await requireRecords(run);
  await mkdir(out, { recursive: true });
  const { views, stages } = await withRescan(run);
  const database = await openDatabase({ temp: join(out, '.tmp'), memoryLimit: '512MB' });
  try {
    for (const sql of [...recordViews(run), ...views]) await runSql(database, sql);
    throwIfStopped(signal, 'history');
    await merge.run({
      config: run.config,
      folder: out,
      query: (sql) => rows(database, sql),
      run: (sql) => runSql(database, sql),
      manifest: { ...run.manifest, stages, rule_set: rules },
      setResult: () => undefined,
      progress: () => undefined,
    });
  } finally {
    database.closeSync();
  }
  const rescanned = views.length === 0 ? null : join(out, rescannedFile);
  return { run, hosts: join(out, 'hosts.parquet'), rescanned, again: true };
}
