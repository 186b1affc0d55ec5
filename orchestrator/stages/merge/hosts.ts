import { z } from 'zod';
import type { Config } from '../../config/config.ts';
import { columnsOf } from '../../core/columns.ts';
import { sqlText } from '../../core/duckdb.ts';
import type { WholeContext } from '../../core/stage.ts';
import { HostsRecord, Way } from '../../schemas/records/hosts.ts';
import type { Verdicts } from './verdicts.ts';

/** Stages that a run left out: their fields are not_measured. */
type LeftOut = ReadonlySet<string>;

/** What is the same in every row of the run. */
export interface Setting {
  run: string;
  vantage: string;
  versions: readonly (0 | 1)[];
  leftOut: LeftOut;
}

const Vantage = z.looseObject({ hostname: z.string() });

export function settingOf({ config, manifest }: WholeContext<Config>): Setting {
  const stages = Object.entries(manifest.stages).filter(([, entry]) => entry.status === 'left_out');
  return {
    run: manifest.run,
    vantage: Vantage.parse(manifest.vantage).hostname,
    versions: config.scan.versions,
    leftOut: new Set(stages.map(([name]) => name)),
  };
}

/** SQL: why a value of a stage is null: the stage did not run, did not ask for this address, asked in vain, or the record has no such value. */
function missing(stage: string, row: string, leftOut: LeftOut): string {
  if (leftOut.has(stage)) return "'not_measured'";
  return `CASE WHEN ${row}.address IS NULL THEN 'not_applicable' ELSE coalesce(${row}.failure, 'no_data') END`;
}

/** SQL of a column that says why another is null. */
function unless(value: string, reason: string): string {
  return `CASE WHEN ${value} IS NULL THEN ${reason} END`;
}

