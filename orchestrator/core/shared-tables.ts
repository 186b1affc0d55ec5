import { join } from 'node:path';
import { parquetSql, sqlText } from './duckdb.ts';

/** Makes a table that several stages of one run read, under its name; the second call waits for the first. */
export type ShareTable = (name: string, sql: string) => Promise<void>;

/**
 * Tables that are made once per run. Each is a Parquet file in the scratch folder, so that memory does not grow with it, and rows come
 * back in the order of the query.
 */
export function sharedTables(temp: string, run: (sql: string) => Promise<void>): ShareTable {
  const made = new Map<string, Promise<void>>();
  async function make(name: string, sql: string): Promise<void> {
    const file = join(temp, `${name}.parquet`);
    await run(`COPY (${sql}) TO ${sqlText(file)} (FORMAT parquet)`);
    await run(`CREATE OR REPLACE VIEW ${name} AS SELECT * FROM ${parquetSql(file)}`);
  }
  return (name, sql) => {
    const known = made.get(name) ?? make(name, sql);
    made.set(name, known);
    return known;
  };
}
