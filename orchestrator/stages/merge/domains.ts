import type { Config } from '../../config/config.ts';
import { columnsOf } from '../../core/database/columns.ts';
import { sqlText } from '../../core/database/sql.ts';
import { type Ranges, rangesOf } from '../../core/rows/ranges.ts';
import { inOrder, twoAtATime, twoEndedInOrder } from '../../core/side-by-side/at-once.ts';
import type { WholeContext } from '../../core/stage.ts';
import { listSources } from '../../lists/sources.ts';
import { DomainsRecord } from '../../schemas/records/domains.ts';
import type { RangeTables } from './hosts/setting.ts';
import { writePiece } from './output.ts';
import type { Result } from './result.ts';
import type { Dealing, Scratch } from './scratch.ts';
import { rankOfRun, resolvedSql, stemOf } from './tables.ts';

/** SQL: the position of a name in domains.parquet, as a text; the lowest of its ranks counts. */
const placeOf = (rank: string) => `lpad(coalesce(CAST(${rank} AS VARCHAR), repeat('9', 17)), 17, '0') || name`;

/** Passes over the list: each gathers the entries of some names, whose addresses are held in memory then, however long the list is. */
export interface Passes {
  count: number;
  /** Of places in domains.parquet. */
  ranges: Ranges;
}

/** Ranges of places whose entries a pass gathers: what they led to takes half the memory that their rows take in the end. */
const rangesPerPass = 1.5;

/** @param size entries of a range */
export async function passesOf(context: WholeContext<Config>, size: number): Promise<Passes> {
  const ranges = await rangesOf(
    context.query,
    (drawn) => `SELECT ${placeOf(rankOfRun)} AS key, 1 AS weight FROM targets WHERE kind = 'name' AND ${drawn('name')}`,
    size,
  );
  return { count: Math.ceil(ranges.count / rangesPerPass), ranges };
}

/** SQL of the pass in which a name comes together with what was asked for it. */
const passOf = ({ count }: Passes, name: string) => `CAST(hash(${stemOf(name)}) % ${count} AS INTEGER)`;

/** The lists of a run by the names that records have for them, in order. */
function listNames({ config }: WholeContext<Config>): string[] {
  return listSources(config.targets).map(({ as }) => as);
}

/** What of a list's entries is dealt out; of one list nobody asks which it is. */
function entriesSql(lists: readonly string[]): string {
  return `SELECT name, ${rankOfRun} AS rank, www${lists.length < 2 ? '' : ', coalesce(list, 1) AS list, rank AS own'} FROM targets WHERE kind = 'name'`;
}

/** SQL: each name of some entries once, with its lowest rank, those of its entry and its double, and the range of its place. */
function listedSql(entries: string, lists: readonly string[], { ranges }: Passes): string {
  const once = `
    SELECT name, min(rank) AS rank, min(rank) FILTER (NOT www) AS plain_rank, min(rank) FILTER (www) AS www_rank,
      bool_or(NOT www) AS plain, bool_or(www) AS doubled
    FROM ${entries} GROUP BY name`;
  const keyed = `SELECT *, ${placeOf('rank')} AS key FROM (${once})`;
  const placed = `SELECT * EXCLUDE (key), ${ranges.numberOf('key')} AS place FROM (${keyed})`;
  if (lists.length < 2) return placed;
  const lowest = `SELECT name, list, min(own) AS rank FROM ${entries} GROUP BY name, list`;
  return `
    SELECT * FROM (${placed})
    JOIN (SELECT name, list_sort(list({list: list, rank: rank})) AS ranks FROM (${lowest}) GROUP BY name) USING (name)`;
}

/** No pass has as many names. */
const idsOfPass = 2 ** 40;

/** SQL of the number that replaces a name within a pass: grouping by it and joining on it costs less than by the name. */
const idOf = (pass: number) => `CAST(${pass * idsOfPass} AS BIGINT) + rowid`;

/** SQL: the names that led to an address, each once, out of what was asked for the names of a pass. */
function namedSql(listed: string, resolved: string, id: string): string {
  return `
    SELECT address, id, any_value(name) AS name, min(rank) AS rank, bool_and(www) AS www, any_value(place) AS place
    FROM ${resolved} JOIN (
      SELECT name AS asked, name, ${id} AS id, plain_rank AS rank, false AS www, place FROM ${listed} WHERE plain
      UNION ALL SELECT 'www.' || name, name, ${id}, www_rank, true, place FROM ${listed} WHERE doubled
    ) USING (asked)
    GROUP BY address, id`;
}

/** How the list's entries, and what was found for its names, are dealt out to the passes. */
export function listDealings(context: WholeContext<Config>, passes: Passes): [name: string, dealing: Dealing][] {
  const { count } = passes;
  return [
    ['resolved', { rows: resolvedSql, numbered: passOf(passes, 'asked'), count }],
    ['entries', { rows: entriesSql(listNames(context)), numbered: passOf(passes, 'name'), count }],
  ];
}

/**
 * Brings names and addresses together, pass by pass: deals what a name led to out to the ranges of addresses, `named`, and the names
 * themselves to the ranges of places, `listed`.
 */
