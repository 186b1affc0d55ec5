import { join } from 'node:path';
import { filesSql, sqlText } from './sql.ts';

/** SQL of one table, or of its pieces, one behind the other. */
export type Pieces = string | (() => Promise<readonly string[]>);

/** Makes a table that several stages of one run read, under its name; the second call waits for the first. */
export type ShareTable = (name: string, sql: Pieces) => Promise<void>;

/**
 * Tables that are made once per run. Each is Parquet files in the scratch folder, a piece each, so that memory does not grow with it, and
 * rows come back in the order of the queries.
 */
export function sharedTables(temp: string, run: (sql: string) => Promise<void>): ShareTable {
  const made = new Map<string, Promise<void>>();
  async function make(name: string, sql: Pieces): Promise<void> {
    const pieces = typeof sql === 'string' ? [sql] : await sql();
    const files = pieces.map((_, piece) => join(temp, `${name}.${piece}.parquet`));
    for (const [piece, file] of files.entries())
      await run(`COPY (${pieces[piece]}) TO ${sqlText(file)} (FORMAT parquet)`);
    await run(`CREATE OR REPLACE VIEW ${name} AS SELECT * FROM ${filesSql('parquet', files)}`);
  }
  return (name, sql) => {
    const known = made.get(name) ?? make(name, sql);
    made.set(name, known);
    return known;
  };
}
