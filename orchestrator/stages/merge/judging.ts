import { rm } from 'node:fs/promises';
import { z } from 'zod';
import { PrefixSet } from '../../address/prefix-set.ts';
import type { Config } from '../../config/config.ts';
import { filesSql } from '../../core/database/sql.ts';
import { type Ranges, type Span, Spans } from '../../core/rows/ranges.ts';
import { inOrder, twoEndedInOrder } from '../../core/side-by-side/at-once.ts';
import type { WholeContext } from '../../core/stage.ts';
import { KeyTraces } from '../../evidence/keys.ts';
import { ruleSets } from '../../evidence/rule-sets/rule-sets.ts';
import { Drawn } from './drawn.ts';
import { Kinds } from './kinds.ts';
import { HostsInTurn, ownHosts } from './own/evidence.ts';
import { judgeLeft, type OwnFiles, readOwn } from './own/own.ts';
import { connectionEvidenceSql, evidenceSql, repliesSql, unjudgedSql } from './replies.ts';
import { outsideCsv, writeOutside } from './scopes.ts';
import type { Scratch } from './scratch.ts';
import { joinedFile } from './tables.ts';
import { classesTable, Verdicts, verdictsTable } from './verdicts.ts';

const unjudgedFile = (range: number) => `unjudged/${range}.parquet`;
const outsideFile = (range: number) => `outside.${range}.csv`;

/** SQL of the hosts of these ranges before they are judged. */
export function unjudgedOf(scratch: Scratch, { first, last }: Span): string {
  const files = inOrder(last - first + 1).map((place) => scratch.path(unjudgedFile(first + place)));
  return filesSql('parquet', files);
}

/** Files of a range's hosts that are judged by their own evidence. */
function ownFiles(scratch: Scratch, range: number): OwnFiles {
  const path = (name: string) => scratch.path(`${name}.${range}`);
  return { alike: path('alike'), left: path('left'), judged: path('judged') };
}

const Own = z.object({ own: z.int() });

/** Hosts of a range that are judged by their own evidence. */
async function countOwn({ query }: WholeContext<Config>, unjudged: string): Promise<number> {
  let count = 0;
  for await (const value of query(`SELECT count(*) FILTER (own) AS own FROM ${unjudged}`))
    count += Own.parse(value).own;
  return count;
}

/** What is read of the replies, by which ranges, and where it goes. */
interface Reading {
  ranges: Ranges;
  /** SQL of what connections say (tables.ts). */
  connections: string;
  kinds: Kinds;
  traces: KeyTraces;
  verdicts: Verdicts;
}

/**
 * Sums the replies of every host up, range by range, into `unjudged/`, and draws the controls.
 * @param counted is told, in order of the ranges, how many hosts of a range are judged by their own evidence
 */
async function sumReplies(
  context: WholeContext<Config>,
  scratch: Scratch,
  { ranges, kinds, ...reading }: Reading,
  counted: (range: number, own: number) => void,
): Promise<void> {
  const lab = new PrefixSet(context.config.lab_ranges);
  const drawn = await Drawn.create(context);
  await twoEndedInOrder(inOrder(ranges.count), async (range) => {
    const replies = `range_replies_${range}`;
    const within = ranges.within('address', range);
    await context.run(`CREATE OR REPLACE TABLE ${replies} AS ${repliesSql(within)}`);
    await kinds.add(replies);
    const connections = `(FROM ${reading.connections} WHERE ${within})`;
    await scratch.write(unjudgedFile(range), unjudgedSql({ replies, connections }));
    await context.run(`DROP TABLE ${replies}`);
    const hosts = scratch.file(unjudgedFile(range));
    await drawn.add(`(SELECT address, port, kind FROM ${hosts})`);
    await writeOutside(context, hosts, lab, scratch.path(outsideFile(range)));
    const count = await countOwn(context, hosts);
    return async () => {
      counted(range, count);
      context.progress(range + 1, `replies: range ${range + 1} of ${ranges.count}`);
    };
  });
  await drawn.end();
}

/**
 * Gathers the evidence of the hosts of a span that are judged by their own.
 * @returns what reads it
 */
async function gatherEvidence(
  context: WholeContext<Config>,
  scratch: Scratch,
  { ranges, connections, ...known }: Reading,
  { first, last }: Span,
): Promise<() => Promise<void>> {
  const within = ranges.within('address', first, last);
  const evidence = `span_evidence_${first}`;
  const unjudged = unjudgedOf(scratch, { first, last });
  await context.run(`CREATE OR REPLACE TABLE ${evidence} AS ${evidenceSql({ unjudged, within })}`);
  return async () => {
    const said = connectionEvidenceSql(`(FROM ${connections} WHERE ${within})`);
    const hosts = new HostsInTurn(ownHosts(context.query(`FROM ${evidence}`), context.query(said)));
    try {
      for (let range = first; range <= last; range += 1) {
        await readOwn(hosts.upTo(ranges.endOf(range)), known, ownFiles(scratch, range));
      }
    } finally {
      await hosts.close();
    }
    await context.run(`DROP TABLE ${evidence}`);
    context.progress(last + 1, `evidence: range ${last + 1} of ${ranges.count}`);
  };
}

