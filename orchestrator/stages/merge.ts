import type { Config } from '../config/config.ts';
import { noCounts } from '../core/folder/entries.ts';
import type { WholeContext, WholeStage } from '../core/stage.ts';
import { ruleSets } from '../evidence/rule-sets/rule-sets.ts';
import { DomainsRecord } from '../schemas/records/domains.ts';
import { HostsRecord } from '../schemas/records/hosts.ts';
import { type Passes, passesOf, placedSql, writeDomains } from './merge/domains.ts';
import { hostResult, hostsSql, rangeNamesSql, type Setting, settingOf, wholeHostsSql } from './merge/hosts.ts';
import { judgeRange, prepareVerdicts } from './merge/judging.ts';
import { requireOrder, writeOutput } from './merge/output.ts';
import { type Ranges, rangesOf } from './merge/ranges.ts';
import { Result } from './merge/result.ts';
import { Scratch } from './merge/scratch.ts';
import { hostTables, keysSql } from './merge/tables.ts';
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

/** Writes the hosts, and what the list's entries need of them, range by range into the files `hosts/` and `placed/` of the scratch folder. */
async function mergeRanges({ context, scratch, setting, verdicts, ranges, passes, result }: Work): Promise<void> {
  for (let range = 0; range < ranges.count; range++) {
    const file = `${String(range).padStart(6, '0')}.parquet`;
    for (const name of Object.keys(hostTables)) await scratch.view(name, range);
    await judgeRange(context, scratch, verdicts, range);
    await context.run(`CREATE OR REPLACE TABLE range_names AS ${rangeNamesSql}`);
    await context.run(`CREATE OR REPLACE TABLE range_rows AS ${hostsSql(setting)}`);
    await Promise.all([
      result.add('range_rows', HostsRecord, hostResult(verdicts)),
      scratch.write(`hosts/${file}`, 'FROM range_rows'),
      scratch.writeSliced(`placed/${file}`, placedSql(passes)),
    ]);
    context.progress(range + 1, `hosts: range ${range + 1} of ${ranges.count}`);
  }
  for (const table of ['range_names', 'range_rows', 'range_hosts']) await context.run(`DROP TABLE ${table}`);
}

async function mergeBy(context: WholeContext<Config>, size: number) {
  const setting = settingOf(context);
  const scratch = await Scratch.create(context);
  const result = new Result(context, scratch);
  const ranges = await rangesOf(context, keysSql, size);
  for (const [name, sql] of Object.entries(hostTables))
    await scratch.deal(name, sql, ranges.numberOf('address'), ranges.count);
  const verdicts = await prepareVerdicts(context, scratch, ranges);
  const passes = await passesOf(context, size);
  await mergeRanges({ context, scratch, setting, verdicts, ranges, passes, result });
  const counts = noCounts();
  const hosts = wholeHostsSql(scratch.files('hosts'), setting, verdicts);
  counts.units_in = await writeOutput(context, 'hosts', HostsRecord, hosts);
  await requireOrder(context);
  counts.answered = counts.units_in;
  await scratch.remove('hosts');
  const domains = await writeDomains(context, scratch, passes, setting.run);
  counts.records_out = counts.units_in + (await writeOutput(context, 'domains', DomainsRecord, domains));
  await result.add('domains', DomainsRecord);
  await scratch.remove('');
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
