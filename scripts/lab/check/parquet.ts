import { DuckDBInstance } from '@duckdb/node-api';

/** Text as SQL. */
export const textOf = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** A Parquet file as SQL. */
export const tableOf = (file: string) => `read_parquet(${textOf(file)}, hive_partitioning = false)`;

/** Rows of a query over Parquet files. */
export async function rowsOf(sql: string): Promise<unknown[]> {
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  try {
    const read = await connection.runAndReadAll(`SELECT CAST(to_json(q) AS VARCHAR) AS json FROM (${sql}) q`);
    return read.getRows().map(([json]) => JSON.parse(String(json)));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
