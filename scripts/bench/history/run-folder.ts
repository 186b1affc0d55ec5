import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { Config } from '../../../orchestrator/config/config.ts';
import { columnsOf } from '../../../orchestrator/core/database/columns.ts';
import { openDatabase, rows, runSql } from '../../../orchestrator/core/database/duckdb.ts';
import { parquetSql, sqlText, viewSql } from '../../../orchestrator/core/database/sql.ts';
import { newStageEntry, noCounts, type StageEntry } from '../../../orchestrator/core/folder/entries.ts';
import { sha256File, sha256Of } from '../../../orchestrator/core/folder/files.ts';
import { RunFolder } from '../../../orchestrator/core/folder/folder.ts';
import { type Manifest, ManifestFile, schemaVersion } from '../../../orchestrator/core/folder/manifest.ts';
import { askedViewSql } from '../../../orchestrator/core/rows/asked-view.ts';
import { roles } from '../../../orchestrator/roles.ts';
import type { RuleSetName } from '../../../orchestrator/schemas/lists.ts';
import { rescannedFile } from '../../../orchestrator/stages/merge/rescanned.ts';
import { merge } from '../../../orchestrator/stages/merge.ts';
import { tables as merged } from '../merge/world.ts';

const tables = { ...merged, rescan: roles.syn_prober };
type Stage = keyof typeof tables;

/** A finished run that nobody made: what its folder is to hold. */
export interface MadeRun {
  name: string;
  /** When its scan began, UTC. */
  time: string;
  /** Changes to a configuration with prefixes, both versions and port 80. */
  config?: z.input<typeof Config>;
  /** SQL of the records of a stage; a stage without was left out. */
  records: Partial<Record<Stage, string>>;
  /** Endpoints that were asked, each once per version. */
  asked: number;
  vantage?: Record<string, unknown>;
  /** Of the list, and of the probe module. */
  list?: string;
  module?: string;
  /** Rules that its hosts are judged by. */
  rules?: RuleSetName;
  /** Changes the manifest before it is written. */
  change?: (manifest: Manifest) => void;
}

const minutes = (time: string, n: number) => new Date(Date.parse(time) + n * 60_000).toISOString();

function manifestOf(made: MadeRun, config: Config): Manifest {
  const { name, time } = made;
  return {
    schema_version: schemaVersion,
    run: name,
    created_at: time,
    finished_at: minutes(time, 30),
    census: {
      version: '0.0.0',
      git_commit: null,
      git_dirty: null,
      probe_module_sha256: sha256Of(made.module ?? 'module'),
    },
    vantage: {
      hostname: 'made',
      kernel: '6.18.1',
      architecture: 'x64',
      source_addresses: ['198.18.0.2'],
      ...made.vantage,
    },
    seed: 1,
    config: JSON.parse(JSON.stringify(config)),
    inputs: {},
    programs: {},
    starts: [],
    stages: {},
    sentinels: [],
    vantage_impaired: null,
    purges: [],
    rule_set: made.rules ?? 'ours',
    rules_version: null,
    result_sha256: null,
  };
}

/** Counts of the scan add up as those of a run: whoever did not answer was asked all the same. */
function scanCounts(entry: StageEntry, units: number): void {
  const counts = entry.counts ?? noCounts();
  const silent = Math.max(0, units - counts.records_out);
  entry.counts = {
    ...counts,
    units_in: counts.records_out + silent,
    answered: counts.records_out,
    failed: { timeout: silent },
  };
}

/**
 * Writes the folder of a run with records and a manifest as a run leaves them, and merges it: hosts, domains and their hashes are those of
 * the program. There are no raw files.
 */
