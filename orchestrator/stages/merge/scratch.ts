import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { sqlText } from '../../core/duckdb.ts';
import type { WholeContext } from '../../core/stage.ts';

/** Rows that a later step reads in slices: few enough that a slice reads little beside its own. */
const rowGroup = 20_480;

/** Tables of one merge that do not fit into memory: Parquet files in a scratch folder of the run. */
export class Scratch {
  readonly #context: WholeContext<Config>;
  readonly #folder: string;

  private constructor(context: WholeContext<Config>, folder: string) {
    this.#context = context;
    this.#folder = folder;
  }

  static async create(context: WholeContext<Config>): Promise<Scratch> {
    const scratch = new Scratch(context, join(context.folder, '.tmp', 'merge'));
    await scratch.remove('');
    for (const folder of ['hosts', 'placed', 'domains']) await mkdir(scratch.path(folder), { recursive: true });
    return scratch;
  }

  path(name: string): string {
    return join(this.#folder, name);
  }

  /** SQL of the rows of all files in a folder, in order of their names. */
  files(folder: string): string {
    return `read_parquet(${sqlText(this.path(`${folder}/*.parquet`))})`;
  }

  /** Writes one file that is read whole. */
  async write(file: string, sql: string): Promise<void> {
    await this.#copy(file, sql, 'COMPRESSION lz4');
  }

  /** Writes one file that is read in slices. */
  async writeSliced(file: string, sql: string): Promise<void> {
    await this.#copy(file, sql, `COMPRESSION lz4, ROW_GROUP_SIZE ${rowGroup}`);
  }

  async #copy(file: string, sql: string, options: string): Promise<void> {
    await this.#context.run(`COPY (${sql}) TO ${sqlText(this.path(file))} (FORMAT parquet, ${options})`);
  }

  /** Makes the files of a folder, or one file, a view. */
  async view(name: string, files = this.path(`${name}.parquet`)): Promise<void> {
    await this.#context.run(`CREATE OR REPLACE VIEW ${name} AS SELECT * FROM read_parquet(${sqlText(files)})`);
  }

  /** Writes tables one after another, so that no statement holds two joins, and makes them views. */
  async tables(tables: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, sql] of Object.entries(tables)) {
      await this.writeSliced(`${name}.parquet`, sql);
      await this.view(name);
    }
  }

  async remove(name: string): Promise<void> {
    await rm(this.path(name), { recursive: true, force: true });
  }
}
