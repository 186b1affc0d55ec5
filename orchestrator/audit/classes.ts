import type { DuckDBInstance } from '@duckdb/node-api';
import { z } from 'zod';
import { rows, runSql } from '../core/database/duckdb.ts';
import { VerdictName } from '../schemas/lists.ts';

/** Every claim of the run: one row per endpoint and version that was asked. */
const claimsSql = [1, 0]
  .map(
    (version) =>
      `SELECT ${version} AS version, CAST(v${version}.verdict AS VARCHAR) AS verdict, address, port FROM hosts WHERE v${version} IS NOT NULL`,
  )
  .join(' UNION ALL ');

/** All claims of one verdict and version. */
export const Class = z.strictObject({
  version: z.union([z.literal(0), z.literal(1)]),
  verdict: VerdictName,
  size: z.int(),
});
export type Class = z.infer<typeof Class>;

/** How many claims of each kind the run has. */
export async function classesOf(database: DuckDBInstance): Promise<Class[]> {
  const found: Class[] = [];
  const sql = `SELECT version, verdict, count(*) AS size FROM (${claimsSql}) GROUP BY version, verdict ORDER BY version DESC, verdict`;
  for await (const row of rows(database, sql)) found.push(Class.parse(row));
  return found;
}

/**
 * Makes the table `sample`: of every class the `per` claims whose md5 with the seed is lowest. The same seed gives the same ones, and a larger
 * sample holds the smaller one. Besides them no more than that is ever held.
 */
export async function drawSample(database: DuckDBInstance, seed: number, per: number): Promise<void> {
  await runSql(
    database,
    `CREATE OR REPLACE TABLE sample AS
    SELECT version, verdict, size, unnest(drawn, recursive := true)
    FROM (
      SELECT version, verdict, count(*) AS size,
        min_by({address: address, port: port}, md5(concat_ws(' ', 'audit', ${seed}, version, address, port)), ${per}) AS drawn
      FROM (${claimsSql}) GROUP BY version, verdict
    )`,
  );
}
