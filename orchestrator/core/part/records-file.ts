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

export interface Destination {
  path: string;
  /** Folder for the rows as NDJSON, which the database reads; gone in the end. */
  temp: string;
  schema: z.ZodType;
}

/** Texts are joined to so many characters before they are encoded. */
const joined = 1 << 16;

/** Writes rows, which come sorted, as Parquet with the columns of their schema. The file gets its name when it is whole and on disk. */
export class RecordsWriter {
  readonly #to: Destination;
  readonly #lines: string;
  readonly #hash = createHash('sha256');
  readonly #writer: BlockWriter;
  #text = '';
  #rows = 0;

  private constructor(to: Destination) {
    this.#to = to;
    this.#lines = join(to.temp, 'rows.ndjson');
    this.#writer = new BlockWriter(this.#lines, (bytes) => this.#hash.update(bytes));
  }

  static async create(to: Destination): Promise<RecordsWriter> {
    await mkdir(to.temp, { recursive: true });
    await mkdir(dirname(to.path), { recursive: true });
    return new RecordsWriter(to);
  }

  /** A row as JSON. */
  addText(text: string): void {
    this.#rows += 1;
    this.#text += `${text}\n`;
    if (this.#text.length >= joined) this.#flushText();
  }

  addBytes({ bytes, from, to }: SortedRow): void {
    this.#rows += 1;
    const { block, at } = this.#writer.room(to - from + 1);
    bytes.copy(block, at, from, to);
    block[at + to - from] = 0x0a;
  }

  #flushText(): void {
    this.#writer.text(this.#text);
    this.#text = '';
  }

  /** Leaves it: there will be no file. */
  drop(): void {
    this.#text = '';
    this.#writer.close();
  }

  async finish(): Promise<RecordsFile> {
    const { path, temp, schema } = this.#to;
    this.#flushText();
    this.#writer.close();
    const beside = `${path}.tmp`;
    await writeParquet(temp, [this.#lines], schema, beside);
    await rm(temp, { recursive: true });
    const file = await open(beside, 'r');
    await file.sync();
    await file.close();
    const file_sha256 = await sha256File(beside);
    await rename(beside, path);
    return { rows: this.#rows, rows_sha256: this.#hash.digest('hex'), file_sha256 };
  }
}

/** Writes sorted rows at once. */
export async function writeRecords(rows: Iterable<SortedRow>, to: Destination): Promise<RecordsFile> {
  const writer = await RecordsWriter.create(to);
  for (const row of rows) writer.addBytes(row);
  return await writer.finish();
}
