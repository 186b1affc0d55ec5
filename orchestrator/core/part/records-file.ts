import { createHash } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { z } from 'zod';
import { columnsOf } from '../columns.ts';
import { ndjsonSql, openDatabase, runSql, sqlText } from '../duckdb.ts';
import { sha256File } from '../folder/files.ts';
import { BlockWriter, type SortedRow } from '../sort/sorted-runs.ts';

export interface RecordsFile {
  rows: number;
  /**
   * sha256 over the rows in order, each as one line of JSON with the fields in the order of the schema: what `mptcp-census cat` prints.
   * It does not depend on how Parquet lays the rows out, nor on how many threads wrote it.
   */
  rows_sha256: string;
  /** sha256 of the file itself. */
  file_sha256: string;
}

/** One thread: rows are only copied, in order, and two cost twice as much processor time. A level above 1 saves nothing here. */
async function writeParquet(temp: string, lines: string[], schema: z.ZodType, path: string): Promise<void> {
  const database = await openDatabase({ temp, memoryLimit: '256MB', threads: 1 });
  try {
    const table = ndjsonSql(lines, columnsOf(schema));
    const options = 'FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1';
    await runSql(database, `COPY (SELECT * FROM ${table}) TO ${sqlText(path)} (${options})`);
  } finally {
    database.closeSync();
  }
}

/**
 * Writes rows, sorted already, as Parquet with the columns of their schema. The file gets its name when it is whole and on disk.
 * @param temp folder for the rows as NDJSON, which the database reads; gone in the end
 */
export async function writeRecords(
  rows: Iterable<SortedRow>,
  to: { path: string; temp: string; schema: z.ZodType },
): Promise<RecordsFile> {
  await mkdir(to.temp, { recursive: true });
  await mkdir(dirname(to.path), { recursive: true });
  const hash = createHash('sha256');
  const lines = join(to.temp, 'rows.ndjson');
  const writer = new BlockWriter(lines, (bytes) => hash.update(bytes));
  let count = 0;
  for (const { bytes, from, to: end } of rows) {
    const { block, at } = writer.room(end - from + 1);
    bytes.copy(block, at, from, end);
    block[at + end - from] = 0x0a;
    count += 1;
  }
  writer.close();
  const beside = `${to.path}.tmp`;
  await writeParquet(to.temp, [lines], to.schema, beside);
  await rm(to.temp, { recursive: true });
  const file = await open(beside, 'r');
  await file.sync();
  await file.close();
  const file_sha256 = await sha256File(beside);
  await rename(beside, to.path);
  return { rows: count, rows_sha256: hash.digest('hex'), file_sha256 };
}
