import { z } from 'zod';
import type { Config } from '../config/config.ts';
import { noCounts } from '../core/folder/entries.ts';
import { type Ranges, rangesOf, type Span } from '../core/rows/ranges.ts';
import { allOf } from '../core/side-by-side/all-of.ts';
import { inOrder, twoAtATime, twoEndedInOrder } from '../core/side-by-side/at-once.ts';
import type { WholeContext, WholeStage } from '../core/stage.ts';
import { ruleSets } from '../evidence/rule-sets/rule-sets.ts';
import { DomainsRecord } from '../schemas/records/domains.ts';
import { HostsRecord } from '../schemas/records/hosts.ts';
import { Details, detailsFile } from './merge/details.ts';
import { dealNames, listDealings, passesOf, placedSql, writeDomains } from './merge/domains.ts';
import { hostResult, hostsSql, wholeHostsSql } from './merge/hosts/hosts.ts';
import { KnownHosts } from './merge/hosts/known.ts';
import { type Others, type RangeTables, type Setting, settingOf } from './merge/hosts/setting.ts';
import { judgeRange, makeHosts, prepareVerdicts } from './merge/judging.ts';
import { joinPieces, requireOrder, writePiece } from './merge/output.ts';
import { rescannedFile, writeRescanned } from './merge/rescanned.ts';
import { Result } from './merge/result.ts';
import { Scratch } from './merge/scratch.ts';
import { drawnTables, hostTables, joinedFile, joinedTables, keysSql } from './merge/tables.ts';
import type { Verdicts } from './merge/verdicts.ts';

interface Work {
  context: WholeContext<Config>;
  scratch: Scratch;
  setting: Setting;
  verdicts: Verdicts;
  ranges: Ranges;
  known: KnownHosts;
  result: Result;
  details: Details;
}

/** Rows of a group of which there are many files, each with a few of every range of places. */
const narrowGroup = 4096;

/** What some ranges have of the tables of tables.ts. */
function othersOf(scratch: Scratch, ranges: Ranges, { first, last }: Span): Others {
  const within = ranges.within('address', first, last);
  const read = [
    ...Object.keys({ ...joinedTables, ...drawnTables }).map((name) => [name, scratch.file(joinedFile(name))] as const),
    ...Object.entries(hostTables).map(([name, sql]) => [name, `(${sql})`] as const),
  ];
  return new Map(read.map(([name, from]) => [name, `(FROM ${from} WHERE ${within})`]));
}

function tablesOf({ scratch, ranges, known }: Work, range: number): RangeTables {
  return {
    hosts: `range_hosts_${range}`,
    names: scratch.dealt('named', range),
    rows: `range_rows_${range}`,
    known: known.of(range),
    others: othersOf(scratch, ranges, { first: range, last: range }),
  };
}

/** Makes the hosts of a range. */
async function makeRange(work: Work, range: number): Promise<void> {
  const { context, scratch, setting } = work;
  const tables = tablesOf(work, range);
  const { hosts, rows } = tables;
  await makeHosts(context, scratch, { range, table: hosts });
  await context.run(`CREATE OR REPLACE TABLE ${rows} AS ${hostsSql(setting, tables)}`);
  await context.run(`DROP TABLE ${hosts}`);
}

/** Writes the hosts of a range as a piece of hosts.parquet, holds those of details.parquet, and writes what the list's entries need of them into `placed/` of the scratch folder. */
async function writeRange(work: Work, range: number): Promise<() => Promise<void>> {
  const { context, scratch, setting, result, details, verdicts } = work;
  const tables = tablesOf(work, range);
  const { rows } = tables;
  const piece = { name: 'hosts', number: range, schema: HostsRecord };
  await writePiece(context, scratch, piece, wholeHostsSql(rows, setting, verdicts));
  const held = await details.hold(range, rows);
  await scratch.writeSliced(`placed/${String(range).padStart(6, '0')}.parquet`, placedSql(tables), narrowGroup);
  const added = await result.write(rows, rows, HostsRecord, hostResult(setting, verdicts));
  await context.run(`DROP TABLE ${rows}`);
  return async () => {
    await added();
    await held();
  };
}

/** Merges two ranges at a time, each from its judging to its piece: statements of one thread, of which two processors always have one each. */
async function mergeRanges(work: Work): Promise<void> {
  const { context, scratch, verdicts, ranges, details } = work;
  let judged: Promise<void> = Promise.resolve();
  await twoEndedInOrder(inOrder(ranges.count), async (range) => {
    judged = judged.then(() => judgeRange(context, scratch, verdicts, range));
    await judged;
    await makeRange(work, range);
    const added = await writeRange(work, range);
    return async () => {
      await added();
      context.progress(range + 1, `hosts: range ${range + 1} of ${ranges.count}`);
    };
  });
  await details.write();
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

/** Hosts with evidence of their own that are held at a time: so much of a pass. */
const ownPerPass = 1 / 80;
/** Rows about hosts that were asked for more than all are. */
const askedPerPass = 1 / 16;

/** A range weighs so many times what a pass over the list holds. */
const rangePerPass = 1;

async function mergeBy(context: WholeContext<Config>, size: number) {
  const setting = settingOf(context);
  const scratch = await Scratch.create(context);
  const result = new Result(context, scratch);
  const { length: versions } = context.config.scan.versions;
  const ranges = await rangesOf(context.query, (drawn) => keysSql(versions, drawn), rangePerPass * size);
  const passes = await passesOf(context, size);
  const restoreThreads = await halveThreads(context);
  // The addresses found for names take as long to deal out as all the others.
  await twoAtATime(
    [
      ...listDealings(context, passes).map(
        ([name, dealing]) =>
          () =>
            scratch.deal(name, dealing),
      ),
      ...Object.entries(joinedTables).map(
        ([name, sql]) =>
          () =>
            scratch.writeSliced(joinedFile(name), sql),
      ),
    ],
    (work) => work(),
  );
  await dealNames(context, scratch, passes, ranges);
  const verdicts = await prepareVerdicts(context, scratch, ranges, ownPerPass * size);
  for (const [name, sql] of Object.entries(drawnTables)) await scratch.writeSliced(joinedFile(name), sql);
  const details = new Details(context, scratch, (rows) => wholeHostsSql(rows, setting, verdicts));
  const of = (span: Span) => othersOf(scratch, ranges, span);
  const known = await KnownHosts.write(context, { scratch, ranges, setting }, of, askedPerPass * size);
  await mergeRanges({ context, scratch, setting, verdicts, ranges, known, result, details });
  const counts = noCounts();
  await allOf([
    joinPieces(context, scratch, 'hosts', HostsRecord).then(async (rows) => {
      counts.units_in = rows;
      await requireOrder(context);
      await joinPieces(context, scratch, 'details', HostsRecord);
    }),
    writeDomains(context, scratch, passes, { run: setting.run, result }),
  ]);
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
    outputs: ['hosts.parquet', detailsFile, 'domains.parquet', rescannedFile],
    repeats: [detailsFile],
    run: (context) => mergeBy(context, size),
  };
}

export const merge = mergeOfSize(400_000);
