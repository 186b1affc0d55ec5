import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { z } from 'zod';
import { openDatabase, runSql, sqlText, viewSql } from '../core/duckdb.ts';
import type { JudgedEndpoint } from '../evidence/judge.ts';
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

function timesOf({ replies }: JudgedEndpoint): { from: string; to: string } {
  const times = replies.map(({ received_at }) => received_at);
  const from = times.reduce((a, b) => (a < b ? a : b));
  return { from, to: times.reduce((a, b) => (a > b ? a : b)) };
}

function span(a: Times, b: { from: string; to: string }): { from: string; to: string } {
  if (a === null) return b;
  return { from: a.from < b.from ? a.from : b.from, to: a.to > b.to ? a.to : b.to };
}

/** A row of hosts with what replies alone tell. Everything else was not measured, and says so. */
export function hostOf(endpoint: JudgedEndpoint, run: string): HostsRecord {
  const { address, port, v1, v0, syn_rtt_us } = endpoint;
  const { from, to } = timesOf(endpoint);
  const family = address.includes(':') ? 6 : 4;
  const told = { address, port, v1, v0, syn_rtt_us, domains: [], run, family, first_reply_at: from, last_reply_at: to };
  const known = new Map<string, unknown>(Object.entries({ ...told, vantage: 'unknown' }));
  const fields = Object.keys(HostsRecord.shape).map((field): [string, unknown] => {
    const of = field.replace(/_missing$/, '');
    if (of === field) return [field, known.get(field) ?? null];
    return [field, (known.get(of) ?? null) === null ? 'not_measured' : null];
  });
  return HostsRecord.parse(Object.fromEntries(fields));
}

async function writeParquet(folder: string, name: string, schema: z.ZodType, lines: string[]): Promise<string> {
  const path = join(folder, `${name}.parquet`);
  const database = await openDatabase({ temp: join(folder, 'sorting') });
  try {
    await runSql(database, viewSql(name, lines, schema));
    await runSql(database, `COPY (FROM ${name}) TO ${sqlText(path)} (FORMAT parquet)`);
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
    text: `No run stands behind this page: it is made of ${plural(lines, 'line', 'lines')} of a prober's output. What was asked, and how much of it was silent or lost, is not known.`,
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
    asked: null,
    notices: rejected === 0 ? [alone] : [lost, alone],
    programs: [],
    setting: [['rules_version', String(rulesVersion)]],
    config: [],
    inputs: [],
    result: null,
  };
}

/**
 * Tables and page of a prober's output alone.
 * @param input.folder for what is put together on the way
 * @param input.counts asked when the last endpoint was read
 */
export async function reportReplies(input: {
  endpoints: AsyncIterable<JudgedEndpoint>;
  folder: string;
  out: string;
  run: string;
  software: string;
  counts: () => { lines: number; rejected: number };
}): Promise<ReportSummary> {
  const { folder, out, run, software } = input;
  const file = join(folder, 'hosts.ndjson');
  const stream = createWriteStream(file, { mode: 0o600 });
  const output = new LineOutput(stream);
  let measured: Times = null;
  for await (const endpoint of input.endpoints) {
    measured = span(measured, timesOf(endpoint));
    await output.write(JSON.stringify(hostOf(endpoint, run)));
  }
  await output.end();
  stream.end();
  await finished(stream);
  const hosts = await writeParquet(folder, 'hosts', HostsRecord, output.lines === 0 ? [] : [file]);
  const domains = await writeParquet(folder, 'domains', DomainsRecord, []);
  return await writeReport({ hosts, domains, out, facts: factsOf({ run, software, measured, ...input.counts() }) });
}
