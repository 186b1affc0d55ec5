import { z } from 'zod';
import { openDatabase, rows } from '../../../orchestrator/core/database/duckdb.ts';
import { sqlText } from '../../../orchestrator/core/database/sql.ts';
import { ownPlace } from './capture-file.ts';

const Row = z.record(z.string(), z.unknown());

/** Rows of Parquet files. */
export async function rowsOfParquet(files: string, where = ''): Promise<Record<string, unknown>[]> {
  const database = await openDatabase({ temp: ownPlace() });
  const found: Record<string, unknown>[] = [];
  for await (const row of rows(database, `SELECT * FROM read_parquet(${sqlText(files)}) ${where}`))
    found.push(Row.parse(row));
  database.closeSync();
  return found;
}
