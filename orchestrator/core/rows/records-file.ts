import { createHash } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openDatabase, runSql, sqlText } from '../duckdb.ts';
import { makeFolder, renameForGood, sha256File, syncPath } from '../folder/files.ts';
import { Block, BlockWriter } from '../sort/blocks.ts';
import type { SortedRow } from '../sort/sorted-runs.ts';
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

/** One thread: rows are only copied, in order, and two cost twice as much processor time. A level above 1 saves nothing here. */
async function writeParquet(temp: string, table: string, path: string): Promise<void> {
  const database = await openDatabase({ temp, memoryLimit: '256MB', threads: 1 });
  try {
    const options = `FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE ${rowGroup}`;
    await runSql(database, `COPY (SELECT * FROM ${table}) TO ${sqlText(path)} (${options})`);
  } finally {
    database.closeSync();
  }
}

/** Writes the rows for the database, and gives their number and digest. */
function writeRows(
  rows: Iterable<SortedRow>,
  file: string,
  { form, narrow }: { form: NarrowRows; narrow: boolean },
): { rows: number; rows_sha256: string } {
  const hash = createHash('sha256');
  const writer = new BlockWriter(file);
  const lines = new Block((bytes) => hash.update(bytes));
  let count = 0;
  for (const { bytes, from, to } of rows) {
    const isNarrow = NarrowRows.isNarrow(bytes, from);
    const { block, at } = lines.room(isNarrow ? form.mostJsonBytes(to - from) + 1 : to - from + 1);
    const end = isNarrow ? form.writeJson(bytes, from, block, at) : at + bytes.copy(block, at, from, to);
    block[end] = lineEnd;
    lines.keep(end + 1);
    if (narrow) writer.write(bytes, from, to);
    else writer.write(block, at, end + 1);
    count += 1;
  }
  lines.flush();
  writer.close();
  return { rows: count, rows_sha256: hash.digest('hex') };
}

export interface Destination {
  path: string;
  /** Folder for what the database reads; gone in the end. */
  temp: string;
  form: NarrowRows;
}

async function openFolders({ path, temp }: Destination): Promise<string> {
  await mkdir(temp, { recursive: true });
  await makeFolder(dirname(path));
  return join(temp, 'rows');
}

/** Makes the Parquet file of rows; it gets its name when it is whole and on disk. Gives its sha256. */
async function finishFile(rows: string, { path, temp, form }: Destination, narrow: boolean): Promise<string> {
  const beside = `${path}.tmp`;
  await writeParquet(temp, form.sql(rows, narrow), beside);
  await rm(temp, { recursive: true });
  await syncPath(beside);
  const sha256 = await sha256File(beside);
  await renameForGood(beside, path);
  return sha256;
}

/**
 * Writes rows, sorted already, as Parquet with the columns of their schema.
 * @param to.narrow every row has the narrow form
 */
export async function writeRecords(
  rows: Iterable<SortedRow>,
  to: Destination & { narrow: boolean },
): Promise<RecordsFile> {
  const file = await openFolders(to);
  const written = writeRows(rows, file, to);
  return { ...written, file_sha256: await finishFile(file, to, to.narrow) };
}

/** Texts are joined to so many characters before they are encoded. */
const joined = 1 << 16;

/** Writes rows as Parquet that come sorted one by one. */
export class RecordsWriter {
  readonly #to: Destination;
  readonly #file: string;
  readonly #hash = createHash('sha256');
  readonly #writer: BlockWriter;
  #text = '';
  #rows = 0;

  private constructor(to: Destination, file: string) {
    this.#to = to;
    this.#file = file;
    this.#writer = new BlockWriter(file, (bytes) => this.#hash.update(bytes));
  }

  static async create(to: Destination): Promise<RecordsWriter> {
    return new RecordsWriter(to, await openFolders(to));
  }

  /** A row as JSON. */
  addText(text: string): void {
    this.#rows += 1;
    this.#text += `${text}\n`;
    if (this.#text.length >= joined) this.#flush();
  }

  #flush(): void {
    this.#writer.text(this.#text);
    this.#text = '';
  }

  /** Leaves it: there will be no file. */
  drop(): void {
    this.#text = '';
    this.#writer.close();
  }

  async finish(): Promise<RecordsFile> {
    this.#flush();
    this.#writer.close();
    const file_sha256 = await finishFile(this.#file, this.#to, false);
    return { rows: this.#rows, rows_sha256: this.#hash.digest('hex'), file_sha256 };
  }
}
