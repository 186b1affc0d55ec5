import { createRequire } from 'node:module';
import { availableParallelism, totalmem } from 'node:os';
import type { DuckDBDataChunk, DuckDBInstance, DuckDBResult } from '@duckdb/node-api';
import type { z } from 'zod';
import { CensusError, knownError } from '../errors.ts';
import { columnsOf } from './columns.ts';
import { makeFolder } from './folder/files.ts';
import { requirePlainPath } from './folder/folder.ts';
import { quarterOf, threadsFor } from './memory.ts';

/** The library is CommonJS in 150 files. An import would look through each for the names that it exports, which takes as long as running it. */
const library: typeof import('@duckdb/node-api') = createRequire(import.meta.url)('@duckdb/node-api');

/** Text as an SQL literal. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Version of the library: another one may lay the same rows out in other bytes. */
export function databaseVersion(): string {
  return library.version();
}

/**
 * A database in memory that spills into `temp` past its limit and loads no extension from anywhere.
 * @param input.memoryLimit such as 512MB; null: a quarter of the machine, at most 4 GB
 * @param input.makeTemp false: only when it spills, so that an unwritable folder can still be read
 */
export async function openDatabase(input: {
  temp: string;
  memoryLimit?: string | null;
  makeTemp?: boolean;
  threads?: number;
}): Promise<DuckDBInstance> {
  if (input.makeTemp !== false) await makeFolder(input.temp);
  const memory = input.memoryLimit ?? quarterOf(totalmem());
  const database = await library.DuckDBInstance.create(':memory:', {
    memory_limit: memory,
    temp_directory: input.temp,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    // Files are read once or twice: what it would keep of them takes room from sorting.
    enable_external_file_cache: 'false',
    threads: String(input.threads ?? threadsFor(memory, availableParallelism())),
  });
  // Caches the layout of files: merge and report read the same files a hundred times, a few rows each.
  await runSql(database, 'SET GLOBAL parquet_metadata_cache = true');
  return database;
}

/**
 * What a query gives, as it comes, on a connection of its own: stages side by side stream at the same time.
 * @param read reads the stream to its end, or is left before
 */
async function* streamed<T>(
  database: DuckDBInstance,
  sql: string,
  read: (result: DuckDBResult) => AsyncIterable<T>,
): AsyncGenerator<T> {
  const connection = await database.connect();
  let isOpen = true;
  try {
    yield* read(await connection.stream(sql));
    isOpen = false;
  } catch (cause) {
    throw databaseError(cause);
  } finally {
    // What is dropped while a transaction is open stays in memory. That of a stream which is left before its end lasts until the result is
    // collected as garbage, or until its connection is given another statement.
    if (isOpen) await connection.run('SELECT 1').catch(() => undefined);
    connection.closeSync();
  }
}

async function* jsonBatches(result: DuckDBResult): AsyncGenerator<unknown[]> {
  for await (const batch of result.yieldRows()) yield batch.map(([json]): unknown => JSON.parse(String(json)));
}

/** Rows of a query as JSON values, some thousand at a time. DuckDB writes the JSON, so 64-bit counts come as numbers and lists nest. */
export function batches(database: DuckDBInstance, sql: string): AsyncGenerator<unknown[]> {
  return streamed(database, `SELECT CAST(to_json(q) AS VARCHAR) AS json FROM (${sql}) q`, jsonBatches);
}

/** The same, row by row. */
export async function* rows(database: DuckDBInstance, sql: string): AsyncGenerator<unknown> {
  for await (const batch of batches(database, sql)) yield* batch;
}

/** One column of some thousand rows. */
export type Numbers = Float64Array | Uint32Array;

function numbersOf(chunk: DuckDBDataChunk, column: number): Numbers {
  const vector = chunk.getColumnVector(column);
  const items: unknown = Reflect.get(vector, 'items');
  // copied: they lie in the database's memory, which goes with the chunk
  if (items instanceof Float64Array || items instanceof Uint32Array) return items.slice();
  throw new Error(`column ${column} is ${vector.type}, and only DOUBLE and UINTEGER are read as they lie in memory`);
}

async function* numberColumns(result: DuckDBResult): AsyncGenerator<Numbers[]> {
  for await (const chunk of result)
    yield Array.from({ length: chunk.columnCount }, (_, column) => numbersOf(chunk, column));
}

/**
 * Columns of a query as they lie in the database's memory, some thousand rows at a time: for millions of rows, of which JSON would cost more
 * than the query. All are DOUBLE or UINTEGER, and none is null.
 */
export function vectors(database: DuckDBInstance, sql: string): AsyncGenerator<Numbers[]> {
  return streamed(database, sql, numberColumns);
}

/** What the system says of a file that takes no more, or that cannot be opened for a reason that is not its own, as DuckDB passes it on. */
const systemWords = [
  ['No space left on device', 'ENOSPC'],
  ['Disk quota exceeded', 'EDQUOT'],
  ['File too large', 'EFBIG'],
  ['Too many open files', 'EMFILE'],
  ['Read-only file system', 'EROFS'],
  ['Permission denied', 'EACCES'],
  ['Input/output error', 'EIO'],
  ['Stale file handle', 'ESTALE'],
] as const;

