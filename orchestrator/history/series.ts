import { join } from 'node:path';
import type { DuckDBInstance } from '@duckdb/node-api';
import { columnsOf } from '../core/database/columns.ts';
import { runSql } from '../core/database/duckdb.ts';
import { sqlText } from '../core/database/sql.ts';
import { otherKey, unknownKey } from '../schemas/history.ts';
import { HistoryAnnouncer } from '../schemas/records/history/announcer.ts';
import { HistorySeries } from '../schemas/records/history/series.ts';

/** Of each measure: the column that counts it, SQL of what it is taken of, and SQL of when it was measured at all. */
type Counted = readonly [measure: string, count: string, of: string, measured: string];

const share = (measure: string): Counted => [measure, `n_${measure}`, 'n_answered', 'true'];
const ofEndpoints: readonly Counted[] = [
  ['answered', 'n_answered', "CASE WHEN dimension = 'all' THEN asked END", 'true'],
  share('capable'),
  ['confirmed', 'n_confirmed', 'n_capable', "version = 'v1' AND connections"],
  ...['echoed', 'inconsistent', 'malformed', 'not_offered', 'unknown', 'undecided'].map(share),
];
const ofAddresses: readonly Counted[] = [
  ['addresses_answered', 'n_addresses_answered', 'NULL', 'true'],
  ['addresses_capable', 'n_addresses_capable', 'n_addresses_answered', 'true'],
  ['announcing', 'n_announcing', 'n_held', 'connections'],
  ['leaked_private', 'n_leaked_private', 'n_held', 'connections'],
  ['mp_fail', 'n_mp_fail', 'n_mp_fail_known', 'connections'],
];
/** What is written of a place even where it is 0: the denominators of all else, and the number that they are of. */
const always: readonly string[] = ['answered', 'capable', 'addresses_answered', 'addresses_capable'];

/** SQL: a place that ever returned an option has its own key; all others share one, and so do unknown ones. */
const placeKey = (column: string, text: string, kept: string) =>
  `CASE WHEN ${column} IS NULL THEN ${sqlText(unknownKey)} WHEN ${column} IN (FROM ${kept}) THEN ${text} ELSE ${sqlText(otherKey)} END`;

const keys: Readonly<Record<string, string>> = {
  all: 'NULL',
  country: placeKey('country', 'country', 'kept_countries'),
  as: placeKey('asn', "'AS' || CAST(asn AS VARCHAR)", 'kept_ases'),
  port: 'CAST(port AS VARCHAR)',
  family: 'CAST(family AS VARCHAR)',
};

/** Places where any run saw an option or an announcement. All others share one key, so that a series does not grow with the Internet. */
const keptSql = (column: string) => `
  SELECT ${column} FROM endpoint_cells WHERE n_capable + n_echoed + n_inconsistent + n_malformed > 0 AND ${column} IS NOT NULL
  UNION SELECT ${column} FROM address_cells WHERE n_announcing > 0 AND ${column} IS NOT NULL`;

function summed(cells: string, dimension: string, version: string): string {
  const key = keys[dimension] ?? 'NULL';
  return `
    SELECT run, ${version} AS version, ${sqlText(dimension)} AS dimension, CAST(${key} AS VARCHAR) AS key,
      CAST(sum(COLUMNS('n_.*')) AS BIGINT)
    FROM ${cells} GROUP BY ALL`;
}

function measures(counted: readonly Counted[]): string {
  const fields = counted.map(
    ([measure, count, of, measured]) =>
      `{measure: ${sqlText(measure)}, count: CAST(${count} AS BIGINT), of: CAST(${of} AS BIGINT), measured: ${measured}}`,
  );
  return `unnest([${fields.join(', ')}])`;
}

