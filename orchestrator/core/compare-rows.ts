import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { columnsOf } from './database/columns.ts';
import { ndjsonSql, parquetSql } from './database/sql.ts';
import { exists, sha256File } from './folder/files.ts';
import { jsonOf, splitLines } from './process/lines.ts';
import type { PartStage } from './stage.ts';
import type { RunState } from './state.ts';

const Differing = z.object({ differing: z.int() });
const Name = z.object({ name: z.string() });

/** What a comparison reads of a replay under way. */
type Replaying = Pick<RunState<unknown>, 'folder' | 'query'>;

async function differing(state: Replaying, sql: string): Promise<number> {
  for await (const row of state.query(sql)) return Differing.parse(row).differing;
  return 0;
}

/** Whether a Parquet file of the run, still as it was then, holds the rows that the replay gave, in the same order. */
export async function sameRows(state: Replaying, file: string, sha256: string | undefined): Promise<boolean> {
  const before = join(state.folder.root, file);
  const after = join(state.folder.out, file);
  if (!file.endsWith('.parquet') || !(await exists(before)) || !(await exists(after))) return false;
  if ((await sha256File(before)) !== sha256) return false;
  const table = (path: string) => `(SELECT q FROM ${parquetSql(path)} q)`;
  const sql = `
    SELECT count(*) AS differing FROM ${table(before)} a POSITIONAL JOIN ${table(after)} b
    WHERE a.q IS DISTINCT FROM b.q`;
  return (await differing(state, sql)) === 0;
}

const AnyRecord = z.record(z.string(), z.unknown());

/** Names of the fields that the records of a file have; null for a file without records. */
async function fieldsOf(path: string): Promise<Set<string> | null> {
  for await (const line of splitLines(createReadStream(path))) {
    const record = AnyRecord.safeParse(jsonOf(line));
    return new Set(Object.keys(record.data ?? {}));
  }
  return null;
}

/**
 * Compares the records of a run of schema_version 1, NDJSON in the order of arrival, with those decoded now: as sets of rows, in the
 * fields that both have.
 */
export async function compareOldRecords<C>(
  state: RunState<C>,
  stage: PartStage<C>,
  part: string,
): Promise<{ differ: boolean; note: string | null }> {
  const old = join(state.folder.root, stage.name, `${part}.ndjson`);
  const whole =
    (await exists(old)) &&
    (await sha256File(old)) === state.manifest.data.stages[stage.name]?.parts[part]?.output_sha256;
  if (!whole) return { differ: true, note: 'the records of the run are gone or were changed: not compared' };
  const columns = columnsOf(stage.role.record);
  const fields = await fieldsOf(old);
  const both = fields === null ? columns : columns.filter(([name]) => fields.has(name));
  const names = both.map(([name]) => `"${name}"`).join(', ');
  const before = `SELECT ${names} FROM ${ndjsonSql([old], both)}`;
  const after = `SELECT ${names} FROM ${parquetSql(state.folder.records(stage.name, part))}`;
  const sql = `
    SELECT count(*) AS differing FROM (
      (${before} EXCEPT ALL ${after}) UNION ALL (${after} EXCEPT ALL ${before}))`;
  const note =
    both.length === columns.length
      ? 'made with schema_version 1: compared as sets of rows'
      : `made with schema_version 1: compared as sets of rows, in the ${both.length} of ${columns.length} fields that it has`;
  return { differ: (await differing(state, sql)) > 0, note };
}

/**
 * Compares the records of a part that was made before its schema got the fields that it has now, row by row in the fields of then. Null when it
 * has all of them, or is not as the run left it.
 */
export async function compareFewerFields<C>(
  state: RunState<C>,
  stage: PartStage<C>,
  part: string,
): Promise<{ differ: boolean; note: string } | null> {
  const old = join(state.folder.root, stage.name, `${part}.parquet`);
  const kept = state.manifest.data.stages[stage.name]?.parts[part]?.records_sha256;
  if (!(await exists(old)) || (await sha256File(old)) !== kept) return null;
  const columns = columnsOf(stage.role.record).map(([name]) => name);
  const fields = new Set<string>();
  for await (const row of state.query(`SELECT column_name AS name FROM (DESCRIBE SELECT * FROM ${parquetSql(old)})`))
    fields.add(Name.parse(row).name);
  const both = columns.filter((name) => fields.has(name));
  if (both.length === columns.length) return null;
  const names = both.map((name) => `"${name}"`).join(', ');
  const table = (path: string) => `(SELECT q FROM (SELECT ${names} FROM ${parquetSql(path)}) q)`;
  const sql = `
    SELECT count(*) AS differing
    FROM ${table(old)} a POSITIONAL JOIN ${table(state.folder.records(stage.name, part))} b
    WHERE a.q IS DISTINCT FROM b.q`;
  const note = `made before its records had all their fields: compared in the ${both.length} of ${columns.length} that it has`;
  return { differ: (await differing(state, sql)) > 0, note };
}
