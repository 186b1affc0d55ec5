import { join } from 'node:path';
import { z } from 'zod';
import { openDatabase, rows } from '../../../orchestrator/core/database/duckdb.ts';
import { sqlText } from '../../../orchestrator/core/database/sql.ts';

/** What an endpoint of a run is: everything that a published table may tell apart. Read by the test's own query. */
const Endpoint = z.object({
  address: z.string(),
  port: z.coerce.string(),
  family: z.coerce.string().transform((family) => `IPv${Math.trunc(Number(family))}`),
  country: z.string(),
  as: z.string(),
  v1: z.string(),
  v0: z.string(),
});
export type Endpoint = z.infer<typeof Endpoint>;

/** Per version: nothing, nothing but an ICMP error (hidden), a verdict, or capable and confirmed. */
const claim = (version: string) =>
  `CASE WHEN NOT list_has_any(${version}.replies, ['synack_no_option', 'echoed', 'mp_capable']) THEN CASE WHEN ${version}.verdict = 'unknown' THEN 'hidden' ELSE 'none' END
    WHEN ${version}.verdict = 'capable' AND '${version}' = 'v1' AND ${version}.rung = 'connection' THEN 'confirmed' ELSE ${version}.verdict END`;

export async function endpointsOf(run: string, temp: string): Promise<Endpoint[]> {
  const database = await openDatabase({ temp });
  const found: Endpoint[] = [];
  const sql = `SELECT address, port, family, country, 'AS' || asn AS "as", ${claim('v1')} AS v1, ${claim('v0')} AS v0 FROM read_parquet(${sqlText(join(run, 'hosts.parquet'))})`;
  for await (const row of rows(database, sql)) found.push(Endpoint.parse(row));
  database.closeSync();
  return found;
}

export type Version = 'v1' | 'v0';

const silent = (claim: string) => claim === 'none' || claim === 'hidden';

/** Of which claims a column is the sum. */
export const claimsOf: Readonly<Record<string, (claim: string) => boolean>> = {
  answered: (claim) => !silent(claim),
  capable: (claim) => claim === 'capable' || claim === 'confirmed',
  confirmed: (claim) => claim === 'confirmed',
  rest: (claim) => !silent(claim) && claim !== 'capable' && claim !== 'confirmed',
  unconfirmed: (claim) => claim === 'capable',
  offered: (claim) => !silent(claim) && claim !== 'not_offered',
  option: (claim) => claim === 'echoed_option' || claim === 'inconsistent',
  no_option: (claim) => claim === 'not_offered',
  silent,
  hidden: (claim) => claim === 'hidden',
  undecided: (claim) => claim === 'hidden' || claim === 'inconsistent',
  replied: () => true,
};