/** The same as if Node had passed it on; null where DuckDB speaks for itself. */
function systemError(words: string, cause: Error): CensusError | null {
  const code = systemWords.find(([said]) => words.includes(said))?.[1];
  if (code === undefined) return null;
  const path = /"(\/[^"]+)"/.exec(words)?.[1];
  const refused = Object.assign(new Error(`the database says: ${words}`, { cause }), { code, syscall: 'database' });
  return knownError(path === undefined ? refused : Object.assign(refused, { path }));
}

/** DuckDB's own words: a record file that was changed, a full disk. What a consumer of rows throws passes through. */
function databaseError(cause: unknown): unknown {
  if (
    !(cause instanceof Error) ||
    !/^(IO|Invalid Input|Out of Memory|Conversion|Serialization) Error/.test(cause.message)
  )
    return cause;
  const [words = ''] = cause.message.split('\n');
  const kept = 'everything measured is kept: the same command then resumes the run';
  if (cause.message.startsWith('Out of Memory Error')) {
    const hint = `free memory, or space in the run folder's file system, where the database spills to; ${kept}`;
    return new CensusError('E_MEMORY', `the database used up the memory that it may use: ${words}`, hint, cause);
  }
  const refused = systemError(words, cause);
  if (refused !== null) return refused;
  return new CensusError(
    'E_INPUT',
    `the database says: ${words}`,
    'if a record file was changed after it was written, put it back; mptcp-census replay decodes all of them again, without a packet',
    cause,
  );
}

/** Runs a statement that gives no rows. */
export async function runSql(database: DuckDBInstance, sql: string): Promise<void> {
  const connection = await database.connect();
  try {
    await connection.run(sql);
  } catch (cause) {
    throw databaseError(cause);
  } finally {
    connection.closeSync();
  }
}

/** All files in a folder whose names match a pattern. */
export interface Matching {
  folder: string;
  pattern: string;
}

/** Where the database reads; whatever in a path is a pattern to it, and was not meant as one, would have other files read. */
function placeText(place: string | Matching): string {
  const { folder, pattern } = typeof place === 'string' ? { folder: place, pattern: null } : place;
  requirePlainPath(folder);
  return sqlText(pattern === null ? folder : `${folder}/${pattern}`);
}

/**
 * Files as a table, by one of the database's readers and its options. The name of a folder is none of the columns, though it be NAME=VALUE:
 * the folders are our users'.
 * @throws CensusError E_RUN_FOLDER when the database would take a path for a pattern, and read what else matches it
 */
export function filesSql(
  reader: 'parquet' | 'csv' | 'json',
  files: readonly (string | Matching)[],
  ...options: string[]
): string {
  return `read_${reader}([${files.map(placeText).join(', ')}], ${['hive_partitioning = false', ...options].join(', ')})`;
}

/** A Parquet file as a table with the columns that it has. */
export const parquetSql = (file: string) => filesSql('parquet', [file]);

/** Files of one JSON value a line as a table. @param columns SQL of the struct of their types */
export function jsonLinesSql(files: readonly string[], columns: string): string {
  return filesSql('json', files, "format = 'newline_delimited'", `columns = ${columns}`);
}

type Columns = readonly [name: string, type: string][];

/** NDJSON files as a table with these columns. */
export function ndjsonSql(files: readonly string[], columns: Columns): string {
  const fields = columns.map(([column, type]) => `${sqlText(column)}: ${sqlText(type)}`);
  return jsonLinesSql(files, `{${fields.join(', ')}}`);
}

/** Parquet files as a table with these columns: null where a file is older than a column. */
function recordsSql(files: readonly string[], columns: Columns): string {
  const none = columns.map(([column, type]) => `CAST(NULL AS ${type}) AS "${column}"`);
  const names = columns.map(([column]) => `"${column}"`);
  return `(
    SELECT ${names.join(', ')} FROM (
      SELECT * FROM ${filesSql('parquet', files, 'union_by_name = true')}
      UNION ALL BY NAME SELECT ${none.join(', ')} WHERE false
    ))`;
}

/** A view over files of one record schema, Parquet or NDJSON; without files it has no rows but the same columns. */
export function viewSql(name: string, files: string[], schema: z.ZodType): string {
  const columns = columnsOf(schema);
  if (files.length === 0) {
    const fields = columns.map(([column, type]) => `CAST(NULL AS ${type}) AS "${column}"`);
    return `CREATE OR REPLACE VIEW ${name} AS SELECT ${fields.join(', ')} WHERE false`;
  }
  const table = files.every((file) => file.endsWith('.parquet')) ? recordsSql : ndjsonSql;
  return `CREATE OR REPLACE VIEW ${name} AS SELECT * FROM ${table(files, columns)}`;
}
