import { columnsOf, volatileFields } from '../../../core/database/columns.ts';
import { sqlText } from '../../../core/database/sql.ts';
import { HostsRecord } from '../../../schemas/records/hosts.ts';
import type { Verdicts } from '../verdicts.ts';
import { askedColumn, askedColumns, unasked } from './asked.ts';
import { missing, type RangeTables, type Setting, typed, unless } from './setting.ts';

/** SQL of the names of an address by rank. What goes through a list entry by entry costs much: only lists with an order to them come here. */
function byRank(names: string): string {
  const ranked = `[{rank: n.rank, name: n.name, www: n.www} FOR n IN ${names}]`;
  return `[{name: n.name, rank: n.rank, www: n.www} FOR n IN list_sort(${ranked})]`;
}

/** SQL of the columns that every host has something in, over the tables that hostsSql joins. */
function commonColumns({ leftOut }: Setting): Readonly<Record<string, string>> {
  return {
    address: 's.address',
    port: 's.port',
    family: "CASE WHEN contains(s.address, ':') THEN 6 ELSE 4 END",
    domains: 'coalesce(d.names, [])',
    asn: 'a.asn',
    asn_missing: unless('a.asn', missing('asn', 'a', leftOut)),
    prefix: 'a.prefix',
    as_name: 'a.as_name',
    country: 'g.country',
    country_missing: unless('g.country', missing('geo', 'g', leftOut)),
    city: 'g.city',
    latitude: 'g.latitude',
    longitude: 'g.longitude',
    syn_rtt_us: 's.syn_rtt_us',
    syn_rtt_us_missing: unless('s.syn_rtt_us', "coalesce(s.why, 'no_data')"),
    first_reply_at: 's.first_reply_at',
    last_reply_at: 's.last_reply_at',
  };
}

/** SQL of the columns that are the same in all rows, or in all rows of one verdict. */
function settingColumns({ run, vantage, versions }: Setting, verdicts: Verdicts): Readonly<Record<string, string>> {
  const notSent = (version: 0 | 1) => (versions.includes(version) ? 'NULL' : "'not_sent'");
  return {
    v1: verdicts.lookup('v1'),
    v1_missing: notSent(1),
    v0: verdicts.lookup('v0'),
    v0_missing: notSent(0),
    cause: verdicts.lookup('cause'),
    run: sqlText(run),
    vantage: sqlText(vantage),
  };
}

const columns = columnsOf(HostsRecord);
const volatile = volatileFields(HostsRecord);

/**
 * What stands for these columns of a row of hostsSql in the result of a run (result.ts): one sum for both verdicts; one object for what few hosts
 * are asked, and nothing where it says no more than that nobody asked: what is volatile may be all that is known.
 */
export function hostResult(setting: Setting, verdicts: Verdicts): Readonly<Record<string, string | null>> {
  const asked = askedColumns(setting);
  const told = columns
    .map(([column]) => column)
    .filter((column) => asked[column] !== undefined && !volatile.has(column));
  const known = `{${told.map((column) => `"${column}": k."${column}"`).join(', ')}}`;
  const nothing = JSON.stringify(Object.fromEntries(told.map((column) => [column, unasked(column, setting)])));
  return {
    ...Object.fromEntries(told.map((column) => [column, null])),
    // Entry by entry: known[1] would be copied once for each of its fields.
    announced: `nullif([CAST(to_json(${known}) AS VARCHAR) FOR k IN known][1], ${sqlText(nothing)})`,
    as_name: 'as_name',
    v1: verdicts.lookup('sum'),
    v0: null,
    v1_missing: null,
    v0_missing: null,
    cause: null,
  };
}

/**
 * Host rows with all columns but those of the verdict, of which they have the number.
 * @param rows of hostsSql, in order
 */
function knownHostsSql(rows: string, setting: Setting): string {
  const common = commonColumns(setting);
  const asked = askedColumns(setting);
  const asName = 'coalesce(r.k.as_name, r.as_name)';
  const both: Readonly<Record<string, string>> = {
    as_name: asName,
    as_name_missing: unless(asName, askedColumn('as_name_missing', setting)),
  };
  const selected = columns.flatMap(([column]) => {
    if (both[column] !== undefined) return [`${both[column]} AS "${column}"`];
    if (asked[column] !== undefined) return [`${askedColumn(column, setting)} AS "${column}"`];
    return common[column] === undefined ? [] : [`r."${column}"`];
  });
  return `SELECT ${selected.join(', ')}, r.verdict FROM (SELECT *, known[1] AS k FROM ${rows}) r`;
}

/**
 * Whole host rows, in the schema's order and types.
 * @param rows of hostsSql, in order
 */
export function wholeHostsSql(rows: string, setting: Setting, verdicts: Verdicts): string {
  const added = settingColumns(setting, verdicts);
  const selected = columns.map(
    ([column, type]) => `CAST(${added[column] ?? `h."${column}"`} AS ${type}) AS "${column}"`,
  );
  return `SELECT ${selected.join(', ')} FROM (${knownHostsSql(rows, setting)}) h`;
}

/**
 * One row per address and port of a range, with all that is known of it but the verdict, of which it has the number. What few hosts were
 * asked for stands in one list, `known`: to sort and keep a list that is null costs next to nothing, some forty null columns do. Lists are
 * sorted (a missing rank comes last), so that the same records give the same bytes.
 */
export function hostsSql(setting: Setting, tables: RangeTables): string {
  const { hosts, names, known, others } = tables;
  const selected = typed(commonColumns(setting)).map(({ column, value }) => `${value} AS "${column}"`);
  return `
  WITH names AS (
    SELECT address, CASE WHEN len(names) > 1 THEN ${byRank('names')} ELSE names END AS names
    FROM (SELECT address, list({name: name, rank: rank, www: www}) AS names FROM ${names} GROUP BY address)
  )
  SELECT ${selected.join(', ')}, s.verdict, f.known
  FROM ${hosts} s
  LEFT JOIN names d USING (address)
  LEFT JOIN ${others.get('origins')} a USING (address)
  LEFT JOIN ${others.get('places')} g USING (address)
  LEFT JOIN ${known} f USING (address, port)
  ORDER BY s.address, s.port`;
}
