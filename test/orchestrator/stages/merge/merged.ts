import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Config } from '../../../../orchestrator/config/config.ts';
import { openDatabase, rows, runSql } from '../../../../orchestrator/core/database/duckdb.ts';
import { sqlText, viewSql } from '../../../../orchestrator/core/database/sql.ts';
import { newStageEntry } from '../../../../orchestrator/core/folder/entries.ts';
import type { Manifest } from '../../../../orchestrator/core/folder/manifest.ts';
import { askedViewSql } from '../../../../orchestrator/core/rows/asked-view.ts';
import { DomainsRecord } from '../../../../orchestrator/schemas/records/domains.ts';
import { HostsRecord } from '../../../../orchestrator/schemas/records/hosts.ts';
import { RescannedRecord } from '../../../../orchestrator/schemas/records/rescanned.ts';
import { merge, mergeOfSize } from '../../../../orchestrator/stages/merge.ts';
import { emptyManifest } from '../../core/toy.ts';
import { readByMerge } from '../records.ts';

export type Records = Partial<Record<keyof typeof readByMerge, object[]>>;

/** What is asked of a merge beside its records. */
interface Asked {
  versions?: number[];
  leftOut?: readonly string[];
  /** The lists of the run; one when it is left out. */
  lists?: string[];
  /** Name of the run. */
  run?: string;
  /** Rows that are held in memory at a time; as many as in a census when it is left out. */
  size?: number;
  /** Controls of a kind at most; as many as by default when it is left out. */
  controls?: number;
  /** Addresses that were scanned a second time; absent: there was no rescan. */
  rescanned?: readonly string[];
  /** By which rules. */
  rules?: Manifest['rule_set'];
  /** Changes a statement before it is run. */
  mutate?: (sql: string) => string;
}

export function manifestOf({ leftOut = [], run = 'small', rescanned, rules = 'ours' }: Asked): Manifest {
  const entry = newStageEntry({ status: 'left_out', unit: '', tool: '', reads: {}, started_at: null });
  return {
    ...emptyManifest(),
    run,
    vantage: { hostname: 'scanner' },
    rule_set: rules,
    stages: {
      ...Object.fromEntries(leftOut.map((stage) => [stage, entry])),
      ...(rescanned === undefined ? {} : { rescan: { ...entry, status: 'done' } }),
    },
  };
}

export interface Merged {
  /** null: no such file was written. */
  rescanned: RescannedRecord[] | null;
  hosts: HostsRecord[];
  /** Rows of details.parquet. */
  details: HostsRecord[];
  domains: DomainsRecord[];
  result: string;
  /** Key-value metadata of hosts.parquet. */
  metadata: unknown[];
}

/** The whole stage over records that nobody has checked, as they would lie in a folder that was changed since. */
export async function mergeOf(records: Records, asked: Asked = {}): Promise<Merged> {
  const { versions = [1, 0], size, mutate = (sql) => sql } = asked;
  const second = asked.controls === undefined ? {} : { confirm: { controls: asked.controls } };
  const ranges = { lab: true, lab_ranges: ['198.18.0.0/15', '2001:db8::/32'] };
  const config = Config.parse({
    ...ranges,
    targets: { list: asked.lists ?? 'list.csv' },
    scan: { versions },
    ...second,
  });
  const folder = mkdtempSync(join(tmpdir(), 'merge-'));
  const database = await openDatabase({ temp: join(folder, '.tmp') });
  const all = async (sql: string) => {
    const found: unknown[] = [];
    for await (const row of rows(database, sql)) found.push(row);
    return found;
  };
  try {
    for (const [name, schema] of Object.entries(readByMerge)) {
      const given = new Map<string, object[]>(Object.entries(records)).get(name) ?? [];
      const file = join(folder, `${name}.ndjson`);
      writeFileSync(file, given.map((record) => `${JSON.stringify(record)}\n`).join(''));
      await runSql(database, viewSql(name, given.length === 0 ? [] : [file], schema));
    }
    const again = (asked.rescanned ?? []).map((address) => `SELECT ${sqlText(address)} AS target`);
    if (again.length > 0) await runSql(database, askedViewSql('rescan', again.join(' UNION ALL ')));
    let result = '';
    await (size === undefined ? merge : mergeOfSize(size)).run({
      config,
      folder,
      query: (sql) => rows(database, mutate(sql)),
      run: async (sql) => await runSql(database, mutate(sql)),
      manifest: manifestOf(asked),
      setResult: (sha256) => {
        result = sha256;
      },
      progress: () => undefined,
    });
    const table = (name: string) => sqlText(join(folder, `${name}.parquet`));
    const hostsIn = async (name: string) =>
      (await all(`SELECT * FROM read_parquet(${table(name)})`)).map((row) => HostsRecord.parse(row));
    const [hosts, details] = [await hostsIn('hosts'), await hostsIn('details')];
    const domains = (await all(`SELECT * FROM read_parquet(${table('domains')})`)).map((row) =>
      DomainsRecord.parse(row),
    );
    const keys = 'SELECT decode(key) AS key, decode(value) AS value FROM parquet_kv_metadata';
    const rescanned = existsSync(join(folder, 'rescanned.parquet'))
      ? (await all(`SELECT * FROM read_parquet(${table('rescanned')})`)).map((row) => RescannedRecord.parse(row))
      : null;
    return { rescanned, hosts, details, domains, result, metadata: await all(`${keys}(${table('hosts')})`) };
  } finally {
    database.closeSync();
    rmSync(folder, { recursive: true, force: true });
  }
}
