import { join } from 'node:path';
import { z } from 'zod';
import { openDatabase, rows } from '../../core/database/duckdb.ts';
import { parquetSql } from '../../core/database/sql.ts';
import { VerdictName } from '../../schemas/lists.ts';

/** One verdict that is another one under today's rules. */
export const VerdictChange = z.strictObject({
  address: z.string(),
  port: z.int(),
  version: z.union([z.literal(0), z.literal(1)]),
  /** null: the version was not asked for, or the endpoint has no row. */
  before: VerdictName.nullable(),
  after: VerdictName.nullable(),
  rules_before: z.array(z.string()).nullable(),
  rules_after: z.array(z.string()).nullable(),
});
export type VerdictChange = z.infer<typeof VerdictChange>;

/** SQL: every endpoint and version whose verdict differs between two files of hosts, in order of address, port, version. */
function changesSql(before: string, after: string): string {
  const claims = (file: string) =>
    [1, 0]
      .map(
        (version) =>
          `SELECT address, port, ${version} AS version, v${version}.verdict AS verdict, v${version}.rules AS rules FROM ${parquetSql(file)}`,
      )
      .join(' UNION ALL ');
  return `
    SELECT address, port, version, b.verdict AS before, a.verdict AS after, b.rules AS rules_before, a.rules AS rules_after
    FROM (${claims(before)}) b FULL JOIN (${claims(after)}) a USING (address, port, version)
    WHERE b.verdict IS DISTINCT FROM a.verdict
    ORDER BY address, port, version DESC`;
}

/**
 * Every verdict that moved between a run and its replay: the packets are the same, the rules are not.
 * @param temp folder for what does not fit into memory
 */
export async function* changedVerdicts(run: string, replay: string, temp: string): AsyncGenerator<VerdictChange> {
  const database = await openDatabase({ temp });
  try {
    const sql = changesSql(join(run, 'hosts.parquet'), join(replay, 'hosts.parquet'));
    for await (const row of rows(database, sql)) yield VerdictChange.parse(row);
  } finally {
    database.closeSync();
  }
}