/**
 * Sums up the replies of all hosts, and reads the evidence of those that are judged by their own: of several ranges at a time where they are
 * few, since each look into the replies costs, once all are summed up; of one where they are many, beside the sums, which leave a processor
 * to it.
 * @param most hosts whose own evidence is read at a time
 */
async function readReplies(
  context: WholeContext<Config>,
  scratch: Scratch,
  reading: Reading,
  most: number,
): Promise<void> {
  const gather = (span: Span) => gatherEvidence(context, scratch, reading, span);
  const spans = new Spans(most);
  const later: Span[] = [];
  let beside: Promise<void> = Promise.resolve();
  const take = (span: Span | null) => {
    if (span === null) return;
    if (span.first < span.last) {
      later.push(span);
      return;
    }
    beside = beside.then(() => gather(span)).then((read) => read());
    // thrown below; until then no other is read
    beside.catch(() => undefined);
  };
  const summed = sumReplies(context, scratch, reading, (range, own) => take(spans.add(range, own)));
  await summed.then(() => take(spans.end())).finally(() => beside);
  await twoEndedInOrder(later, gather);
}

/**
 * Sums up the evidence of the run by ranges of addresses, and finds what is judged over the whole run.
 * @param most hosts whose own evidence is held at a time
 */
export async function prepareVerdicts(
  context: WholeContext<Config>,
  scratch: Scratch,
  ranges: Ranges,
  most: number,
): Promise<Verdicts> {
  await context.run(verdictsTable);
  await context.run(classesTable);
  const { lab_ranges, scan } = context.config;
  const rules = ruleSets[context.manifest.rule_set];
  const judging = { rules, versions: scan.versions, lab: new PrefixSet(lab_ranges) };
  const verdicts = new Verdicts(judging, context.run);
  const kinds = await Kinds.create(context);
  const traces = new KeyTraces();
  const connections = scratch.file(joinedFile('connections'));
  await readReplies(context, scratch, { ranges, connections, kinds, traces, verdicts }, most);
  verdicts.know({ sharedTraces: traces.shared(), kinds: kinds.all() });
  return verdicts;
}

function freshClassesSql(unjudged: string): string {
  return `
    SELECT kinds, scope
    FROM (SELECT DISTINCT kinds, scope FROM ${unjudged} WHERE NOT own) ANTI JOIN classes USING (kinds, scope)
    ORDER BY kinds, scope`;
}

/** SQL of the lines that say which pair a host has that is judged by its own evidence. */
export function judgedCsv({ alike, judged }: OwnFiles): string {
  const columns = "columns = {address: 'VARCHAR', port: 'BIGINT', verdict: 'INTEGER'}";
  return filesSql('csv', [alike, judged], 'header = false, auto_detect = false', columns);
}

function judgedSql(unjudged: string, own: OwnFiles): string {
  return `
    SELECT u.address, u.port, syn_rtt_us, why, first_reply_at, last_reply_at,
      CASE WHEN u.own THEN o.verdict ELSE c.verdict END AS verdict
    FROM ${unjudged} u
    LEFT JOIN ${judgedCsv(own)} o USING (address, port)
    LEFT JOIN classes c ON NOT u.own AND c.kinds = u.kinds AND c.scope = u.scope`;
}

/** SQL of the hosts of a range before they are judged, with their scope. */
function scopedSql(scratch: Scratch, range: number): string {
  const outside = outsideCsv(scratch.path(outsideFile(range)));
  return `(
    SELECT u.*, coalesce(outside.scope, 'global') AS scope
    FROM ${scratch.file(unjudgedFile(range))} u LEFT JOIN ${outside} outside USING (address))`;
}

/**
 * Judges the hosts of a range: what is new among its classes, and those that are left of those with evidence of their own. One range after
 * the other: a verdict gets its number when it is first met.
 */
export async function judgeRange(
  context: WholeContext<Config>,
  scratch: Scratch,
  verdicts: Verdicts,
  range: number,
): Promise<void> {
  await verdicts.classes(context.query(freshClassesSql(scopedSql(scratch, range))));
  await judgeLeft(verdicts, ownFiles(scratch, range));
}

/** Makes the table of the hosts of a range that was judged, each with the number of its verdicts. */
export async function makeHosts(
  context: WholeContext<Config>,
  scratch: Scratch,
  to: { range: number; table: string },
): Promise<void> {
  const { range, table } = to;
  const files = ownFiles(scratch, range);
  await context.run(`CREATE OR REPLACE TABLE ${table} AS ${judgedSql(scopedSql(scratch, range), files)}`);
  await scratch.remove(unjudgedFile(range));
  for (const file of Object.values(files)) await rm(file, { force: true });
}
