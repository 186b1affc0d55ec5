import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { CensusError } from '../errors.ts';
import { openDatabase, rows } from './database/duckdb.ts';
import { parquetSql, sqlText } from './database/sql.ts';
import type { StageEntry } from './folder/entries.ts';
import { exists } from './folder/files.ts';
import { RunFolder, requirePlainPath } from './folder/folder.ts';
import { type Manifest, readManifest } from './folder/manifest.ts';
import { jsonOf, splitLines } from './process/lines.ts';

/** Fields that may name the address a record is about, the first of these that it has. */
const About = z.looseObject({
  address: z.string().optional(),
  addresses: z.array(z.string()).optional(),
  target: z.string().optional(),
});

const parquet = '.parquet';
/** Rows asked for first. */
const firstRows = 50;

/** Names that can be printed: stages with parts, and tables that a stage without parts wrote. */
function printable(manifest: Manifest): string[] {
  const stages = Object.entries(manifest.stages).flatMap(([name, entry]) => {
    const tables = Object.keys(entry.outputs).filter((file) => file.endsWith(parquet));
    const whole = tables.length > 0 || Object.keys(entry.outputs).length > 0;
    return whole ? tables.map((file) => file.slice(0, -parquet.length)) : [name];
  });
  return stages;
}

function requireDone(name: string, entry: StageEntry): void {
  if (entry.status === 'done') return;
  if (entry.status === 'left_out') {
    const hint = 'its fields are not_measured: the configuration in manifest.json does not ask for it';
    throw new CensusError('E_INPUT', `the run left ${name} out, so there are no records`, hint);
  }
  throw new CensusError('E_INPUT', `${name} is not done`, 'run the same mptcp-census run again to complete it');
}

/** The files that hold the records of a name, in order. */
function filesOf(folder: RunFolder, manifest: Manifest, name: string): string[] {
  const entry = manifest.stages[name];
  if (entry !== undefined && Object.keys(entry.outputs).length === 0) {
    requireDone(name, entry);
    const extension = manifest.schema_version === 1 ? '.ndjson' : parquet;
    const parts = Object.keys(entry.parts).sort();
    return parts.map((part) => folder.records(name, part).replace(/\.parquet$/, extension));
  }
  const writer = Object.values(manifest.stages).find(({ outputs }) => `${name}${parquet}` in outputs);
  if (writer !== undefined) {
    requireDone(name, writer);
    return [join(folder.out, `${name}${parquet}`)];
  }
  const known = printable(manifest).join(', ');
  throw new CensusError('E_INPUT', `the run has no records named ${name}`, `there are: ${known || 'none yet'}`);
}

/** SQL: which rows of a file are about an address. */
async function aboutSql(columns: AsyncIterable<unknown>, name: string, address: string): Promise<string> {
  const Column = z.object({ column_name: z.string() });
  const names = new Set<string>();
  for await (const column of columns) names.add(Column.parse(column).column_name);
  if (names.has('address')) return `address = ${sqlText(address)}`;
  if (names.has('addresses')) return `list_contains(addresses, ${sqlText(address)})`;
  if (names.has('target')) return `target = ${sqlText(address)}`;
  throw new CensusError('E_INPUT', `records of ${name} name no address`, 'leave --address out');
}

async function* parquetLines(folder: RunFolder, name: string, files: string[], address: string | null) {
  const [first] = files;
  if (first === undefined) return;
  const database = await openDatabase({ temp: folder.temp(), makeTemp: false });
  try {
    const about =
      address === null ? 'true' : await aboutSql(rows(database, `DESCRIBE FROM ${parquetSql(first)}`), name, address);
    // One file after the other, and of the first one a few rows before the rest: the first line waits for no more than it needs.
    for (const [index, file] of files.entries()) {
      const sql = `SELECT * FROM ${parquetSql(file)} WHERE ${about}`;
      const pieces = index === 0 ? [`${sql} LIMIT ${firstRows}`, `${sql} OFFSET ${firstRows}`] : [sql];
      for (const piece of pieces) for await (const row of rows(database, piece)) yield JSON.stringify(row);
    }
  } finally {
    database.closeSync();
  }
}

async function* ndjsonLines(files: string[], address: string | null): AsyncGenerator<string> {
  for (const file of files) {
    for await (const line of splitLines(createReadStream(file))) {
      const about = address === null ? null : About.parse(jsonOf(line));
      const named = about?.address ?? about?.addresses ?? about?.target;
      if (about === null || named === address || (Array.isArray(named) && named.includes(address ?? ''))) yield line;
    }
  }
}

/**
 * Records of a stage, or a table that a stage wrote, as lines of JSON in the order of the files. Old runs keep NDJSON, which comes out as
 * it is.
 * @param name a stage, or `hosts` or `domains`
 * @param address in canonical form: only records about it; null: all
 */
export async function* recordLines(run: string, name: string, address: string | null): AsyncGenerator<string> {
  requirePlainPath(run);
  const folder = new RunFolder(run);
  const manifest = await readManifest(run);
  if (manifest === null) {
    throw new CensusError('E_RUN_FOLDER', `${run} holds no manifest.json`, 'name a run folder, such as runs/lab');
  }
  const files = filesOf(folder, manifest, name);
  for (const file of files) {
    if (await exists(file)) continue;
    const hint = 'the same mptcp-census run makes it again; see docs/run-folder.md before it asks anybody anew';
    throw new CensusError('E_RUN_FOLDER', `${file} is gone`, hint);
  }
  if (files.every((file) => file.endsWith(parquet))) yield* parquetLines(folder, name, files, address);
  else yield* ndjsonLines(files, address);
}
