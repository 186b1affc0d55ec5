import { createRequire } from 'node:module';
import { availableParallelism, totalmem } from 'node:os';
import type { DuckDBDataChunk, DuckDBInstance, DuckDBResult } from '@duckdb/node-api';
import { makeFolder } from '../folder/files.ts';
import { databaseError } from './errors.ts';
import { quarterOf, threadsFor } from './memory.ts';

/** The library is CommonJS in 150 files. An import would look through each for the names that it exports, which takes as long as running it. */
const library: typeof import('@duckdb/node-api') = createRequire(import.meta.url)('@duckdb/node-api');

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
