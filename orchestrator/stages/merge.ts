import { PrefixSet } from '../address/prefix-set.ts';
import type { Config } from '../config/config.ts';
import { noCounts } from '../core/folder/entries.ts';
import type { WholeContext, WholeStage } from '../core/stage.ts';
import { traceKey } from '../evidence/judge.ts';
import { KeyTraces } from '../evidence/keys.ts';
import { rulesVersion } from '../evidence/verdict.ts';
import { DomainsRecord } from '../schemas/records/domains.ts';
import { HostsRecord } from '../schemas/records/hosts.ts';
import { passesOf, writeEntries, writePasses } from './merge/domains.ts';
import { settingOf, wholeHostsSql } from './merge/hosts.ts';
import { requireOrder, writeOutput } from './merge/output.ts';
import { candidateRepliesSql, evidenceSql, kindsSql, ownSql, repliesSql } from './merge/replies.ts';
import { Result } from './merge/result.ts';
import { writeOutside } from './merge/scopes.ts';
import { Scratch } from './merge/scratch.ts';
import { mergeSlices } from './merge/slices.ts';
import { sortedTables } from './merge/sorted.ts';
import { classesTable, EvidenceRow, plainReplyOf, Verdicts, verdictsTable } from './merge/verdicts.ts';

/** What the keys of the run leave that more than one SYN got: read from the bytes of every reply with an MPTCP option. */
async function tracesOfRun(context: WholeContext<Config>): Promise<ReadonlySet<string>> {
  const traces = new KeyTraces();
  for await (const value of context.query(candidateRepliesSql)) traceKey(traces, EvidenceRow.parse(value));
  return traces.shared();
}

/** Sorts the records by address, and finds what is judged over the whole run. */
async function prepare(context: WholeContext<Config>, scratch: Scratch): Promise<Verdicts> {
  const lab = new PrefixSet(context.config.lab_ranges);
  await scratch.tables({ replies: repliesSql });
  await context.run(`CREATE OR REPLACE TABLE kinds AS ${kindsSql}`);
  await scratch.tables({ own: ownSql, evidence: evidenceSql, ...sortedTables });
  await writeOutside(context, scratch, lab);
  await context.run(verdictsTable);
  await context.run(classesTable);
  const kinds = [];
  for await (const value of context.query('SELECT kind FROM kinds ORDER BY bit')) kinds.push(plainReplyOf(value));
  const judging = { versions: context.config.scan.versions, lab, sharedTraces: await tracesOfRun(context), kinds };
  return new Verdicts(judging, context.run);
}

async function run(context: WholeContext<Config>) {
  const setting = settingOf(context);
  const scratch = await Scratch.create(context);
  const result = new Result(context, scratch);
  const verdicts = await prepare(context, scratch);
  const passes = await passesOf(context);
  await mergeSlices({ context, scratch, setting, verdicts, passes, result });
  const counts = noCounts();
  counts.units_in = await writeOutput(
    context,
    'hosts',
    HostsRecord,
    wholeHostsSql(scratch.files('hosts'), setting, verdicts),
  );
  await requireOrder(context);
  counts.answered = counts.units_in;
  await scratch.remove('hosts');
  await writeEntries(scratch, passes);
  const domains = await writeOutput(context, 'domains', DomainsRecord, await writePasses(scratch, passes, setting.run));
  counts.records_out = counts.units_in + domains;
  await result.add('domains', DomainsRecord);
  await scratch.remove('');
  context.setResult(result.digest(), rulesVersion);
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
