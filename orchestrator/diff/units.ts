import type { DuckDBInstance } from '@duckdb/node-api';
import { z } from 'zod';
import { rows, runSql } from '../core/database/duckdb.ts';
import { viewSql } from '../core/database/sql.ts';
import { type Judged, recordViews } from '../history/judged.ts';
import { VerdictName } from '../schemas/lists.ts';
import { HostsRecord } from '../schemas/records/hosts.ts';

/** Which of the two runs: a is the first. */
const names = ['a', 'b'] as const;
export type Name = (typeof names)[number];

/** SQL: one row per endpoint and version of a file of hosts. */
function claimsSql(view: string): string {
  const of = (version: string) =>
    `SELECT address, port, '${version}' AS version, ${version}.verdict AS verdict, ${version}.rules AS rules FROM ${view} WHERE ${version} IS NOT NULL`;
  return `${of('v1')} UNION ALL ${of('v0')}`;
}

/** What of each run is asked about, and where its names led. */
const ledSql = (name: Name) => `
  CREATE OR REPLACE TABLE names_${name} AS SELECT name, type, addresses FROM resolve SEMI JOIN (SELECT target AS name FROM targets WHERE kind = 'name') USING (name);
  CREATE OR REPLACE TABLE led_${name} AS
    SELECT DISTINCT address FROM (SELECT unnest(addresses) AS address FROM names_${name} UNION ALL SELECT target FROM targets WHERE kind = 'address')
    SEMI JOIN addresses_differing USING (address);
  CREATE OR REPLACE TABLE named_${name} AS
    FROM (SELECT name, type, unnest(addresses) AS address FROM names_${name}) SEMI JOIN addresses_differing USING (address);
  CREATE OR REPLACE TABLE prefixes_${name} AS SELECT target AS prefix FROM targets WHERE kind = 'prefix';`;

/** Names that led to an address in one run and were asked in the other: where they led there; none: they had no address. */
const movedSql = (from: Name, to: Name) => `
  CREATE OR REPLACE TABLE moved_${to} AS
  SELECT n.address AS address, list_sort(list_distinct(flatten(list(o.addresses)))) AS moved, bool_or(len(o.addresses) = 0) AS unresolved
  FROM named_${from} n JOIN names_${to} o USING (name, type)
  GROUP BY n.address;`;

const side = (name: Name) => `
  coalesce(${name}.verdict, 'silent') AS verdict_${name}, coalesce(${name}.rules, []) AS rules_${name},
  coalesce(j${name}.verdict, 'silent') AS judged_${name}, coalesce(j${name}.rules, []) AS judged_rules_${name}`;

/** Endpoints and versions that answered in one run at least: silence is no unit, asked or not. */
const unitsSql = `
  CREATE OR REPLACE TABLE units AS
  SELECT address, port, version, ${names.map(side).join(', ')}
  FROM claims_a a FULL JOIN claims_b b USING (address, port, version)
  LEFT JOIN claims_ja ja USING (address, port, version) LEFT JOIN claims_jb jb USING (address, port, version)
  WHERE coalesce(a.verdict, 'silent') <> 'silent' OR coalesce(b.verdict, 'silent') <> 'silent';
  CREATE OR REPLACE TABLE differing AS FROM units WHERE verdict_a <> verdict_b OR judged_a <> judged_b;
  CREATE OR REPLACE TABLE addresses_differing AS SELECT DISTINCT address FROM differing;`;

/** Puts both runs beside each other: the tables `units` and `differing`, and what decides between the causes. */
export async function compareUnits(
  database: DuckDBInstance,
  given: Readonly<Record<Name, { stored: string; judged: Judged }>>,
): Promise<void> {
  const run = (sql: string) => runSql(database, sql);
  for (const name of names) {
    const { stored, judged } = given[name];
    await run(viewSql(`hosts_${name}`, [stored], HostsRecord));
    await run(viewSql(`hosts_j${name}`, [judged.hosts], HostsRecord));
    await run(`CREATE OR REPLACE TABLE claims_${name} AS ${claimsSql(`hosts_${name}`)}`);
    await run(
      judged.again
        ? `CREATE OR REPLACE TABLE claims_j${name} AS ${claimsSql(`hosts_j${name}`)}`
        : `CREATE OR REPLACE VIEW claims_j${name} AS FROM claims_${name}`,
    );
  }
  await run(unitsSql);
  for (const name of names) {
    for (const sql of recordViews(given[name].judged.run, ['targets', 'resolve'])) await run(sql);
    await run(ledSql(name));
  }
  await run(movedSql('a', 'b'));
  await run(movedSql('b', 'a'));
}

const Words = z.array(z.string());
const RowSide = z.object({
  verdict: VerdictName,
  rules: Words,
  judged: VerdictName,
  judged_rules: Words,
  answered: z.boolean(),
  led: z.boolean(),
  moved: Words,
  unresolved: z.boolean(),
});
const DifferingRow = z.object({
  address: z.string(),
  port: z.int(),
  version: z.enum(['v1', 'v0']),
  a: RowSide,
  b: RowSide,
});
export type DifferingRow = z.infer<typeof DifferingRow>;

const packed = (name: Name) => `
  {verdict: verdict_${name}, rules: rules_${name}, judged: judged_${name}, judged_rules: judged_rules_${name}, answered: h${name}.address IS NOT NULL, led: l${name}.address IS NOT NULL,
    moved: coalesce(m${name}.moved, []), unresolved: coalesce(m${name}.unresolved, false)} AS ${name}`;
const joined = (name: Name) => `
  LEFT JOIN hosts_${name} h${name} ON h${name}.address = d.address AND h${name}.port = d.port
  LEFT JOIN led_${name} l${name} ON l${name}.address = d.address
  LEFT JOIN moved_${name} m${name} ON m${name}.address = d.address`;

/** Every unit that differs, in order of address, port and version, with what both runs say of it. */
export async function* differingRows(database: DuckDBInstance): AsyncGenerator<DifferingRow> {
  const sql = `SELECT d.address AS address, d.port AS port, d.version AS version, ${names.map(packed).join(', ')}
    FROM differing d ${names.map(joined).join(' ')} ORDER BY d.address, d.port, d.version DESC`;
  for await (const row of rows(database, sql)) yield DifferingRow.parse(row);
}

const Prefix = z.object({ prefix: z.string() });

/** Prefixes that a run was asked to scan. */
export async function prefixesOf(database: DuckDBInstance, name: Name): Promise<string[]> {
  const found: string[] = [];
  for await (const row of rows(database, `FROM prefixes_${name}`)) found.push(Prefix.parse(row).prefix);
  return found;
}

const Totals = z.object({
  total: z.int(),
  first_only: z.int(),
  second_only: z.int(),
  equal: z.int(),
  different: z.int(),
});
export type Totals = z.infer<typeof Totals>;

/** Where all units went: total = first_only + second_only + equal + different. */
export async function totalsOf(database: DuckDBInstance): Promise<Totals> {
  const sql = `
    SELECT count(*) AS total, count(*) FILTER (WHERE verdict_b = 'silent') AS first_only, count(*) FILTER (WHERE verdict_a = 'silent') AS second_only,
      count(*) FILTER (WHERE answered AND NOT differs) AS equal, count(*) FILTER (WHERE answered AND differs) AS different
    FROM (SELECT *, verdict_a <> 'silent' AND verdict_b <> 'silent' AS answered, verdict_a <> verdict_b OR judged_a <> judged_b AS differs FROM units)`;
  for await (const row of rows(database, sql)) return Totals.parse(row);
  throw new Error('a count gave no row');
}
