import { join, resolve } from 'node:path';
import type { DuckDBInstance } from '@duckdb/node-api';
import { openDatabase, runSql } from '../core/database/duckdb.ts';
import { viewSql } from '../core/database/sql.ts';
import { exists } from '../core/folder/files.ts';
import { RunFolder, requirePlainPath } from '../core/folder/folder.ts';
import { type Manifest, readManifest } from '../core/folder/manifest.ts';
import { CensusError } from '../errors.ts';
import { HandshakeRecord } from '../schemas/records/handshake.ts';
import { HostsRecord } from '../schemas/records/hosts.ts';
import { ScanRecord } from '../schemas/records/scan.ts';

/** A finished run with its records as views: hosts, replies (of scan and confirm), connections. */
export interface OpenRun {
  database: DuckDBInstance;
  manifest: Manifest;
}

/** Stages whose records are replies to SYNs. */
const asking = ['scan', 'confirm'];

function recordsOf(folder: RunFolder, manifest: Manifest, stage: string): string[] {
  const parts = Object.keys(manifest.stages[stage]?.parts ?? {}).sort();
  const files = parts.map((part) => folder.records(stage, part));
  return manifest.schema_version === 1 ? files.map((file) => file.replace(/\.parquet$/, '.ndjson')) : files;
}

/** @throws CensusError E_RUN_FOLDER if there is no finished run */
export async function openRun(path: string): Promise<OpenRun> {
  const root = resolve(path);
  requirePlainPath(root);
  const manifest = await readManifest(root);
  if (manifest === null)
    throw new CensusError('E_RUN_FOLDER', `${root} holds no manifest.json`, 'name a run folder, such as runs/lab');
  const hosts = join(root, 'hosts.parquet');
  if (!(await exists(hosts)))
    throw new CensusError('E_RUN_FOLDER', `${root} has no hosts.parquet`, 'run the same mptcp-census run to its end');
  const folder = new RunFolder(root);
  const database = await openDatabase({ temp: folder.temp(), makeTemp: false });
  await runSql(database, viewSql('hosts', [hosts], HostsRecord));
  const replies = asking.flatMap((stage) => recordsOf(folder, manifest, stage));
  await runSql(database, viewSql('replies', replies, ScanRecord));
  await runSql(database, viewSql('connections', recordsOf(folder, manifest, 'handshake'), HandshakeRecord));
  return { database, manifest };
}
