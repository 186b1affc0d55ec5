import { Config } from '../../../orchestrator/config/config.ts';
import { openDatabase, runSql } from '../../../orchestrator/core/database/duckdb.ts';
import { newStageEntry } from '../../../orchestrator/core/folder/entries.ts';
import { RunFolder } from '../../../orchestrator/core/folder/folder.ts';
import { type Manifest, ManifestFile, schemaVersion } from '../../../orchestrator/core/folder/manifest.ts';
import { runPartStage } from '../../../orchestrator/core/part/part-stage.ts';
import { createState } from '../../../orchestrator/core/state.ts';
import { resolve } from '../../../orchestrator/stages/resolve.ts';
import { findTool } from '../../../orchestrator/tools/finder.ts';

/** A run whose targets are done. */
function manifestOf(): Manifest {
  const targets = newStageEntry({ status: 'done', unit: 'line', tool: 'list', reads: {}, started_at: null });
  return {
    schema_version: schemaVersion,
    run: 'bench',
    created_at: new Date().toISOString(),
    finished_at: null,
    census: {},
    vantage: {},
    seed: 1,
    config: {},
    inputs: {},
    programs: {},
    starts: [],
    stages: { targets: { ...targets, digest: 'bench' } },
    sentinels: [],
    vantage_impaired: null,
    purges: [],
    rule_set: 'ours',
    rules_version: null,
    result_sha256: null,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, value) => total + value, 0);
}

/**
 * The whole stage in a run folder: units, parts, questions, raw files, records.
 * @param namesSql gives a column `name`, in the order of the list
 */
export async function resolveByStage(
  namesSql: string,
  { resolver, folder, ...more }: { resolver: string; folder: string; open?: number; window?: number; part?: number },
) {
  const { part, ...pace } = more;
  const config = Config.parse({
    targets: { list: 'list.csv' },
    resolve: { resolvers: [resolver], ...pace },
    ...(part === undefined ? {} : { parts: { resolve: part } }),
  });
  const run = new RunFolder(folder);
  const database = await openDatabase({ temp: run.temp(), memoryLimit: '512MB' });
  await runSql(
    database,
    `CREATE VIEW targets AS SELECT name AS target, 'name' AS kind, row_number() OVER () AS line FROM (${namesSql})`,
  );
  const manifest = new ManifestFile(folder, manifestOf());
  const quiet = { report: () => undefined, signal: new AbortController().signal, terminal: false };
  await runPartStage(createState({ folder: run, manifest, config, database, ...quiet }), resolve(findTool));
  database.closeSync();
  const entry = manifest.data.stages.resolve;
  const facts = Object.values(entry?.parts ?? {}).map((done) => done.facts);
  const numbers = (name: string) => facts.map((of) => Number(of[name] ?? 0));
  return {
    counts: { answered: entry?.counts?.answered ?? 0, ...entry?.counts?.failed },
    firstPass: sum(numbers('first_pass_s')),
    secondPass: sum(numbers('second_pass_s')),
    askedAgain: sum(numbers('asked_again')),
  };
}
