import { z } from 'zod';
import type { Config } from '../config/config.ts';
import { noCounts } from '../core/folder/entries.ts';
import type { WholeContext, WholeStage } from '../core/stage.ts';
import { ruleSets } from '../evidence/rule-sets/rule-sets.ts';
import { DomainsRecord } from '../schemas/records/domains.ts';
import { HostsRecord } from '../schemas/records/hosts.ts';
import { dealNames, passesOf, placedSql, writeDomains } from './merge/domains.ts';
import { hostResult, hostsSql, rangeTables, type Setting, settingOf, wholeHostsSql } from './merge/hosts.ts';
import { judgeRange, prepareVerdicts } from './merge/judging.ts';
import { joinPieces, requireOrder, writePiece } from './merge/output.ts';
import { type Ranges, rangesOf } from './merge/ranges.ts';
import { rescannedFile, writeRescanned } from './merge/rescanned.ts';
import { Result } from './merge/result.ts';
import { Scratch } from './merge/scratch.ts';
import { allOf, inOrder, makeAndWrite } from './merge/side-by-side.ts';
import { hostTables, joinedTables, keysSql } from './merge/tables.ts';
import type { Verdicts } from './merge/verdicts.ts';

interface Work {
  context: WholeContext<Config>;
  scratch: Scratch;
  setting: Setting;
  verdicts: Verdicts;
  ranges: Ranges;
  result: Result;
}

const joinedFile = (name: string) => `${name}.parquet`;

/** Rows of a group of which there are many files, each with a few of every range of places. */
const narrowGroup = 4096;

/** Makes the tables of a range. */
async function makeRange({ context, scratch, setting, verdicts, ranges }: Work, range: number): Promise<void> {
  const tables = rangeTables(range);
  const within = ranges.within('address', range);
  await context.run(`CREATE OR REPLACE VIEW ${tables.names} AS FROM ${scratch.dealt('named', range)}`);
  for (const name of Object.keys(joinedTables)) {
    await context.run(`CREATE OR REPLACE VIEW ${name} AS FROM ${scratch.file(joinedFile(name))} WHERE ${within}`);
  }
  for (const [name, sql] of Object.entries(hostTables)) {
    await context.run(`CREATE OR REPLACE VIEW ${name} AS FROM (${sql}) WHERE ${within}`);
  }
  await judgeRange(context, scratch, verdicts, { range, table: tables.hosts });
  await context.run(`CREATE OR REPLACE TABLE ${tables.rows} AS ${hostsSql(setting, tables)}`);
}

/** Writes the hosts of a range as a piece of hosts.parquet, and what the list's entries need of them into `placed/` of the scratch folder. */
async function writeRange({ context, scratch, setting, result, verdicts }: Work, range: number): Promise<void> {
  const tables = rangeTables(range);
  const piece = { name: 'hosts', number: range, schema: HostsRecord };
  await writePiece(context, scratch, piece, wholeHostsSql(tables.rows, setting, verdicts));
  await result.add(tables.rows, HostsRecord, hostResult(verdicts));
  await scratch.writeSliced(`placed/${String(range).padStart(6, '0')}.parquet`, placedSql(tables), narrowGroup);
}

/** Merges range by range; one is written while the next is made. */
async function mergeRanges(work: Work): Promise<void> {
  const { context, ranges } = work;
  await makeAndWrite(
    ranges.count,
    async (range) => {
      await makeRange(work, range);
      context.progress(range + 1, `hosts: range ${range + 1} of ${ranges.count}`);
    },
    (range) => writeRange(work, range),
  );
  for (const range of inOrder(Math.min(2, ranges.count))) {
    const { hosts, rows } = rangeTables(range);
    for (const table of [hosts, rows]) await context.run(`DROP TABLE ${table}`);
  }
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

/** A range weighs so many times what a pass over the list holds. */
const rangePerPass = 1.5;

async function mergeBy(context: WholeContext<Config>, size: number) {
  const setting = settingOf(context);
  const scratch = await Scratch.create(context);
  const result = new Result(context, scratch);
  const ranges = await rangesOf(context, keysSql(context.config.scan.versions.length), rangePerPass * size);
  const passes = await passesOf(context, size);
  const restoreThreads = await halveThreads(context);
  await dealNames(context, scratch, passes, ranges);
  const verdicts = await prepareVerdicts(context, scratch, ranges);
  for (const [name, sql] of Object.entries(joinedTables)) await scratch.writeSliced(joinedFile(name), sql);
  await mergeRanges({ context, scratch, setting, verdicts, ranges, result });
  const counts = noCounts();
  await allOf([
    joinPieces(context, scratch, 'hosts', HostsRecord).then((rows) => {
      counts.units_in = rows;
    }),
    writeDomains(context, scratch, passes, { run: setting.run, result }),
  ]);
  await requireOrder(context);
  await writeRescanned(context, scratch);
  counts.answered = counts.units_in;
  counts.records_out = counts.units_in + (await joinPieces(context, scratch, 'domains', DomainsRecord));
  await scratch.remove('');
  await restoreThreads();
  context.setResult(result.digest(), ruleSets[context.manifest.rule_set].version);
  return counts;
}

/** All that measures, in the order of the pipeline. */
export const readByMerge: readonly string[] = [
  'targets',
  'resolve',
  'scan',
  'confirm',
  'handshake',
  'path',
  'hops',
  'rescan',
  'asn',
  'whois',
  'geo',
  'os',
];

/**
 * All records into one row per host, where the evidence becomes a verdict (verdict.ts), and one row per domain.
 * @param size entries of the list that are held in memory at a time; replies and names of a range are held accordingly
 */
export function mergeOfSize(size: number): WholeStage<Config> {
  return {
    kind: 'whole',
    name: 'merge',
    reads: [...readByMerge],
    unit: 'address and port that answered',
    outputs: ['hosts.parquet', 'domains.parquet', rescannedFile],
    run: (context) => mergeBy(context, size),
  };
}

export const merge = mergeOfSize(400_000);