/** SQL of the columns that every host has something in, over the tables that hostsSql joins. */
function commonColumns({ leftOut }: Setting): Readonly<Record<string, string>> {
  return {
    address: 's.address',
    port: 's.port',
    family: "CASE WHEN contains(s.address, ':') THEN 6 ELSE 4 END",
    domains: `[{name: n.name, rank: n.rank, www: n.www} FOR n IN CASE WHEN len(d.names) > 1 THEN list_sort(d.names) ELSE coalesce(d.names, []) END]`,
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

/** SQL of the columns that most hosts have nothing in, since few are asked for them, over the tables that askedSql joins. */
function askedColumns({ leftOut }: Setting): Readonly<Record<string, string>> {
  const notConnected = missing('handshake', 'h', leftOut);
  return {
    announced: 'CASE WHEN h.address IS NOT NULL THEN coalesce(n.announced, []) END',
    announced_missing: unless('h.address', notConnected),
    connected: 'h.connected',
    connected_missing: unless('h.connected', notConnected),
    held_to_end: 'h.hold_held',
    held_to_end_missing: unless('h.hold_held', notConnected),
    fallback: 'h.fallback',
    fallback_missing: unless('h.fallback', `coalesce(h.fallback_missing, ${notConnected})`),
    mp_fail: 'h.mp_fail_sent',
    mp_fail_missing: unless('h.mp_fail_sent', notConnected),
    as_name: 'w.as_name',
    as_name_missing: missing('whois', 'w', leftOut),
    registry_country: 'w.country',
    registry_country_missing: unless('w.country', missing('whois', 'w', leftOut)),
    os: 'CASE WHEN o.failure IS NULL THEN [{name: c.name, accuracy: c.accuracy, family: c.family, vendor: c.vendor} FOR c IN o.candidates] END',
    os_missing: unless('CASE WHEN o.failure IS NULL THEN o.address END', missing('os', 'o', leftOut)),
    control: 'k.control',
    ping_rtt_us: 'p.ping_rtt_us',
    ping_rtt_us_missing: unless('p.ping_rtt_us', missing('path', 'p', leftOut)),
    pairs: 'p.pairs',
    pair_ratio: 'p.pair_ratio',
    pair_gap_us: 'p.pair_gap_us',
    nearer: 'p.nearer',
    path_control: 'p.control',
    ways: 'y.ways',
    ways_missing: unless('y.ways', leftOut.has('hops') ? "'not_measured'" : "'not_applicable'"),
  };
}

/** The stage whose leaving out says why a host that was not asked for a column has nothing in it. */
const askedBy: Readonly<Record<string, string>> = {
  announced_missing: 'handshake',
  connected_missing: 'handshake',
  held_to_end_missing: 'handshake',
  fallback_missing: 'handshake',
  mp_fail_missing: 'handshake',
  as_name_missing: 'whois',
  registry_country_missing: 'whois',
  os_missing: 'os',
  ping_rtt_us_missing: 'path',
  ways_missing: 'hops',
};

const wayFields = Object.keys(Way.shape);

/** SQL of the columns that are the same in every row, or in every row of one verdict. */
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

/** What stands for these columns in the result of a run (result.ts): one sum for both verdicts. */
export function hostResult(verdicts: Verdicts): Readonly<Record<string, string | null>> {
  return { v1: verdicts.lookup('sum'), v0: null, v1_missing: null, v0_missing: null, cause: null };
}

const columns = columnsOf(HostsRecord);

/** SQL of a column of askedSql, of a row of hostsSql with what stands in `known`. */
function askedColumn(column: string, { leftOut }: Setting): string {
  const stage = askedBy[column];
  if (stage === undefined) return `r.k."${column}"`;
  return `CASE WHEN r.known IS NULL THEN '${leftOut.has(stage) ? 'not_measured' : 'not_applicable'}' ELSE r.k."${column}" END`;
}

/**
 * Host rows with all columns but those of the verdict, of which they have the number.
 * @param rows of hostsSql, in order
 */
export function knownHostsSql(rows: string, setting: Setting): string {
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

/** What a range has, as SQL that can be read from. */
export interface RangeTables {
  /** Hosts, each with the number of its verdicts. */
  hosts: string;
  /** Names of the addresses, those that did not answer too; a name of an address stands once. */
  names: string;
  /** Rows of hostsSql. */
  rows: string;
  /** What else a host row is put together from, by its name in tables.ts. */
  others: ReadonlyMap<string, string>;
}

/** SQL of these columns in the types of the schema, in its order. */
function typed(given: Readonly<Record<string, string>>): { column: string; value: string }[] {
  return columns.flatMap(([column, type]) =>
    given[column] === undefined ? [] : [{ column, value: `CAST(${given[column]} AS ${type})` }],
  );
}

/** What few hosts are asked for; what they announced is of those that were connected. */
const askedOf = ['connections', 'registrations', 'fingerprints', 'paths', 'controls', 'ways'];

/** The hosts of a range that were asked for more than all are, with what is known of each as a list of one struct. */
function askedSql(setting: Setting, { hosts, others }: RangeTables): string {
  const of = (table: string) => others.get(table);
  const known = typed(askedColumns(setting)).map(({ column, value }) => `"${column}" := ${value}`);
  return `
  WITH announced AS (
    SELECT address, port, list({
      address: announced, port: announced_port, scope: scope, hmac: hmac, asn: asn, resolved: resolved,
      country: country, latitude: latitude, longitude: longitude,
      joined: joined, joined_missing: joined_missing, join_failure: join_failure, join_reset_reason: join_reset_reason
    } ORDER BY announced, announced_port, hmac) AS announced
    FROM ${of('announcements')} GROUP BY address, port
  ), swept AS (
    SELECT address, port, list(struct_pack(${wayFields.map((name) => `${name} := ${name}`).join(', ')}) ORDER BY probe DESC, drawn_as) AS ways
    FROM ${of('ways')} GROUP BY address, port
  ), asked AS (${askedOf.map((table) => `SELECT address FROM ${of(table)}`).join(' UNION ALL ')})
  SELECT address, port, [struct_pack(${known.join(', ')})] AS known
  FROM (SELECT address, port FROM ${hosts} SEMI JOIN asked USING (address))
  LEFT JOIN ${of('connections')} h USING (address, port)
  LEFT JOIN announced n USING (address, port)
  LEFT JOIN ${of('registrations')} w USING (address)
  LEFT JOIN ${of('fingerprints')} o USING (address)
  LEFT JOIN ${of('paths')} p USING (address)
  LEFT JOIN ${of('controls')} k USING (address, port)
  LEFT JOIN swept y USING (address, port)`;
}

/**
 * One row per address and port of a range, with all that is known of it but the verdict, of which it has the number. What few hosts were
 * asked for stands in one list, `known`: to sort and keep a list that is null costs next to nothing, some forty null columns do. Lists are
 * sorted (a missing rank comes last), so that the same records give the same bytes.
 */
export function hostsSql(setting: Setting, tables: RangeTables): string {
  const { hosts, names, others } = tables;
  const selected = typed(commonColumns(setting)).map(({ column, value }) => `${value} AS "${column}"`);
  return `
  WITH names AS (
    SELECT address, list({rank: rank, name: name, www: www}) AS names FROM ${names} GROUP BY address
  )
  SELECT ${selected.join(', ')}, s.verdict, f.known
  FROM ${hosts} s
  LEFT JOIN names d USING (address)
  LEFT JOIN ${others.get('origins')} a USING (address)
  LEFT JOIN ${others.get('places')} g USING (address)
  LEFT JOIN (${askedSql(setting, tables)}) f USING (address, port)
  ORDER BY s.address, s.port`;
}
