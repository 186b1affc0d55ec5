import type { Config } from '../../config/config.ts';
import { columnsOf } from '../../core/columns.ts';
import { sqlText } from '../../core/duckdb.ts';
import type { WholeContext } from '../../core/stage.ts';
import { listSources } from '../../lists/sources.ts';
import { DomainsRecord } from '../../schemas/records/domains.ts';
import type { RangeTables } from './hosts.ts';
import { writePiece } from './output.ts';
import { type Ranges, rangesOf } from './ranges.ts';
import type { Result } from './result.ts';
import type { Scratch } from './scratch.ts';
import { allOf, inOrder, makeAndWrite } from './side-by-side.ts';
import { rankOfRun, stemOf } from './tables.ts';

/** SQL: where a name of the lists stands in domains.parquet, as a text; the lowest of its ranks counts. */
const placeOf = (rank: string) => `lpad(coalesce(CAST(${rank} AS VARCHAR), repeat('9', 17)), 17, '0') || name`;

/** Passes over the list: each gathers the entries of some names, whose addresses are held in memory then, however long the list is. */
export interface Passes {
  count: number;
  /** Of places in domains.parquet. */
  ranges: Ranges;
}

/** @param size entries that a pass gathers */
export async function passesOf(context: WholeContext<Config>, size: number): Promise<Passes> {
  const ranges = await rangesOf(
    context,
    `SELECT ${placeOf(rankOfRun)} AS key, 1 AS weight FROM targets WHERE kind = 'name'`,
    size,
  );
  return { count: ranges.count, ranges };
}

/** SQL of the pass that a name belongs to, or a name as it was asked. It only deals names out: each is gathered whole in one pass. */
export const passOf = ({ count }: Passes, name: string) => `CAST(hash(${stemOf(name)}) % ${count} AS INTEGER)`;

/** The names of a range's addresses with what is known of the address, its ports together, in order of their pass. */
export function placedSql(passes: Passes, { rows, names }: RangeTables): string {
  return `
    WITH answering AS (
      SELECT address, bool_or(answered) AS answered, bool_or(capable_v1) AS v1, bool_or(capable_v0) AS v0, min(asn) AS asn
      FROM ${rows} JOIN verdicts USING (verdict)
      GROUP BY address
    )
    SELECT name, address, ${passOf(passes, 'name')} AS pass, coalesce(answered, false) AS answered, coalesce(v1, false) AS v1, coalesce(v0, false) AS v0, asn
    FROM ${names} LEFT JOIN answering USING (address)
    ORDER BY pass`;
}

/** The lists of a run by the names that records have for them, in order. */
function listNames({ config }: WholeContext<Config>): string[] {
  return listSources(config.targets).map(({ as }) => as);
}

/** SQL: each name of some entries once, with its ranks: the lowest that each list has for it. */
function rankedSql(entries: string, lists: readonly string[]): string {
  const [only = ''] = lists;
  if (lists.length < 2) {
    return `SELECT name, min(rank) AS rank, [{list: ${sqlText(only)}, rank: min(rank)}] AS ranks FROM ${entries} GROUP BY name`;
  }
  const names = `[${lists.map(sqlText).join(', ')}]`;
  return `
    SELECT name, min(rank) FILTER (list = 1) AS rank,
      [{list: ${names}[r.list], rank: r.rank} FOR r IN list_sort(list({list: list, rank: rank}))] AS ranks
    FROM (SELECT name, list, min(rank) AS rank FROM ${entries} GROUP BY name, list) GROUP BY name`;
}

/** The entries of one pass. Only addresses that answered with a SYN/ACK can be incapable. */
function passSql(ranked: string, placed: string, run: string): string {
  return `
    SELECT name, rank, ranks, coalesce(addresses, []) AS addresses, coalesce(answered, 0) AS addresses_answered,
      coalesce(v1, 0) AS addresses_capable_v1, coalesce(v0, 0) AS addresses_capable_v0,
      coalesce(capable BETWEEN 1 AND answered - 1, false) AS mixed, asn, ${run} AS run
    FROM (${ranked})
    LEFT JOIN (
      SELECT name, list_sort(list(address)) AS addresses, count(*) FILTER (answered) AS answered, count(*) FILTER (v1) AS v1,
        count(*) FILTER (v0) AS v0, count(*) FILTER (v1 OR v0) AS capable, coalesce(min(asn) FILTER (v1 OR v0), min(asn)) AS asn
      FROM ${placed}
      GROUP BY name
    ) USING (name)`;
}

/** Gathers the entries, which have been dealt out, pass by pass, and writes the pieces of domains.parquet range by range. */
export async function writeDomains(
  context: WholeContext<Config>,
  scratch: Scratch,
  passes: Passes,
  to: { run: string; result: Result },
): Promise<void> {
  const { count, ranges } = passes;
  const lists = listNames(context);
  const turns = inOrder(count).map((pass) => {
    const placed = `(SELECT * EXCLUDE (pass) FROM ${scratch.files('placed')} WHERE pass = ${pass})`;
    return passSql(rankedSql(scratch.dealt('entries', pass), lists), placed, sqlText(to.run));
  });
  await scratch.dealInTurns('gathered', turns, {
    numbered: ranges.numberOf(`(${placeOf('rank')})`),
    count: ranges.count,
  });
  const columns = columnsOf(DomainsRecord).map(([column, type]) => `CAST("${column}" AS ${type}) AS "${column}"`);
  const table = (range: number) => `range_entries_${range % 2}`;
  await makeAndWrite(
    ranges.count,
    async (range) => {
      const rows = `SELECT ${columns.join(', ')} FROM ${scratch.dealt('gathered', range)} ORDER BY rank NULLS LAST, name`;
      await context.run(`CREATE OR REPLACE TABLE ${table(range)} AS ${rows}`);
      context.progress(range + 1, `names: range ${range + 1} of ${ranges.count}`);
    },
    async (range) => {
      const piece = { name: 'domains', number: range, schema: DomainsRecord };
      await allOf([
        to.result.add(table(range), DomainsRecord),
        writePiece(context, scratch, piece, `FROM ${table(range)}`),
      ]);
    },
  );
  for (const range of inOrder(Math.min(2, ranges.count))) await context.run(`DROP TABLE ${table(range)}`);
}
