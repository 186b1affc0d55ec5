import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { PrefixSet } from '../address/prefix-set.ts';
import type { Config } from '../config/config.ts';
import { columnsOf, volatileFields } from '../core/columns.ts';
import { sqlText, viewSql } from '../core/duckdb.ts';
import { noCounts } from '../core/folder/entries.ts';
import { LineWriter } from '../core/folder/files.ts';
import type { WholeContext, WholeStage } from '../core/stage.ts';
import { traceKey } from '../evidence/judge.ts';
import { KeyTraces } from '../evidence/keys.ts';
import { rulesVersion } from '../evidence/verdict.ts';
import { DomainsRecord } from '../schemas/records/domains.ts';
import { HostsRecord } from '../schemas/records/hosts.ts';
import { ScanRecord } from '../schemas/records/scan.ts';
import { gatherDomains } from './merge/domains.ts';
import { MergeRow, mergeRow } from './merge/row.ts';
import { candidateRepliesSql, entryAddressesSql, entryTables, hostsSql, slicesSql, sortedTables } from './merge/sql.ts';

const Address = z.object({ address: z.string() });

/** Addresses whose records are held at a time. */
const sliceSize = 20_000;

/** The record as JSON text without the fields that its schema marks volatile: what two runs of the same thing agree on. */
function stableText(record: Record<string, unknown>, volatile: Set<string>): string {
  return JSON.stringify(Object.fromEntries(Object.entries(record).filter(([field]) => !volatile.has(field))));
}

function leftOutStages({ manifest }: WholeContext<Config>): Set<string> {
  const stages = Object.entries(manifest.stages).filter(([, entry]) => entry.status === 'left_out');
  return new Set(stages.map(([name]) => name));
}

/** Writes NDJSON, then the same rows as Parquet with the columns of the schema; the NDJSON goes. */
async function writeParquet(
  context: WholeContext<Config>,
  name: string,
  schema: z.ZodType,
  lines: AsyncIterable<string>,
): Promise<number> {
  const ndjson = join(context.folder, '.tmp', `${name}.ndjson`);
  const parquet = join(context.folder, `${name}.parquet`);
  const writer = await LineWriter.create(ndjson);
  for await (const line of lines) await writer.write(line);
  await writer.finish();
  await context.run(viewSql(name, [ndjson], schema));
  const columns = columnsOf(schema).map(([column]) => `"${column}"`);
  await context.run(
    `COPY (SELECT ${columns.join(', ')} FROM ${name}) TO ${sqlText(parquet)} (FORMAT parquet, COMPRESSION zstd)`,
  );
  await context.run(`CREATE OR REPLACE VIEW ${name} AS SELECT * FROM read_parquet(${sqlText(parquet)})`);
  await rm(ndjson);
  return writer.lines;
}

/** Writes tables one after another, so that no statement holds two joins, and makes them views. */
async function writeTables(context: WholeContext<Config>, tables: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, sql] of Object.entries(tables)) {
    const file = sqlText(join(context.folder, '.tmp', `${name}.parquet`));
    await context.run(`COPY (${sql}) TO ${file} (FORMAT parquet, ROW_GROUP_SIZE 8192)`);
    await context.run(`CREATE OR REPLACE VIEW ${name} AS SELECT * FROM read_parquet(${file})`);
  }
}

/** Rows of the list's entries and addresses, in order. */
async function* entryRows(context: WholeContext<Config>): AsyncGenerator<unknown> {
  await writeTables(context, { ...entryTables, ordered: entryAddressesSql });
  yield* context.query('SELECT * FROM ordered');
}

/** Conditions on `address` that cut all hosts into slices, in order. */
async function slices(context: WholeContext<Config>): Promise<string[]> {
  const firsts: string[] = [];
  for await (const value of context.query(slicesSql(sliceSize))) firsts.push(Address.parse(value).address);
  return firsts.map((first, index) => {
    const next = firsts[index + 1];
    const from = `address >= ${sqlText(first)}`;
    return next === undefined ? from : `${from} AND address < ${sqlText(next)}`;
  });
}

/** What the keys of the run leave that more than one SYN got: read from the bytes of every reply with an MPTCP option. */
async function tracesOfRun(context: WholeContext<Config>): Promise<ReadonlySet<string>> {
  const traces = new KeyTraces();
  for await (const value of context.query(candidateRepliesSql)) traceKey(traces, ScanRecord.parse(value));
  return traces.shared();
}

async function* hostRows(context: WholeContext<Config>): AsyncGenerator<unknown> {
  await writeTables(context, sortedTables);
  for (const within of await slices(context)) yield* context.query(hostsSql(within));
}

async function run(context: WholeContext<Config>) {
  const sharedTraces = await tracesOfRun(context);
  const lab = new PrefixSet(context.config.lab_ranges);
  const judging = { config: context.config, lab, sharedTraces, leftOut: leftOutStages(context) };
  const result = createHash('sha256');

  async function* hosts(): AsyncGenerator<string> {
    const volatile = volatileFields(HostsRecord);
    let done = 0;
    for await (const value of hostRows(context)) {
      const host = HostsRecord.parse(mergeRow(MergeRow.parse(value), judging));
      result.update(stableText(host, volatile));
      done += 1;
      if (done % 10_000 === 0) context.progress(done, `${done} hosts`);
      yield JSON.stringify(host);
    }
  }
  async function* domains(): AsyncGenerator<string> {
    const volatile = volatileFields(DomainsRecord);
    for await (const value of gatherDomains(entryRows(context))) {
      const domain = DomainsRecord.parse(value);
      result.update(stableText(domain, volatile));
      yield JSON.stringify(domain);
    }
  }

  const counts = noCounts();
  counts.units_in = await writeParquet(context, 'hosts', HostsRecord, hosts());
  counts.answered = counts.units_in;
  counts.records_out = counts.units_in + (await writeParquet(context, 'domains', DomainsRecord, domains()));
  context.setResult(result.digest('hex'), rulesVersion);
  return counts;
}

/** All records into one row per host, where the evidence becomes a verdict (verdict.ts), and one row per domain. */
export const merge: WholeStage<Config> = {
  kind: 'whole',
  name: 'merge',
  reads: ['targets', 'resolve', 'scan', 'handshake', 'asn', 'whois', 'geo', 'os', 'path'],
  unit: 'address and port that answered',
  outputs: ['hosts.parquet', 'domains.parquet'],
  run,
};