export async function dealNames(
  context: WholeContext<Config>,
  scratch: Scratch,
  passes: Passes,
  ranges: Ranges,
): Promise<void> {
  const { count } = passes;
  const lists = listNames(context);
  await twoAtATime(inOrder(count), async (pass) => {
    const listed = `listed_${pass}`;
    await context.run(
      `CREATE OR REPLACE TABLE ${listed} AS ${listedSql(scratch.dealt('entries', pass), lists, passes)}`,
    );
    const id = idOf(pass);
    const names = `SELECT name, ${id} AS id, rank, place${lists.length < 2 ? '' : ', ranks'} FROM ${listed}`;
    await scratch.deal('listed', { rows: names, numbered: 'place', count: passes.ranges.count }, pass);
    const named = namedSql(listed, scratch.dealt('resolved', pass), id);
    await scratch.deal('named', { rows: named, numbered: ranges.numberOf('address'), count: ranges.count }, pass);
    await context.run(`DROP TABLE ${listed}`);
  });
  await scratch.remove('resolved');
  await scratch.remove('entries');
}

/** The names of a range's addresses with what is known of the address, its ports together, in order of the range of their place. */
export function placedSql({ rows, names }: RangeTables): string {
  return `
    WITH answering AS (
      SELECT address, bool_or(answered) AS answered, bool_or(capable_v1) AS v1, bool_or(capable_v0) AS v0, min(asn) AS asn
      FROM ${rows} JOIN verdicts USING (verdict)
      GROUP BY address
    )
    SELECT id, address, place, coalesce(answered, false) AS answered, coalesce(v1, false) AS v1, coalesce(v0, false) AS v0, asn
    FROM ${names} LEFT JOIN answering USING (address)
    ORDER BY place`;
}

/** SQL of the ranks of a name by list. */
function ranksOf(lists: readonly string[]): string {
  const [only = ''] = lists;
  if (lists.length < 2) return `[{list: ${sqlText(only)}, rank: rank}]`;
  return `[{list: [${lists.map(sqlText).join(', ')}][r.list], rank: r.rank} FOR r IN ranks]`;
}

/** What the rows of entries have that is made when they are written: to sort it along costs more than to make it. */
interface Made {
  lists: readonly string[];
  run: string;
}

/** The entries of a range of places, in order. Only addresses that answered with a SYN/ACK can be incapable. */
function gatheredSql(listed: string, placed: string, lists: readonly string[]): string {
  return `
    SELECT name, rank, ${lists.length < 2 ? '' : 'ranks, '}coalesce(addresses, []) AS addresses, coalesce(answered, 0) AS addresses_answered,
      coalesce(v1, 0) AS addresses_capable_v1, coalesce(v0, 0) AS addresses_capable_v0,
      coalesce(capable BETWEEN 1 AND answered - 1, false) AS mixed, asn
    FROM ${listed}
    LEFT JOIN (
      SELECT id, list_sort(list(address)) AS addresses, count(*) FILTER (answered) AS answered, count(*) FILTER (v1) AS v1,
        count(*) FILTER (v0) AS v0, count(*) FILTER (v1 OR v0) AS capable, coalesce(min(asn) FILTER (v1 OR v0), min(asn)) AS asn
      FROM ${placed}
      GROUP BY id
    ) USING (id)
    ORDER BY rank NULLS LAST, name`;
}

/** Whole rows of entries, in the schema's order and types, out of those of gatheredSql. */
function wholeDomainsSql(gathered: string, { lists, run }: Made): string {
  const made: Readonly<Record<string, string>> = { ranks: ranksOf(lists), run: sqlText(run) };
  const columns = columnsOf(DomainsRecord).map(
    ([column, type]) => `CAST(${made[column] ?? `"${column}"`} AS ${type}) AS "${column}"`,
  );
  return `SELECT ${columns.join(', ')} FROM ${gathered}`;
}

/** What stands for these columns of a row of gatheredSql in the result of a run (result.ts): of one list the rank says it all. */
function domainResult(lists: readonly string[]): Readonly<Record<string, string | null>> {
  const ranks = lists.length < 2 ? null : `CAST(to_json(${ranksOf(lists)}) AS VARCHAR)`;
  return { ranks, addresses: "array_to_string(addresses, ' ')" };
}

/** Gathers the entries range by range of their places, and writes the pieces of domains.parquet. */
export async function writeDomains(
  context: WholeContext<Config>,
  scratch: Scratch,
  { ranges }: Passes,
  to: { run: string; result: Result },
): Promise<void> {
  const lists = listNames(context);
  to.result.add(JSON.stringify(lists));
  await twoEndedInOrder(inOrder(ranges.count), async (range) => {
    const table = `range_entries_${range}`;
    const placed = `(FROM ${scratch.files('placed')} WHERE place = ${range})`;
    await context.run(
      `CREATE OR REPLACE TABLE ${table} AS ${gatheredSql(scratch.dealt('listed', range), placed, lists)}`,
    );
    const piece = { name: 'domains', number: range, schema: DomainsRecord };
    await writePiece(context, scratch, piece, wholeDomainsSql(table, { lists, run: to.run }));
    const added = await to.result.write(table, table, DomainsRecord, domainResult(lists));
    await context.run(`DROP TABLE ${table}`);
    return async () => {
      await added();
      context.progress(range + 1, `names: range ${range + 1} of ${ranges.count}`);
    };
  });
}
