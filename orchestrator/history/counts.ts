import type { DuckDBInstance } from '@duckdb/node-api';
import { z } from 'zod';
import { rows, runSql } from '../core/database/duckdb.ts';
import { sqlText, viewSql } from '../core/database/sql.ts';
import { wrongOf } from '../report/tables/controls.ts';
import { HostsRecord } from '../schemas/records/hosts.ts';
import type { Judged } from './judged.ts';
import { isPlaced, type Tables } from './places.ts';

/**
 * What is counted of each run, by place. One row of `endpoint_cells` has the counts of one run, version, port, family, country and AS, one
 * of `address_cells` those of one run, family, country and AS. The series is summed up from these (series.ts), whatever the number of hosts.
 */

/** SQL conditions over an endpoint and version, by what they count (docs/history.md). */
const ofEndpoints = {
  answered: 'synack',
  capable: 'verdict = verdict().capable',
  confirmed: 'verdict = verdict().capable AND holds',
  echoed: 'verdict = verdict().echoed_option',
  inconsistent: 'verdict = verdict().inconsistent',
  malformed: 'verdict = verdict().malformed',
  not_offered: 'verdict = verdict().not_offered',
  unknown: 'synack AND verdict = verdict().unknown',
  // As in the bounds of a report: what no SYN/ACK came of too.
  undecided: 'verdict IN (verdict().inconsistent, verdict().unknown)',
} as const;

/** The same over an address. A connection that was not held to its end says nothing of what is not announced. */
const ofAddresses = {
  addresses_answered: 'synack',
  addresses_capable: 'capable',
  held: 'capable AND held',
  announcing: 'capable AND held AND announces',
  leaked_private: 'capable AND held AND leaks',
  mp_fail_known: 'capable AND mp_fail IS NOT NULL',
  mp_fail: 'capable AND mp_fail > 0',
} as const;

const counted = (conditions: Readonly<Record<string, string>>) =>
  Object.entries(conditions)
    .map(([name, condition]) => `count(*) FILTER (WHERE ${condition}) AS n_${name}`)
    .join(', ');

const synack = (version: string) => `has_synack(${version}.replies)`;

/** SQL: the endpoints of one run with what is counted of them, and with the places of the series. Lists are kept of capable ones alone. */
function endpointsSql(tables: Tables): string {
  const asn = tables.rib === null ? 'h.asn' : 'fa.asn';
  const country = isPlaced(tables) ? 'fg.country' : 'h.country';
  return `
    SELECT *, coalesce(verdict_v1 = verdict().capable, false) AS capable_v1, coalesce(verdict_v0 = verdict().capable, false) AS capable_v0
    FROM (
      SELECT h.address AS address, port, family, as_name, h.asn AS own_asn, ${asn} AS asn, ${country} AS country, CAST(control AS VARCHAR) AS control,
        v1.verdict AS verdict_v1, v0.verdict AS verdict_v0, ${synack('v1')} AS synack_v1, ${synack('v0')} AS synack_v0,
        coalesce(list_contains(confirmed_words(), v1.rung), false) AS holds_v1, false AS holds_v0,
        CASE WHEN verdict().capable IN (v1.verdict, v0.verdict) THEN announced END AS announced, held_to_end AND NOT fallback AS held, mp_fail
      FROM hosts h
      ${tables.rib === null ? '' : 'LEFT JOIN frozen_asn fa ON fa.address = h.address'}
      ${isPlaced(tables) ? 'LEFT JOIN frozen_geo fg ON fg.address = h.address' : ''}
    )`;
}

const versionsSql = (['v1', 'v0'] as const)
  .map(
    (version) => `
    SELECT '${version}' AS version, port, family, country, asn, synack_${version} AS synack, verdict_${version} AS verdict, holds_${version} AS holds
    FROM endpoints_of_run WHERE verdict_${version} IS NOT NULL`,
  )
  .join(' UNION ALL ');

const addressesSql = `
  SELECT address, any_value(family) AS family, arg_min(country, port) AS country, arg_min(asn, port) AS asn,
    bool_or(synack_v1 OR synack_v0) AS synack, bool_or(capable_v1 OR capable_v0) AS capable,
    bool_or(held AND (capable_v1 OR capable_v0)) AS held,
    bool_or(held AND (capable_v1 OR capable_v0) AND len(announced) > 0) AS announces,
    bool_or(held AND (capable_v1 OR capable_v0) AND len([a FOR a IN announced IF a.scope <> scope().global]) > 0) AS leaks,
    sum(mp_fail) AS mp_fail
  FROM endpoints_of_run GROUP BY address`;

const cells = 'port, family, country, asn';
const places = 'family, country, asn';

