import { z } from 'zod';
import type { Config } from '../config/config.ts';
import { noCounts } from '../core/folder/entries.ts';
import type { WholeContext, WholeStage } from '../core/stage.ts';
import { ruleSets } from '../evidence/rule-sets/rule-sets.ts';
import { DomainsRecord } from '../schemas/records/domains.ts';
import { HostsRecord } from '../schemas/records/hosts.ts';
import { type Passes, passesOf, placedSql, writeDomains } from './merge/domains.ts';
import {
  hostResult,
  hostsSql,
  rangeNamesSql,
  rangeTables,
  type Setting,
  settingOf,
  wholeHostsSql,
} from './merge/hosts.ts';
import { judgeRange, prepareVerdicts } from './merge/judging.ts';
import { requireOrder, writeOutput } from './merge/output.ts';
import { type Ranges, rangesOf } from './merge/ranges.ts';
import { repliesSql } from './merge/replies.ts';
import { Result } from './merge/result.ts';
import { type Dealing, Scratch } from './merge/scratch.ts';
import { allOf, inOrder, twoAtATime } from './merge/side-by-side.ts';
import { askedSql, hostTables, keysSql, namedSql, resolvedSql } from './merge/tables.ts';
import type { Verdicts } from './merge/verdicts.ts';

interface Work {
  context: WholeContext<Config>;
  scratch: Scratch;
  setting: Setting;
  verdicts: Verdicts;
  ranges: Ranges;
  passes: Passes;
  result: Result;
}

/** Makes the tables of a range. */
async function makeRange({ context, scratch, setting, verdicts }: Work, range: number): Promise<void> {
  const tables = rangeTables(range);
  for (const name of ['named', ...Object.keys(hostTables)]) await scratch.view(name, range);
  await judgeRange(context, scratch, verdicts, { range, table: tables.hosts });
  await context.run(`CREATE OR REPLACE TABLE ${tables.names} AS ${rangeNamesSql}`);
  await context.run(`CREATE OR REPLACE TABLE ${tables.rows} AS ${hostsSql(setting, tables)}`);
}

/** Writes the hosts of a range, and what the list's entries need of them, into the files `hosts/` and `placed/` of the scratch folder. */
async function writeRange({ scratch, passes, result, verdicts }: Work, range: number): Promise<void> {
  const tables = rangeTables(range);
  const file = `${String(range).padStart(6, '0')}.parquet`;
  await allOf([
    result.add(tables.rows, HostsRecord, hostResult(verdicts)),
    scratch.write(`hosts/${file}`, `FROM ${tables.rows}`),
    scratch.writeSliced(`placed/${file}`, placedSql(passes, tables)),
  ]);
}

/** Merges range by range; one is written while the next is made. */
async function mergeRanges(work: Work): Promise<void> {
  const { context, ranges } = work;
  let writing: Promise<void> = Promise.resolve();
  for (let range = 0; range < ranges.count; range++) {
    await allOf([writing, makeRange(work, range)]);
    writing = writeRange(work, range);
    context.progress(range + 1, `hosts: range ${range + 1} of ${ranges.count}`);
  }
  await writing;
  const tables = [0, 1].slice(0, ranges.count).flatMap((range) => Object.values(rangeTables(range)));
  for (const table of tables) await context.run(`DROP TABLE ${table}`);
}

const Threads = z.object({ threads: z.int() });

/** Two statements run side by side from here on: rows in order cost two threads of one statement more than they save. */
async function halveThreads({ query, run }: WholeContext<Config>): Promise<() => Promise<void>> {
  let threads = 1;
  for await (const value of query("SELECT CAST(current_setting('threads') AS INTEGER) AS threads")) {
    threads = Threads.parse(value).threads;
  }
  await run(`SET GLOBAL threads = ${Math.max(1, Math.floor(threads / 2))}`);
  return () => run(`SET GLOBAL threads = ${threads}`);
}

/** Deals what is read range by range out to the ranges, two tables at a time. */
async function dealOut(scratch: Scratch, ranges: Ranges, passes: Passes): Promise<void> {
  const byAddress = { numbered: ranges.numberOf('address'), count: ranges.count };
  const byName = { numbered: `CAST(hash(asked) % ${passes.count} AS INTEGER)`, count: passes.count };
  const tables: [name: string, dealing: Dealing][] = [
    ['resolved', { rows: resolvedSql, ...byName }],
    ['replies', { rows: repliesSql, ...byAddress }],
    ['asked', { rows: askedSql, ...byName }],
  ];
  for (const [name, rows] of Object.entries(hostTables)) tables.push([name, { rows, ...byAddress }]);
  await twoAtATime(tables, ([name, dealing]) => scratch.deal(name, dealing));
  const joins = inOrder(passes.count).map((pass) =>
    namedSql(scratch.dealt('asked', pass), scratch.dealt('resolved', pass)),
  );
  await scratch.dealInTurns('named', joins, byAddress);
  for (const name of ['asked', 'resolved']) await scratch.remove(name);
}

async function mergeBy(context: WholeContext<Config>, size: number) {
  const setting = settingOf(context);
  const scratch = await Scratch.create(context);
  const result = new Result(context, scratch);
  const ranges = await rangesOf(context, keysSql, size);
  const passes = await passesOf(context, size);
  const restoreThreads = await halveThreads(context);
  await dealOut(scratch, ranges, passes);
  const verdicts = await prepareVerdicts(context, scratch, ranges);
  await mergeRanges({ context, scratch, setting, verdicts, ranges, passes, result });
  const counts = noCounts();
  const hosts = wholeHostsSql(scratch.files('hosts'), setting, verdicts);
  let domains = '';
  await allOf([
    writeOutput(context, 'hosts', HostsRecord, hosts).then((rows) => {
      counts.units_in = rows;
    }),
    writeDomains(context, scratch, passes, setting.run).then((sql) => {
      domains = sql;
    }),
  ]);
  await requireOrder(context);
  counts.answered = counts.units_in;
  await scratch.remove('hosts');
  await allOf([
    writeOutput(context, 'domains', DomainsRecord, domains).then((rows) => {
      counts.records_out = counts.units_in + rows;
    }),
    result.add(`(${domains})`, DomainsRecord),
  ]);
  await scratch.remove('');
  await restoreThreads();
  context.setResult(result.digest(), ruleSets[context.manifest.rule_set].version);
  return counts;
}

/**
 * All records into one row per host, where the evidence becomes a verdict (verdict.ts), and one row per domain.
 * @param size rows of replies and names, and entries of the list, that are held in memory at a time
 */
export function mergeOfSize(size: number): WholeStage<Config> {
  return {
    kind: 'whole',
    name: 'merge',
    reads: ['targets', 'resolve', 'scan', 'handshake', 'asn', 'whois', 'geo', 'os', 'path'],
    unit: 'address and port that answered',
    outputs: ['hosts.parquet', 'domains.parquet'],
    run: (context) => mergeBy(context, size),
  };
}

export const merge = mergeOfSize(400_000);
