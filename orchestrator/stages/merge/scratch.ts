import { existsSync, readdirSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { filesSql, parquetSql, sqlText } from '../../core/database/sql.ts';
import { makeFolder } from '../../core/folder/files.ts';
import type { WholeContext } from '../../core/stage.ts';

/** Rows that a later step reads in slices: few enough that a slice reads little beside its own. */
const rowGroup = 20_480;

/** Numbers that rows are dealt out to at once: each has buffers of its own. */
const atOnce = 192;

/** Rows that are dealt out. */
export interface Dealing {
  /** SQL of the rows. */
  rows: string;
  /** SQL of the number that a row goes to. */
  numbered: string;
  /** Of numbers. */
  count: number;
}

const columnsFile = (name: string) => `${name}.columns.parquet`;

/** Tables of one merge that do not fit into memory: Parquet files in a scratch folder of the run. */
export class Scratch {
  readonly #context: WholeContext<Config>;
  readonly #folder: string;
  readonly #columns = new Map<string, Promise<void>>();

  private constructor(context: WholeContext<Config>, folder: string) {
    this.#context = context;
    this.#folder = folder;
  }

  static async create(context: WholeContext<Config>): Promise<Scratch> {
    const scratch = new Scratch(context, join(context.folder, '.tmp', 'merge'));
    await scratch.remove('');
    await makeFolder(scratch.path(''));
    return scratch;
  }

  path(name: string): string {
    return join(this.#folder, name);
  }

  /** SQL of the rows of one file. */
  file(name: string): string {
    return parquetSql(this.path(name));
  }

  /** SQL of the rows of all files in a folder, in order of their names. */
  files(folder: string): string {
    return filesSql('parquet', [{ folder: this.path(folder), pattern: '*.parquet' }]);
  }

  /** Writes one file that is read whole. */
  async write(file: string, sql: string): Promise<void> {
    await this.#copy(file, sql, 'COMPRESSION lz4');
  }

  /** Writes one file that is read in slices. */
  async writeSliced(file: string, sql: string, rows = rowGroup): Promise<void> {
    await this.#copy(file, sql, `COMPRESSION lz4, ROW_GROUP_SIZE ${rows}`);
  }

  async #copy(file: string, sql: string, options: string): Promise<void> {
    const path = this.path(file);
    await makeFolder(dirname(path));
    await this.#context.run(`COPY (${sql}) TO ${sqlText(path)} (FORMAT parquet, ${options})`);
  }

  /**
   * Deals rows out to one folder per number, in one pass over them. Sorting as many rows would take memory that grows with them; a
   * number's rows alone can be sorted, and gathered into lists, in memory. More numbers than buffers fit in are dealt out in two rounds.
   * @param turn of those that add to a name one after the other, or side by side
   */
  async deal(name: string, { rows, numbered, count }: Dealing, turn = 0): Promise<void> {
    await this.#writeColumns(name, rows);
    await this.#dealInto(name, String(turn), `SELECT *, ${numbered} AS dealt FROM (${rows})`, count);
  }

  /** A file without rows: what is read where nothing was dealt out to a number. */
  #writeColumns(name: string, rows: string): Promise<void> {
    const known = this.#columns.get(name) ?? this.#copy(columnsFile(name), `FROM (${rows}) LIMIT 0`, 'COMPRESSION lz4');
    this.#columns.set(name, known);
    return known;
  }

  async #dealInto(name: string, turn: string, rows: string, count: number): Promise<void> {
    if (count <= atOnce) return await this.#partition(name, rows, 'dealt', turn);
    const heaps = `${name}.heaps.${turn}`;
    await this.#partition(heaps, `SELECT *, dealt // ${atOnce} AS heap FROM (${rows})`, 'heap', turn);
    for (const heap of await readdir(this.path(heaps))) {
      await this.#partition(name, `FROM ${this.files(`${heaps}/${heap}`)}`, 'dealt', `${turn}_${heap}`);
    }
    await this.remove(heaps);
  }

  async #partition(name: string, rows: string, column: string, file: string): Promise<void> {
    const options = `PARTITION_BY (${column}), OVERWRITE_OR_IGNORE, FILENAME_PATTERN ${sqlText(`${file}_{i}`)}`;
    await this.#copy(name, rows, `COMPRESSION lz4, ${options}`);
  }

  /** SQL of the rows that were dealt out, in any order: those of one number, or all. */
  dealt(name: string, number: number | null = null): string {
    const folder = number === null ? name : `${name}/dealt=${number}`;
    const all = { folder: this.path(folder), pattern: `${number === null ? '*/' : ''}*.parquet` };
    const found = existsSync(this.path(folder)) && readdirSync(this.path(folder)).length > 0;
    const files = [this.path(columnsFile(name)), ...(found ? [all] : [])];
    return filesSql('parquet', files);
  }

  async remove(name: string): Promise<void> {
    await rm(this.path(name), { recursive: true, force: true });
  }
}
