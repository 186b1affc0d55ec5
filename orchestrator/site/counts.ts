import { join } from 'node:path';
import { z } from 'zod';
import { openDatabase, rows, runSql } from '../core/database/duckdb.ts';
import { CensusError } from '../errors.ts';
import { controlsSql, type HostFacts, Wrong } from '../history/counts.ts';
import { rowsOf } from '../report/rows.ts';
import { makeViews } from '../report/views.ts';
import type { Pieces } from './disclosure/pieces.ts';
import type { SiteRun } from './runs.ts';
import { readSiteSql, type SiteQuery } from './sql.ts';
import { countSureness, type SurenessCounts } from './sureness.ts';

const n = z.int();
const Cells = z.object({
  version: z.enum(['v1', 'v0']),
  outer_key: z.string().nullable(),
  inner_key: z.string().nullable(),
  name: z.string().nullable(),
  answered: n,
  answered_addresses: n,
  capable: n,
  capable_addresses: n,
  rest: n,
  rest_addresses: n,
  confirmed: n,
  confirmed_addresses: n,
  unconfirmed: n,
  unconfirmed_addresses: n,
});

const Step = z.object({
  version: z.enum(['v1', 'v0']),
  step: n.nullable(),
  verdict: z.string().nullable(),
  endpoints: n,
  addresses: n,
});
export type Step = z.infer<typeof Step>;

export type Version = 'v1' | 'v0';
export const versions: readonly Version[] = ['v1', 'v0'];

/** A cell of a table of two levels: both keys null for the whole, the inner one for a group. */
export interface Cell {
  version: Version;
  outer: string | null;
  inner: string | null;
  /** As strangers gave it, without control characters. */
  name: string | null;
  pieces: Pieces;
}

/** Everything that the site counts of one run, before any of it is withheld. Nothing of this is written. */
export interface RunCounts {
  places: Cell[];
  ports: Cell[];
  steps: Step[];
  /** Of each kind, how many came out as something else. */
  controls: HostFacts['controls'];
  sureness: SurenessCounts;
  /** Headline numbers by column of the report's summary.sql. */
  summary: (column: string) => number | null;
}

const printable = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

function cellOf(row: z.infer<typeof Cells>, tried: boolean): Cell {
  const count = (endpoints: number, addresses: number) => ({ endpoints, addresses });
  const known = tried && row.version === 'v1';
  return {
    version: row.version,
    outer: row.outer_key,
    inner: row.inner_key,
    name: row.name?.replace(printable, '\ufffd') ?? null,
    pieces: {
      answered: count(row.answered, row.answered_addresses),
      capable: count(row.capable, row.capable_addresses),
      rest: count(row.rest, row.rest_addresses),
      confirmed: known ? count(row.confirmed, row.confirmed_addresses) : null,
      unconfirmed: known ? count(row.unconfirmed, row.unconfirmed_addresses) : null,
    },
  };
}

/** A run of an earlier version has not all columns: its raw files have what they are made of. */
function olderRun(name: string, cause: unknown): unknown {
  if (!(cause instanceof Error) || !cause.message.startsWith('Binder Error')) return cause;
  const [words = ''] = cause.message.split('\n');
  return new CensusError(
    'E_RUN_FOLDER',
    `the hosts of ${name} are of another version of this program: ${words}`,
    'mptcp-census replay RUN makes them anew where its raw files are kept; then give RUN/replay in its place. Without raw files only that version can count it: leave the run out',
    cause,
  );
}

const controls =
  '(SELECT CAST(control AS VARCHAR) AS control, v1.verdict AS verdict_v1, v0.verdict AS verdict_v0 FROM hosts)';

async function controlsIn(query: (sql: string) => AsyncIterable<unknown>): Promise<RunCounts['controls']> {
  const found: RunCounts['controls'] = [];
  for await (const row of query(controlsSql(controls))) found.push(Wrong.parse(row));
  return found;
}

/** Counts one run: its hosts and domains go through the views that its report is made with. */
export async function countRun(
  run: Pick<SiteRun, 'name' | 'folder' | 'seed' | 'rescan'>,
  temp: string,
): Promise<RunCounts> {
  const database = await openDatabase({ temp });
  const source = {
    run: run.name,
    hosts: join(run.folder, 'hosts.parquet'),
    domains: join(run.folder, 'domains.parquet'),
  };
  const query = (sql: string) => rows(database, sql);
  const all = async <Row>(name: SiteQuery, schema: z.ZodType<Row>): Promise<Row[]> => {
    const found: Row[] = [];
    for await (const row of query(await readSiteSql(name))) found.push(schema.parse(row));
    return found;
  };
  try {
    await makeViews(database, { sources: [source], organisations: null, temp });
    await runSql(database, await readSiteSql('claims'));
    const [summary = {}] = await rowsOf(query, 'summary');
    const tried = summary.endpoints_confirmed_v1 !== null;
    const cells = async (name: 'places' | 'ports') => (await all(name, Cells)).map((row) => cellOf(row, tried));
    const places = await cells('places');
    return {
      places,
      ports: [...places.filter(({ outer }) => outer === null), ...(await cells('ports'))],
      steps: await all('steps', Step),
      controls: await controlsIn(query),
      sureness: await countSureness(database, run),
      summary: (column) =>
        z
          .number()
          .nullable()
          .parse(summary[column] ?? null),
    };
  } catch (cause) {
    throw olderRun(run.name, cause);
  } finally {
    database.closeSync();
  }
}
