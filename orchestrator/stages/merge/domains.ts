import { z } from 'zod';
import type { Config } from '../../config/config.ts';
import { columnsOf } from '../../core/columns.ts';
import { sqlText } from '../../core/duckdb.ts';
import type { WholeContext } from '../../core/stage.ts';
import { DomainsRecord } from '../../schemas/records/domains.ts';
import type { Scratch } from './scratch.ts';

/** Entries that one pass gathers: their addresses are held in memory then, however long the list is. */
const entriesPerPass = 250_000;

const Lines = z.object({ lines: z.int() });

/** How many passes the list of the run needs. */
export async function passesOf({ query }: WholeContext<Config>): Promise<number> {
  for await (const value of query("SELECT count(*) AS lines FROM targets WHERE kind = 'name'")) {
    return Math.max(1, Math.ceil(Lines.parse(value).lines / entriesPerPass));
  }
  return 1;
}

/** SQL of the pass that a name belongs to. It only deals names out: each is gathered whole in one pass. */
const passOf = (passes: number) => `CAST(hash(name) % ${passes} AS INTEGER)`;

/** Lines of the list that are names, in order of their pass. */
function entriesSql(passes: number): string {
  return `SELECT name, rank, ${passOf(passes)} AS pass FROM targets WHERE kind = 'name' ORDER BY pass`;
}

/** The names of a slice's addresses with what is known of the address, its ports together, in order of their pass. */
export function placedSql(passes: number): string {
  return `
    WITH answering AS (
      SELECT address, bool_or(answered) AS answered, bool_or(capable_v1) AS v1, bool_or(capable_v0) AS v0
      FROM slice_hosts JOIN verdicts USING (verdict)
      GROUP BY address
    )
    SELECT name, address, ${passOf(passes)} AS pass, coalesce(answered, false) AS answered, coalesce(v1, false) AS v1, coalesce(v0, false) AS v0
    FROM slice_names LEFT JOIN answering USING (address)
    ORDER BY pass`;
}

/** The entries of one pass, over the tables `entries` and `placed`. Only addresses that answered with a SYN/ACK can be incapable. */
function passSql(pass: number, run: string): string {
  return `
    SELECT name, rank, coalesce(addresses, []) AS addresses, coalesce(answered, 0) AS addresses_answered,
      coalesce(v1, 0) AS addresses_capable_v1, coalesce(v0, 0) AS addresses_capable_v0,
      coalesce(capable BETWEEN 1 AND answered - 1, false) AS mixed, ${run} AS run
    FROM (SELECT name, min(rank) AS rank FROM entries WHERE pass = ${pass} GROUP BY name)
    LEFT JOIN (
      SELECT name, list_sort(list(address)) AS addresses, count(*) FILTER (answered) AS answered, count(*) FILTER (v1) AS v1,
        count(*) FILTER (v0) AS v0, count(*) FILTER (v1 OR v0) AS capable
      FROM placed WHERE pass = ${pass}
      GROUP BY name
    ) USING (name)`;
}

/** Deals the lines of the list out to the passes. */
export async function writeEntries(scratch: Scratch, passes: number): Promise<void> {
  await scratch.tables({ entries: entriesSql(passes) });
  await scratch.view('placed', scratch.path('placed/*.parquet'));
}

/** Gathers the entries pass by pass; gives the SQL of all of them, in the order of domains.parquet. */
export async function writePasses(scratch: Scratch, passes: number, run: string): Promise<string> {
  for (let pass = 0; pass < passes; pass++) await scratch.write(`domains/${pass}.parquet`, passSql(pass, sqlText(run)));
  const selected = columnsOf(DomainsRecord).map(([column, type]) => `CAST("${column}" AS ${type}) AS "${column}"`);
  return `SELECT ${selected.join(', ')} FROM ${scratch.files('domains')} ORDER BY rank NULLS LAST, name`;
}
