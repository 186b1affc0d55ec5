import type { DuckDBInstance } from '@duckdb/node-api';
import { z } from 'zod';
import { columnsOf } from '../core/database/columns.ts';
import { rows, runSql } from '../core/database/duckdb.ts';
import { parquetSql, sqlText } from '../core/database/sql.ts';
import { DomainsRecord } from '../schemas/records/domains.ts';
import { HostsRecord } from '../schemas/records/hosts.ts';
import { RescannedRecord } from '../schemas/records/rescanned.ts';
import { readSql } from './rows.ts';

/** The result of one run: what merge wrote. */
export interface Source {
  run: string;
  /** Path of hosts.parquet. */
  hosts: string;
  /** Path of details.parquet; absent where merge wrote none: all hosts are looked through then. */
  details?: string;
  /** Path of domains.parquet. */
  domains: string;
  /** Path of rescanned.parquet; absent where there was no rescan. */
  rescanned?: string;
}

type Name = 'hosts' | 'details' | 'domains' | 'rescanned';
const records: Readonly<Record<Name, z.ZodObject>> = {
  hosts: HostsRecord,
  details: HostsRecord,
  domains: DomainsRecord,
  rescanned: RescannedRecord,
};
const names: readonly Name[] = ['hosts', 'details', 'domains', 'rescanned'];

const fileOf = (source: Source, name: Name) => source[name] ?? (name === 'details' ? source.hosts : undefined);

/** Columns of a file and their types. */
type Found = ReadonlyMap<string, string>;

const plain = (type: string) => type.replaceAll('"', '');
const columnsBeside = (name: Name) => columnsOf(records[name]).filter(([column]) => column !== 'run');

function viewSql(name: Name, selected: string): string {
  return `CREATE OR REPLACE VIEW ${name} AS ${selected};\n`;
}

/** SQL of what a row lacks because its run is older, where the rest of the row says it. */
const told: Readonly<Record<string, string>> = { family: "CASE WHEN contains(address, ':') THEN 6 ELSE 4 END" };

/** Runs whose files may be of any age. */
function anyAgeSql(name: Name, sources: readonly Source[]): string {
  const own = columnsBeside(name);
  const none = own.map(([column, type]) => `CAST(NULL AS ${type}) AS "${column}"`);
  const parts = sources.flatMap((source) => {
    const file = fileOf(source, name);
    return file === undefined
      ? []
      : [`SELECT ${sqlText(source.run)} AS run, COLUMNS(lambda field: field <> 'run') FROM ${parquetSql(file)}`];
  });
  const asTold = (column: string) =>
    told[column] === undefined ? `"${column}"` : `coalesce("${column}", ${told[column]})`;
  const columns = ['run', ...own.map(([column]) => `${asTold(column)} AS "${column}"`)];
  const all = [...parts, `SELECT CAST(NULL AS VARCHAR) AS run, ${none.join(', ')} WHERE false`].join(
    ' UNION ALL BY NAME ',
  );
  return viewSql(name, `SELECT ${columns.join(', ')} FROM (${all})`);
}

/** A run whose columns are those of the record, or lack: of a verdict only the fields are read then that a query asks for. */
function exactSql(name: Name, { run, file }: { run: string; file: string }, found: Found): string | null {
  const own = columnsBeside(name);
  if (own.some(([column, type]) => found.has(column) && plain(found.get(column) ?? '') !== plain(type))) return null;
  const columns = own.map(([column, type]) =>
    found.has(column) ? `"${column}"` : `CAST(${told[column] ?? 'NULL'} AS ${type}) AS "${column}"`,
  );
  const selected = [`${sqlText(run)} AS run`, ...columns];
  return viewSql(name, `SELECT ${selected.join(', ')} FROM ${parquetSql(file)}`);
}

/**
 * The views `hosts`, `details`, `domains` and `rescanned` over one run or several, each row under the name of its run (contract: queries/views.sql). A column that
 * is younger than a run, or a field of one, is null in its rows.
 */
export function sourcesSql(sources: readonly Source[]): string {
  return names.map((name) => anyAgeSql(name, sources)).join('');
}

const Column = z.looseObject({ column_name: z.string(), column_type: z.string() });

async function columnsIn(database: DuckDBInstance, file: string): Promise<Found> {
  const found = new Map<string, string>();
  const asked = `SELECT column_name, column_type FROM (DESCRIBE FROM ${parquetSql(file)})`;
  for await (const value of rows(database, asked)) {
    const { column_name, column_type } = Column.parse(value);
    found.set(column_name, column_type);
  }
  return found;
}

async function holds(database: DuckDBInstance, asked: string): Promise<boolean> {
  for await (const value of rows(database, asked)) return value !== null;
  return false;
}

/** Puts a table in the place of a view over files. */
async function keep(database: DuckDBInstance, name: Name, sql: string): Promise<void> {
  await runSql(database, `CREATE OR REPLACE TABLE kept_${name} AS ${sql}; ${viewSql(name, `FROM kept_${name}`)}`);
}

/** Sees to it that hosts are in order of their addresses (queries/order.sql): those that nobody merged may not be. */
export async function orderHosts(database: DuckDBInstance): Promise<void> {
  const order = await readSql('order');
  await runSql(database, order);
  if (!(await holds(database, 'SELECT run FROM address_order WHERE descents > 0'))) return;
  await keep(database, 'hosts', 'FROM hosts ORDER BY run, address, port');
  await runSql(database, order);
}

/**
 * Makes the views `hosts`, `details`, `domains` and `rescanned`. What merge writes is read as it is; of entries that do not say in which AS they lie, as those of
 * before 2026-12, that is told by the hosts.
 */
export async function makeSources(database: DuckDBInstance, sources: readonly Source[]): Promise<void> {
  const [only, ...others] = sources;
  let knowAs = true;
  for (const source of sources) knowAs &&= (await columnsIn(database, source.domains)).has('asn');
  for (const name of names) {
    const file = others.length > 0 || only === undefined ? undefined : fileOf(only, name);
    const exact =
      only === undefined || file === undefined
        ? null
        : exactSql(name, { run: only.run, file }, await columnsIn(database, file));
    await runSql(database, exact ?? anyAgeSql(name, sources));
  }
  if (!knowAs) await keep(database, 'domains', await readSql('homes'));
}