export async function writeRunFolder(root: string, made: MadeRun): Promise<Manifest> {
  const config = Config.parse({
    ...{ lab: true, lab_ranges: ['198.18.0.0/15', '240.0.0.0/4', '2001:db8::/32'], seed: 1, path: { ping: false } },
    ...{ targets: { prefixes: ['240.0.0.0/16'] }, scan: { rate: 10_000 } },
    ...made.config,
  });
  const folder = new RunFolder(root);
  const manifest = manifestOf(made, config);
  await mkdir(root, { recursive: true });
  const database = await openDatabase({ temp: folder.temp(), memoryLimit: '512MB' });
  try {
    for (const [stage, { record }] of Object.entries(tables)) {
      const sql = new Map(Object.entries(made.records)).get(stage);
      const entry = await writeStage({
        folder,
        stage,
        record,
        sql,
        time: made.time,
        run: (text) => runSql(database, text),
      });
      if (stage === 'targets') entry.sources = [sourceOf(made)];
      manifest.stages[stage] = entry;
      const files = sql === undefined ? [] : [folder.records(stage, '00000')];
      if (stage === 'scan') {
        for await (const row of rows(database, `SELECT count(*) AS n FROM ${parquetSql(files[0] ?? '')}`))
          Object.assign(entry.counts ?? {}, { records_out: Object(row).n });
        scanCounts(entry, made.asked * config.scan.versions.length);
      }
      await runSql(database, viewSql(stage, files, record));
    }
    const twice =
      'SELECT DISTINCT address AS target FROM (SELECT address FROM scan UNION ALL SELECT address FROM rescan)';
    await runSql(database, askedViewSql('rescan', twice));
    const counts = await merge.run({
      config,
      folder: root,
      query: (sql) => rows(database, sql),
      run: (sql) => runSql(database, sql),
      manifest,
      setResult: (sha256, version) => Object.assign(manifest, { result_sha256: sha256, rules_version: version }),
      progress: () => undefined,
    });
    const written = made.records.rescan === undefined ? [] : [rescannedFile];
    const outputs = ['hosts.parquet', 'domains.parquet', ...written].map(async (file) => [
      file,
      await sha256File(join(root, file)),
    ]);
    const entry = newStageEntry({ status: 'done', unit: merge.unit, tool: 'merge', reads: {}, started_at: made.time });
    manifest.stages.merge = { ...entry, counts, outputs: Object.fromEntries(await Promise.all(outputs)) };
  } finally {
    database.closeSync();
  }
  made.change?.(manifest);
  await new ManifestFile(root, manifest).save();
  return manifest;
}

function sourceOf({ list = 'list' }: MadeRun): StageEntry['sources'][number] {
  return {
    ...{
      as: 'list.csv',
      from: 'list.csv',
      sha256: sha256Of(list),
      bytes: list.length,
      opened: [],
      kind: 'ranks and names',
    },
    ...{ columns: { name: '2', rank: '1' }, ranks: 'each', lines: 1, fetched: null },
  };
}

interface Writing {
  folder: RunFolder;
  stage: string;
  record: z.ZodType;
  sql: string | undefined;
  time: string;
  run: (sql: string) => Promise<void>;
}

async function writeStage({ folder, stage, record, sql, time, run }: Writing): Promise<StageEntry> {
  const status = sql === undefined ? 'left_out' : 'done';
  const entry = newStageEntry({ status, unit: stage, tool: 'made', reads: {}, started_at: time });
  if (sql === undefined) return { ...entry, started_at: null };
  const columns = columnsOf(record);
  const none = columns.map(([column, type]) => `CAST(NULL AS ${type}) AS "${column}"`).join(', ');
  const selected = columns.map(([column, type]) => `CAST("${column}" AS ${type}) AS "${column}"`).join(', ');
  const path = folder.records(stage, '00000');
  await mkdir(folder.stage(stage), { recursive: true });
  await run(
    `COPY (SELECT ${selected} FROM (SELECT * FROM (${sql}) UNION ALL BY NAME SELECT ${none} WHERE false)) TO ${sqlText(path)} (FORMAT parquet)`,
  );
  const counts = noCounts();
  const part = {
    ...{ started_at: time, ended_at: minutes(time, 10), input_sha256: '', output_sha256: '', raw_sha256: {} },
    ...{
      packed_sha256: {},
      rejects_sha256: null,
      records_sha256: await sha256File(path),
      counts,
      unknown_fields: {},
      facts: {},
    },
    commands: [
      { argv: ['made'], version: null, started_at: time, ended_at: minutes(time, 10), exit_code: 0, times: 1 },
    ],
  };
  return { ...entry, ended_at: minutes(time, 10), counts, parts: { '00000': part }, digest: '' };
}
