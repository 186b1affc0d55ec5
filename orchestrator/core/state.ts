import { join } from 'node:path';
import type { DuckDBInstance } from '@duckdb/node-api';
import { CensusError } from '../errors.ts';
import { rows, runSql } from './database/duckdb.ts';
import { type ShareTable, sharedTables } from './database/shared-tables.ts';
import { viewSql } from './database/sql.ts';
import type { RunFolder } from './folder/folder.ts';
import type { ManifestFile } from './folder/manifest.ts';
import type { LateOptOuts } from './opt-outs/late.ts';
import type { PartJob } from './part/site.ts';
import type { Reporter, Watcher } from './progress.ts';
import { viewAsked } from './rows/asked-view.ts';
import { spooledRows } from './rows/spooled-rows.ts';
import type { PartStage, Stage } from './stage.ts';
import { throwIfStopped } from './stop.ts';
import type { Tool } from './tool.ts';
import type { Uplink } from './uplink/over-uplink.ts';

/** What stands for a stage that the configuration leaves out, in the place of its digest. */
export const leftOut = 'left_out';

/** A run under way: shared by all its stages. */
export interface RunState<C> {
  folder: RunFolder;
  manifest: ManifestFile;
  config: C;
  seed: number;
  report: Reporter;
  watcher: Watcher | null;
  signal: AbortSignal;
  query: (sql: string) => AsyncIterable<unknown>;
  batches: (sql: string) => AsyncIterable<unknown[]>;
  run: (sql: string) => Promise<void>;
  shareTable: ShareTable;
  digests: (stages: readonly string[]) => Record<string, string>;
  job: (
    stage: PartStage<C>,
    tool: Tool<unknown, unknown, unknown, C>,
    part: string,
    fetched: string | null,
  ) => PartJob<C>;
}

export interface StateInput<C> {
  folder: RunFolder;
  manifest: ManifestFile;
  config: C;
  report: Reporter;
  database: DuckDBInstance;
  signal: AbortSignal;
  terminal: boolean;
  /** Who opts out while the run sends; null: nobody can. */
  optOuts?: LateOptOuts | null;
  /** Looks at the stages that send from outside; null: nobody does. */
  watcher?: Watcher | null;
  /** What packets leave by; null: nobody looks at that. */
  uplink?: Uplink | null;
}

export function createState<C>(input: StateInput<C>): RunState<C> {
  const { manifest, watcher = null } = input;
  const report: Reporter = (event) => {
    watcher?.hear(event);
    input.report(event);
  };
  let spooled = 0;
  function batches(sql: string): AsyncIterable<unknown[]> {
    spooled += 1;
    const file = join(input.folder.temp(), `rows-${spooled}.ndjson`);
    return stoppable(spooledRows(input.database, sql, file), input.signal);
  }
  return {
    folder: input.folder,
    manifest,
    config: input.config,
    seed: manifest.data.seed,
    report,
    watcher,
    signal: input.signal,
    query: (sql) => stoppable(rows(input.database, sql), input.signal),
    batches,
    run: (sql) => runSql(input.database, sql),
    shareTable: sharedTables(input.folder.temp(), (sql) => runSql(input.database, sql)),
    digests: (stages) => Object.fromEntries(stages.map((stage) => [stage, digestOf(manifest, stage)])),
    job: (stage, tool, part, fetched) => ({
      stage,
      tool,
      part,
      fetched,
      folder: input.folder,
      config: input.config,
      seed: manifest.data.seed,
      versions: Object.fromEntries(
        Object.entries(manifest.data.programs).map(([name, { version }]) => [name, version]),
      ),
      runsAs: Object.fromEntries(Object.entries(manifest.data.programs).map(([name, { runs_as }]) => [name, runs_as])),
      signal: input.signal,
      terminal: input.terminal,
      optOuts: input.optOuts ?? null,
      uplink: input.uplink ?? null,
      onStatus: ({ fraction, text }) => report({ type: 'status', stage: stage.name, part, fraction, text }),
      onUnits: (done, text = '', work) => {
        report({ type: 'units', stage: stage.name, part, done, text });
        if (work !== undefined) report({ type: 'work', stage: stage.name, part, ...work });
      },
    }),
  };
}

async function* stoppable<T>(values: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  for await (const value of values) {
    throwIfStopped(signal, 'reading records');
    yield value;
  }
}

function digestOf(manifest: ManifestFile, stage: string): string {
  const entry = manifest.data.stages[stage];
  // Nothing is begun before what it reads: a stage without an entry is younger than the run.
  if (entry === undefined || entry.status === leftOut) return leftOut;
  if (entry.status === 'done' && entry.digest !== null) return entry.digest;
  throw new CensusError('E_RUN_FOLDER', `${stage} is not done`, 'run the census again to complete it');
}

/** Makes the records of a stage visible to SQL under the stage's name; no rows where it was left out. */
export async function viewStage<C>(database: DuckDBInstance, state: RunState<C>, stage: Stage<C>): Promise<void> {
  if (stage.kind === 'whole') return;
  const entry = state.manifest.data.stages[stage.name];
  const parts = Object.keys(entry?.parts ?? {}).sort();
  const files = parts.map((part) => state.folder.records(stage.name, part));
  await runSql(database, viewSql(stage.name, files, stage.role.record));
  await viewAsked(database, state, stage, entry?.parts ?? {});
}
