import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openDatabase, runSql } from '../database/duckdb.ts';
import { sqlText } from '../database/sql.ts';
import { makeFolder, renameForGood, sha256File, syncPath } from '../folder/files.ts';
import { Block, BlockWriter } from '../sort/blocks.ts';
import type { PlacedRow } from '../sort/sorted-runs.ts';
import { NarrowRows } from './narrow-row.ts';

const lineEnd = 0x0a;

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

/** Rows of a group: the database holds one while it writes, and who looks for an address reads the columns of one. */
const rowGroup = 20_480;

/** SQL of how records are laid out. A level above 1 saves nothing here. */
export const recordsLayout = `FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE ${rowGroup}`;

/** One thread: rows are only copied, in order, and two cost twice as much processor time. */
async function writeParquet(temp: string, table: string, path: string): Promise<void> {
  const database = await openDatabase({ temp, memoryLimit: '256MB', threads: 1 });
  try {
    await runSql(database, `COPY (SELECT * FROM ${table}) TO ${sqlText(path)} (${recordsLayout})`);
  } finally {
    database.closeSync();
  }
}

export interface Destination {
  path: string;
  /** Folder for what the database reads; gone in the end. */
  temp: string;
  form: NarrowRows;
  /** Every row has the narrow form; absent: the database reads JSON. */
  narrow?: boolean;
}

async function openFolders({ path, temp }: Destination): Promise<string> {
  await makeFolder(temp);
  await makeFolder(dirname(path));
  return join(temp, 'rows');
}

/** Makes the Parquet file of rows; it gets its name when it is whole and on disk. Gives its sha256. */
async function finishFile(rows: string, { path, temp, form, narrow = false }: Destination): Promise<string> {
  const beside = `${path}.tmp`;
  await writeParquet(temp, form.sql(rows, narrow), beside);
  await rm(temp, { recursive: true });
  await syncPath(beside);
  const sha256 = await sha256File(beside);
  await renameForGood(beside, path);
  return sha256;
}

/** Writes rows, sorted already, as Parquet with the columns of their schema. */
export class RecordsWriter {
  readonly #to: Destination;
  readonly #file: string;
  readonly #hash = createHash('sha256');
  /** The rows as lines of JSON: the digest is over these, and the database reads them where the rows are not narrow. */
  readonly #lines: Block;
  readonly #narrow: Block | null;
  #rows = 0;

  private constructor(to: Destination, file: string) {
    this.#to = to;
    this.#file = file;
    const digest = (bytes: Buffer) => {
      this.#hash.update(bytes);
    };
    this.#narrow = to.narrow === true ? new BlockWriter(file) : null;
    this.#lines = this.#narrow === null ? new BlockWriter(file, digest) : new Block(digest);
  }

  static async create(to: Destination): Promise<RecordsWriter> {
    return new RecordsWriter(to, await openFolders(to));
  }

  /** A row in either form. */
  add({ bytes, from, to }: PlacedRow): void {
    const { form } = this.#to;
    const isNarrow = NarrowRows.isNarrow(bytes, from);
    const { block, at } = this.#lines.room(isNarrow ? form.mostJsonBytes(to - from) + 1 : to - from + 1);
    const end = isNarrow ? form.writeJson(bytes, from, block, at) : at + bytes.copy(block, at, from, to);
    block[end] = lineEnd;
    this.#lines.keep(end + 1);
    this.#narrow?.write(bytes, from, to);
    this.#rows += 1;
  }

  /**
   * Room for a row that is written where it goes to; `keep` takes it, or nothing does. Its first bytes are those of its JSON.
   * @param most bytes of it
   */
  room(most: number): { block: Buffer; at: number } {
    return this.#lines.room(most + 1);
  }

  /** Takes the row of JSON that was written to the room asked for last. */
  keep(block: Buffer, end: number): void {
    block[end] = lineEnd;
    this.#lines.keep(end + 1);
    this.#rows += 1;
  }

  /** A row as JSON. */
  addText(text: string): void {
    this.#lines.text(`${text}\n`);
    this.#rows += 1;
  }

  /** Leaves it: there will be no file. */
  drop(): void {
    this.#lines.close();
    this.#narrow?.close();
  }

  async finish(): Promise<RecordsFile> {
    this.drop();
    const file_sha256 = await finishFile(this.#file, this.#to);
    return { rows: this.#rows, rows_sha256: this.#hash.digest('hex'), file_sha256 };
  }
}

/** The same of rows that are all there. */
export async function writeRecords(rows: Iterable<PlacedRow>, to: Destination): Promise<RecordsFile> {
  const writer = await RecordsWriter.create(to);
  for (const row of rows) writer.add(row);
  return await writer.finish();
}
