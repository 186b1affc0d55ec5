import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { columnsOf } from '../core/database/columns.ts';
import { openDatabase, runSql } from '../core/database/duckdb.ts';
import { jsonLinesSql, sqlText } from '../core/database/sql.ts';
import type { JudgedEndpoint } from '../evidence/judge.ts';
import type { Pair } from '../evidence/pairs.ts';
import { rulesVersion } from '../evidence/verdict.ts';
import { lossNotice } from '../machine/notices.ts';
import type { ReportFacts, ReportSummary } from '../report/facts.ts';
import { plural } from '../report/format.ts';
import { writeReport } from '../report/report.ts';
import { DomainsRecord } from '../schemas/records/domains.ts';
import { HostsRecord } from '../schemas/records/hosts.ts';
import { LineOutput } from './line-output.ts';

/** First and last arrival of replies, UTC; null before the first. */
type Times = { from: string; to: string } | null;

function span(a: Times, b: { from: string; to: string }): { from: string; to: string } {
  if (a === null) return b;
  return { from: a.from < b.from ? a.from : b.from, to: a.to > b.to ? a.to : b.to };
}

/** What is written of an endpoint until it becomes a row of hosts. */
const columns =
  "{address: 'VARCHAR', port: 'BIGINT', pair: 'INTEGER', syn_rtt_us: 'DOUBLE', first_reply_at: 'VARCHAR', last_reply_at: 'VARCHAR'}";

function lineOf({ address, port, pair, syn_rtt_us, first_reply_at, last_reply_at }: JudgedEndpoint): string {
  return JSON.stringify({ address, port, pair, syn_rtt_us, first_reply_at, last_reply_at });
}

/**
 * SQL of the rows of hosts with what replies alone tell. Everything else was not measured, and says so.
 * @param pairs verdicts by the number of their pair
 */
function hostsSql(file: string, run: string, pairs: ReadonlyMap<number, Pair>): string {
  const types = new Map(columnsOf(HostsRecord));
  const verdicts = (version: 'v1' | 'v0') => {
    const values = Array.from({ length: pairs.size }, (_, number) => pairs.get(number)?.[version] ?? null);
    return `(CAST(CAST(${sqlText(JSON.stringify(values))} AS JSON) AS ${types.get(version)}[]))[pair + 1]`;
  };
  const told = new Map([
    ...['address', 'port', 'syn_rtt_us', 'first_reply_at', 'last_reply_at'].map((name): [string, string] => [
      name,
      name,
    ]),
    ['v1', verdicts('v1')],
    ['v0', verdicts('v0')],
    ['family', "CASE WHEN contains(address, ':') THEN 6 ELSE 4 END"],
    ['domains', '[]'],
    ['run', sqlText(run)],
    ['vantage', "'unknown'"],
  ]);
  const selected = [...types].map(([name, type]) => {
    const of = told.get(name.replace(/_missing$/, ''));
    const value = !name.endsWith('_missing')
      ? told.get(name)
      : of === undefined
        ? "'not_measured'"
        : `CASE WHEN ${of} IS NULL THEN 'not_measured' END`;
    return `CAST(${value ?? 'NULL'} AS ${type}) AS "${name}"`;
  });
  const lines = jsonLinesSql([file], columns);
  return `SELECT ${selected.join(', ')} FROM ${lines}`;
}

/** What the database may hold; node itself takes some 200 MB. */
const memoryLimit = '400MB';

/** Writes a table as Parquet; gives its path. */
async function writeParquet(folder: string, name: string, sql: string): Promise<string> {
  const path = join(folder, `${name}.parquet`);
  const database = await openDatabase({ temp: join(folder, 'sorting'), memoryLimit });
  try {
    await runSql(database, `COPY (${sql}) TO ${sqlText(path)} (FORMAT parquet)`);
  } finally {
    database.closeSync();
  }
  return path;
}

function factsOf(input: {
  run: string;
  software: string;
  lines: number;
  rejected: number;
  measured: Times;
}): ReportFacts {
  const { run, software, lines, rejected, measured } = input;
  const alone = {
    stage: 'judge',
    text: `There is no run behind this page: it is made from ${plural(lines, 'line', 'lines')} of a prober's output. What was probed, and how much of it was silent or lost, is not known.`,
    lost: false,
  };
  const lost = lossNotice('judge', 'unread_lines', rejected, lines);
  return {
    run,
    replies: { lines, rejected },
    lab: false,
    measured,
    software,
    stages: [],
    versions: null,
    asked: null,
    lost: { replies: rejected, opinions: null },
    rescan: null,
    seed: null,
    vantage: null,
    notices: rejected === 0 ? [alone] : [lost, alone],
    programs: [],
    setting: [['rules_version', String(rulesVersion)]],
    config: [],
    inputs: [],
    result: null,
  };
}

/**
 * Puts judged endpoints into a table of hosts.
 * @param folder for what is put together on the way
 */
export async function writeHosts(
  endpoints: AsyncIterable<readonly JudgedEndpoint[]>,
  folder: string,
  run: string,
): Promise<{ path: string; measured: Times }> {
  const file = join(folder, 'hosts.ndjson');
  const stream = createWriteStream(file, { mode: 0o600 });
  const output = new LineOutput(stream);
  const pairs = new Map<number, Pair>();
  let measured: Times = null;
  for await (const some of endpoints) {
    for (const endpoint of some) {
      measured = span(measured, { from: endpoint.first_reply_at, to: endpoint.last_reply_at });
      if (!pairs.has(endpoint.pair)) pairs.set(endpoint.pair, endpoint);
      output.add(lineOf(endpoint));
    }
    await output.drain();
  }
  await output.end();
  stream.end();
  await finished(stream);
  const path = await writeParquet(folder, 'hosts', hostsSql(file, run, pairs));
  await rm(file);
  return { path, measured };
}

/**
 * Tables and page of a prober's output alone.
 * @param input.folder for what is put together on the way
 * @param input.counts asked when the last endpoint was read
 */
export async function reportReplies(input: {
  endpoints: AsyncIterable<readonly JudgedEndpoint[]>;
  folder: string;
  out: string;
  run: string;
  software: string;
  counts: () => { lines: number; rejected: number };
}): Promise<ReportSummary> {
  const { folder, out, run, software } = input;
  const { path: hosts, measured } = await writeHosts(input.endpoints, folder, run);
  const none = columnsOf(DomainsRecord).map(([name, type]) => `CAST(NULL AS ${type}) AS "${name}"`);
  const domains = await writeParquet(folder, 'domains', `SELECT ${none.join(', ')} WHERE false`);
  return await writeReport({ hosts, domains, out, facts: factsOf({ run, software, measured, ...input.counts() }) });
}