const seriesSql = `
  WITH points_of AS (
    SELECT run, unnest(CASE WHEN v1 AND v0 THEN ['v1', 'v0'] WHEN v1 THEN ['v1'] ELSE ['v0'] END) AS version, 'all' AS dimension FROM points
  ), sums AS (
    ${Object.keys(keys)
      .map((dimension) => summed('endpoint_cells', dimension, 'version'))
      .join(' UNION ALL BY NAME ')}
  ), endpoints AS (
    SELECT COLUMNS(lambda name: NOT starts_with(name, 'n_')), coalesce(COLUMNS('n_.*'), 0) FROM (FROM sums UNION ALL BY NAME FROM points_of ANTI JOIN sums USING (run, version, dimension))
  ), addresses AS (
    ${['all', 'country', 'as', 'family'].map((dimension) => summed('address_cells', dimension, 'NULL')).join(' UNION ALL BY NAME ')}
  ), ever AS (
    SELECT run, NULL AS version, 'all' AS dimension, NULL AS key, 'ever_announced' AS measure,
      (SELECT count(*) FROM first_announced WHERE first_announced.time <= points.time) AS count, NULL AS of, connections AS measured, NULL AS answered, NULL AS undecided
    FROM points
  ), long AS (
    SELECT run, version, dimension, key, m.measure, m.count, m.of, m.measured, n_answered AS answered, n_undecided AS undecided
    FROM (SELECT *, ${measures(ofEndpoints)} AS m FROM endpoints JOIN points USING (run))
    UNION ALL BY NAME
    SELECT run, CAST(version AS VARCHAR) AS version, dimension, key, m.measure, m.count, m.of, m.measured FROM (SELECT *, ${measures(ofAddresses)} AS m FROM addresses JOIN points USING (run))
    UNION ALL BY NAME SELECT * FROM ever
  )
  SELECT run, time, version, dimension, key, as_label AS label, measure, count, "of",
    CASE WHEN measure = 'capable' AND answered > 0 THEN count / answered END AS low,
    CASE WHEN measure = 'capable' AND answered > 0 THEN least(1, (count + undecided + CASE WHEN dimension = 'all' THEN lost ELSE 0 END) / answered) END AS high
  FROM long JOIN points USING (run) LEFT JOIN labels ON dimension = 'as' AND labels.as_key = key
  WHERE measured AND (dimension = 'all' OR count > 0 OR (measure IN (${always.map(sqlText).join(', ')}) AND coalesce("of", count) > 0))
  ORDER BY time, run, list_position(['all', 'family', 'port', 'country', 'as'], dimension), key NULLS FIRST, version DESC NULLS LAST, ${measurePlace()}`;

function measurePlace(): string {
  const order = [...ofEndpoints, ...ofAddresses].map(([measure]) => sqlText(measure));
  return `list_position([${order.join(', ')}], measure) NULLS LAST`;
}

/** SQL: rows in the columns and types of a schema. */
export function castTo(schema: Parameters<typeof columnsOf>[0], sql: string): string {
  const columns = columnsOf(schema).map(([name, type]) => `CAST("${name}" AS ${type}) AS "${name}"`);
  return `SELECT ${columns.join(', ')} FROM (${sql})`;
}

const announcersSql = `
  WITH of AS (SELECT address, count(*) AS n FROM listened GROUP BY address),
    each AS (SELECT address, announced, any_value(scope) AS scope, bool_or(valid) AS valid, arg_min(run, time) AS first_run FROM announcements GROUP BY address, announced)
  SELECT address, first_seen, last_seen, runs, of.n AS "of", announced
  FROM (SELECT address, min(time) AS first_seen, max(time) AS last_seen, count(DISTINCT run) AS runs FROM announcements GROUP BY address)
  JOIN (SELECT address, list({address: announced, scope: scope, valid: valid, first_run: first_run} ORDER BY announced) AS announced FROM each GROUP BY address) USING (address)
  JOIN of USING (address)
  ORDER BY address`;

/** A label is text of strangers: a spreadsheet must not run it, nor a terminal obey it. */
const formula = String.raw`^\s*[=+\-@\x{ff1d}\x{ff0b}\x{ff0d}\x{ff20}]`;
const unprintable = String.raw`[\x00-\x1f\x7f-\x9f\x{61c}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069}]`;
const csvSql = `
  SELECT * REPLACE (CASE WHEN regexp_matches(label, ${sqlText(formula)}) THEN '''' || label ELSE label END AS label)
  FROM (SELECT * REPLACE (regexp_replace(label, ${sqlText(unprintable)}, chr(65533), 'g') AS label) FROM series)`;

/**
 * Sums the cells up into the tables `series` and `announcers`, and writes them.
 * The table `points` (run, time, asked, lost, v1, v0, connections) says what each run measured.
 */
export async function writeSeries(database: DuckDBInstance, out: string): Promise<void> {
  const run = (sql: string) => runSql(database, sql);
  await run(`
    CREATE OR REPLACE TABLE kept_countries AS ${keptSql('country')};
    CREATE OR REPLACE TABLE kept_ases AS ${keptSql('asn')};
    CREATE OR REPLACE TABLE labels AS SELECT 'AS' || CAST(asn AS VARCHAR) AS as_key, arg_max(as_name, time) AS as_label FROM as_names GROUP BY asn;
    CREATE OR REPLACE TABLE first_announced AS SELECT address, min(time) AS time FROM announcements GROUP BY address;
    CREATE OR REPLACE TABLE series AS ${castTo(HistorySeries, seriesSql)};
    CREATE OR REPLACE TABLE announcers AS ${castTo(HistoryAnnouncer, announcersSql)};`);
  await run(`COPY series TO ${sqlText(join(out, 'series.parquet'))} (FORMAT parquet, COMPRESSION zstd)`);
  await run(`COPY announcers TO ${sqlText(join(out, 'announcers.parquet'))} (FORMAT parquet, COMPRESSION zstd)`);
  await run(`COPY (${csvSql}) TO ${sqlText(join(out, 'series.csv'))} (FORMAT csv, HEADER)`);
}
