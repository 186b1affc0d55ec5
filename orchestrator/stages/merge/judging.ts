import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { PrefixSet } from '../../address/prefix-set.ts';
import type { Config } from '../../config/config.ts';
import { sqlText } from '../../core/duckdb.ts';
import type { WholeContext } from '../../core/stage.ts';
import { traceKey } from '../../evidence/judge.ts';
import { KeyTraces } from '../../evidence/keys.ts';
import { ruleSets } from '../../evidence/rule-sets/rule-sets.ts';
import { Drawn } from './drawn.ts';
import { Kinds } from './kinds.ts';
import type { Ranges } from './ranges.ts';
import {
  candidateRepliesSql,
  connectionEvidenceSql,
  evidenceRowsSql,
  evidenceSql,
  repliesSql,
  unjudgedSql,
} from './replies.ts';
import { outsideCsv, writeOutside } from './scopes.ts';
import type { Scratch } from './scratch.ts';
import { inOrder, twoAtATime } from './side-by-side.ts';
import { connectionsSql } from './tables.ts';
import { classesTable, EvidenceRow, Verdicts, verdictsTable } from './verdicts.ts';

/** Adds the keys of all replies with an MPTCP option, read from their bytes. */
export async function addKeys({ query }: WholeContext<Config>, traces: KeyTraces, replies: string): Promise<void> {
  for await (const value of query(candidateRepliesSql(replies))) {
    const { address, port, evidence } = EvidenceRow.parse(value);
    traceKey(traces, { address, port, ...evidence });
  }
}

const unjudgedFile = (range: number) => `unjudged/${range}.parquet`;
const outsideFile = (range: number) => `outside.${range}.csv`;
const evidenceFile = (range: number) => `evidence/${range}.parquet`;
const judgedFile = (range: number) => `judged.${range}.csv`;

interface Summed {
  kinds: Kinds;
  /** Of the keys of the run. */
  traces: KeyTraces;
}

/**
 * Sums the replies of every host up, range by range, into `unjudged/`; writes the evidence of those judged by their own into `evidence/`, reads
 * its keys, and draws the controls.
 */
async function sumReplies(context: WholeContext<Config>, scratch: Scratch, ranges: Ranges): Promise<Summed> {
  const lab = new PrefixSet(context.config.lab_ranges);
  const kinds = await Kinds.create(context);
  const traces = new KeyTraces();
  const drawn = await Drawn.create(context);
  await twoAtATime(inOrder(ranges.count), async (range) => {
    const replies = `range_replies_${range}`;
    const within = ranges.within('address', range);
    await context.run(`CREATE OR REPLACE TABLE ${replies} AS ${repliesSql(within)}`);
    await kinds.add(replies);
    const connections = `(FROM (${connectionsSql}) WHERE ${within})`;
    await scratch.write(unjudgedFile(range), unjudgedSql({ replies, connections }));
    await context.run(`DROP TABLE ${replies}`);
    const hosts = scratch.file(unjudgedFile(range));
    await drawn.add(`(SELECT address, port, kind FROM ${hosts})`);
    await writeOutside(context, hosts, lab, scratch.path(outsideFile(range)));
    await scratch.write(evidenceFile(range), evidenceSql({ unjudged: hosts, within }));
    await addKeys(context, traces, scratch.file(evidenceFile(range)));
    context.progress(range + 1, `replies: range ${range + 1} of ${ranges.count}`);
  });
  await drawn.end();
  return { kinds, traces };
}

/** Sums up the evidence of the run by ranges of addresses, and finds what is judged over the whole run. */
export async function prepareVerdicts(
  context: WholeContext<Config>,
  scratch: Scratch,
  ranges: Ranges,
): Promise<Verdicts> {
  const { kinds, traces } = await sumReplies(context, scratch, ranges);
  await context.run(verdictsTable);
  await context.run(classesTable);
  const { lab_ranges, scan } = context.config;
  const sharedTraces = traces.shared();
  const rules = ruleSets[context.manifest.rule_set];
  const judging = { rules, versions: scan.versions, lab: new PrefixSet(lab_ranges), sharedTraces, kinds: kinds.all() };
  return new Verdicts(judging, context.run);
}

function freshClassesSql(unjudged: string): string {
  return `
    SELECT kinds, scope
    FROM (SELECT DISTINCT kinds, scope FROM ${unjudged} WHERE NOT own) ANTI JOIN classes USING (kinds, scope)
    ORDER BY kinds, scope`;
}

/** SQL of the lines that `Verdicts.own` gave. */
export function judgedCsv(path: string): string {
  return `read_csv(${sqlText(path)}, header = false, auto_detect = false, columns = {address: 'VARCHAR', port: 'BIGINT', verdict: 'INTEGER'})`;
}

function judgedSql(unjudged: string, own: string): string {
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
 * Judges the hosts of a range: what is new among its classes, and those with evidence of their own. One range after the other: a verdict gets
 * its number when it is first met.
 */
export async function judgeRange(
  context: WholeContext<Config>,
  scratch: Scratch,
  verdicts: Verdicts,
  of: { range: number; connections: string },
): Promise<void> {
  const { range, connections } = of;
  await verdicts.classes(context.query(freshClassesSql(scopedSql(scratch, range))));
  const evidence = context.query(evidenceRowsSql(scratch.file(evidenceFile(range))));
  const lines = verdicts.own(evidence, context.query(connectionEvidenceSql(connections)));
  await pipeline(lines, createWriteStream(scratch.path(judgedFile(range))));
  await scratch.remove(evidenceFile(range));
}

/** Makes the table of the hosts of a range that was judged, each with the number of its verdicts. */
export async function makeHosts(
  context: WholeContext<Config>,
  scratch: Scratch,
  to: { range: number; table: string },
): Promise<void> {
  const { range, table } = to;
  const judged = judgedSql(scopedSql(scratch, range), scratch.path(judgedFile(range)));
  await context.run(`CREATE OR REPLACE TABLE ${table} AS ${judged}`);
  for (const file of [judgedFile(range), unjudgedFile(range)]) await scratch.remove(file);
}
