import { mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { startOf } from '../census.ts';
import { requireBudget } from '../config/budget.ts';
import type { Config } from '../config/config.ts';
import { refuseUnsafe } from '../config/file.ts';
import { readOptOuts } from '../config/restraint.ts';
import { openDatabase } from '../core/database/duckdb.ts';
import { nowIso } from '../core/folder/entries.ts';
import { RunFolder } from '../core/folder/folder.ts';
import { ManifestFile, schemaVersion } from '../core/folder/manifest.ts';
import { compareStart } from '../core/folder/open-run.ts';
import type { OnReading } from '../core/inputs/read-through.ts';
import { createState, type RunState } from '../core/state.ts';
import { CensusError } from '../errors.ts';
import { checkInputs } from '../inputs/inputs.ts';
import { expectedBytes, freeBytes, givenAsRead } from '../machine/room.ts';
import { pipeline } from '../pipeline.ts';
import { findTool } from '../tools/finder.ts';
import { forecastLines } from './lines.ts';
import { planOf, type StagePlan } from './plan.ts';
import { ScopeTally } from './scopes.ts';
import { standingOf } from './survey.ts';

interface DryRun {
  folder: string;
  config: Config;
  /** Where the list is read into and cut, in a folder that is removed at the end. */
  temp: string;
  signal: AbortSignal;
  /** Hears of files that take long to be read through. */
  onReading?: OnReading;
}

/** A manifest for what is worked out beside the run. */
function scratchManifest(folder: string, config: Config, seed: number): ManifestFile {
  return new ManifestFile(folder, {
    ...{ schema_version: schemaVersion, run: 'dry-run', created_at: nowIso(), finished_at: null },
    ...{ census: {}, vantage: {}, seed, config, inputs: {}, programs: {}, starts: [], stages: {} },
    ...{
      sentinels: [],
      vantage_impaired: null,
      purges: [],
      rule_set: 'ours',
      rules_version: null,
      result_sha256: null,
    },
  });
}

const Kind = z.object({ kind: z.string(), targets: z.int() });

async function kindsOf(state: RunState<Config>): Promise<Record<string, number>> {
  const kinds: Record<string, number> = {};
  if (state.manifest.data.stages.targets === undefined) return kinds;
  const sql = 'SELECT kind, count(DISTINCT target) AS targets FROM targets GROUP BY kind ORDER BY kind';
  for await (const row of state.query(sql)) {
    const { kind, targets } = Kind.parse(row);
    kinds[kind] = targets;
  }
  return kinds;
}

async function forecast({ folder, config, signal, onReading }: DryRun, scratch: string): Promise<string[]> {
  const { before, allowed } = await compareStart(await startOf(folder, config, readOptOuts(config)));
  await checkInputs(config, before, onReading);
  const work = new RunFolder(scratch);
  const database = await openDatabase({ temp: work.temp(), memoryLimit: config.memory });
  try {
    const manifest = scratchManifest(scratch, config, before?.seed ?? config.seed ?? 1);
    const state = createState({
      ...{ folder: work, manifest, config, report: () => undefined, database, signal, terminal: false },
    });
    const scopes = new ScopeTally(config);
    const anew = new Set(allowed?.anew);
    const survey = { state, database, run: new RunFolder(folder), before, anew, scopes };
    const plans: StagePlan[] = [];
    for (const stage of pipeline(findTool)) {
      if (stage.kind !== 'parts') continue;
      plans.push(await planOf(stage, config, await standingOf(survey, stage), plans));
    }
    const kinds = await kindsOf(state);
    const lists = manifest.data.stages.targets?.sources ?? [];
    const disk = { expected: expectedBytes(givenAsRead(config, kinds), config), free: await freeBytes(folder) };
    return forecastLines({ folder, config, plans, scopes: scopes.table, kinds, lists, disk, resumed: before !== null });
  } finally {
    database.closeSync();
  }
}

/** A folder for what is worked out. @throws CensusError where none can be made */
async function scratchIn(temp: string): Promise<string> {
  try {
    return await mkdtemp(join(temp, 'census-dry-run-'));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const hint = 'set TMPDIR to another folder; the default is /var/tmp';
    throw new CensusError('E_INPUT', `no working folder can be created in ${temp}: ${why}`, hint, cause);
  }
}

/**
 * What a run with this configuration would do, without doing any of it: it starts no program but what unpacks its files, opens no
 * connection, and writes nothing into the run folder.
 * @throws CensusError what a run would be refused with, as far as configuration, files and run folder show it
 */
export async function* dryRunLines(input: DryRun): AsyncGenerator<string> {
  refuseUnsafe(input.config);
  requireBudget(input.config);
  const scratch = await scratchIn(input.temp);
  try {
    yield* await forecast({ ...input, folder: resolve(input.folder) }, scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