/** Makes the tables that the runs are counted into. */
export async function makeCounts(database: DuckDBInstance): Promise<void> {
  const columns = (names: readonly string[]) => names.map((name) => `n_${name} BIGINT`).join(', ');
  const where = 'family BIGINT, country VARCHAR, asn BIGINT';
  await runSql(
    database,
    `CREATE TABLE endpoint_cells (run VARCHAR, version VARCHAR, port BIGINT, ${where}, ${columns(Object.keys(ofEndpoints))});
    CREATE TABLE address_cells (run VARCHAR, ${where}, ${columns(Object.keys(ofAddresses))});
    CREATE TABLE as_names (time VARCHAR, asn BIGINT, as_name VARCHAR);
    CREATE TABLE announcements (run VARCHAR, time VARCHAR, address VARCHAR, announced VARCHAR, scope VARCHAR, valid BOOLEAN);
    CREATE TABLE listened (run VARCHAR, time VARCHAR, address VARCHAR);`,
  );
}

const Counted = z.object({
  replied: z.int(),
  addresses: z.int(),
  with_as: z.int(),
  with_country: z.int(),
});
/** Of a kind of controls, how many any version's verdict is wrong of. */
export const Wrong = z.object({ control: z.string(), controls: z.int(), wrong: z.int() });

/** What of a run's hosts bears on how far its point can be relied on. */
export interface HostFacts extends z.infer<typeof Counted> {
  controls: z.infer<typeof Wrong>[];
}

/**
 * SQL of the controls by kind, and how many of them any version's verdict is wrong of, if they are what they were drawn as.
 * @param endpoints SQL of rows with control, verdict_v1 and verdict_v0
 */
export const controlsSql = (endpoints: string) => `
  SELECT control, count(*) AS controls, count(*) FILTER (WHERE CASE control ${Object.entries(wrongOf)
    .map(
      ([kind, words]) =>
        `WHEN ${sqlText(kind)} THEN coalesce(verdict_v1 IN (${words.map(sqlText).join(', ')}), false) OR coalesce(verdict_v0 IN (${words.map(sqlText).join(', ')}), false)`,
    )
    .join(' ')} END) AS wrong
  FROM ${endpoints} WHERE control IS NOT NULL GROUP BY control ORDER BY control`;

/** Every announcement that a capable endpoint made, and the addresses that were listened to. */
const announcedSql = `
  SELECT address, a.address AS announced, a.scope AS scope, bool_or(a.hmac = hmac().valid) AS valid
  FROM (SELECT address, unnest(announced) AS a FROM endpoints_of_run WHERE capable_v1 OR capable_v0) GROUP BY ALL`;
const listenedSql = `SELECT DISTINCT address FROM endpoints_of_run WHERE (capable_v1 OR capable_v0) AND announced IS NOT NULL`;

/** Counts one run. */
export async function countRun(database: DuckDBInstance, { run, hosts }: Judged, tables: Tables): Promise<HostFacts> {
  const [name, time] = [sqlText(run.name), sqlText(run.time)];
  await runSql(database, viewSql('hosts', [hosts], HostsRecord));
  await runSql(database, `CREATE OR REPLACE TABLE endpoints_of_run AS ${endpointsSql(tables)}`);
  await runSql(
    database,
    `INSERT INTO endpoint_cells SELECT ${name}, version, ${cells}, ${counted(ofEndpoints)} FROM (${versionsSql}) GROUP BY version, ${cells};
    INSERT INTO address_cells SELECT ${name}, ${places}, ${counted(ofAddresses)} FROM (${addressesSql}) GROUP BY ${places};
    INSERT INTO as_names SELECT ${time}, own_asn, max(as_name) FROM endpoints_of_run WHERE as_name IS NOT NULL AND own_asn IS NOT NULL GROUP BY own_asn;
    INSERT INTO announcements SELECT ${name}, ${time}, * FROM (${announcedSql});
    INSERT INTO listened SELECT ${name}, ${time}, address FROM (${listenedSql});`,
  );
  const facts = `
    SELECT (SELECT count(*) FROM endpoints_of_run) AS replied, count(*) AS addresses, count(asn) AS with_as, count(country) AS with_country
    FROM (SELECT any_value(asn) AS asn, any_value(country) AS country FROM endpoints_of_run GROUP BY address)`;
  let found: z.infer<typeof Counted> | null = null;
  for await (const row of rows(database, facts)) found = Counted.parse(row);
  const controls: z.infer<typeof Wrong>[] = [];
  for await (const row of rows(database, controlsSql('endpoints_of_run'))) controls.push(Wrong.parse(row));
  return { ...(found ?? { replied: 0, addresses: 0, with_as: 0, with_country: 0 }), controls };
}
