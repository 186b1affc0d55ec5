import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { Config } from '../../config/config.ts';
import { sqlText } from '../../core/duckdb.ts';
import type { WholeContext } from '../../core/stage.ts';
import { HostsRecord } from '../../schemas/records/hosts.ts';
import { placedSql } from './domains.ts';
import { hostResult, hostsSql, type Setting, sliceNamesSql, unjudgedSql } from './hosts.ts';
import { connectionEvidenceSql } from './replies.ts';
import type { Result } from './result.ts';
import type { Scratch } from './scratch.ts';
import { bordersSql } from './sorted.ts';
import type { Verdicts } from './verdicts.ts';

/** Rows of replies, or of names, that a slice holds. */
const sliceSize = 200_000;

const Border = z.object({ address: z.string() });

/** Conditions on `address` that cut all addresses into slices, in order. */
async function slices(context: WholeContext<Config>): Promise<string[]> {
  const borders: string[] = [];
  for await (const value of context.query(bordersSql(sliceSize))) borders.push(sqlText(Border.parse(value).address));
  return [null, ...borders].map((first, index) => {
    const next = borders[index];
    const from = first === null ? 'true' : `address >= ${first}`;
    return next === undefined ? from : `${from} AND address < ${next}`;
  });
}

const freshClassesSql = `
  SELECT CAST(kinds AS VARCHAR) AS kinds, scope
  FROM (SELECT DISTINCT kinds, scope FROM slice_unjudged WHERE NOT own) ANTI JOIN classes USING (kinds, scope)
  ORDER BY kinds, scope`;

function judgedSql(own: string): string {
  return `
    SELECT u.address, u.port, syn_rtt_us, why, first_reply_at, last_reply_at,
      CASE WHEN u.own THEN o.verdict ELSE c.verdict END AS verdict
    FROM slice_unjudged u
    LEFT JOIN read_csv(${sqlText(own)}, header = false, auto_detect = false, columns = {address: 'VARCHAR', port: 'BIGINT', verdict: 'INTEGER'}) o USING (address, port)
    LEFT JOIN classes c ON NOT u.own AND c.kinds = u.kinds AND c.scope = u.scope`;
}

interface SliceWork {
  context: WholeContext<Config>;
  scratch: Scratch;
  setting: Setting;
  verdicts: Verdicts;
  /** Passes that the list's names are dealt out to. */
  passes: number;
  result: Result;
}

async function judgeSlice({ context, scratch, verdicts }: SliceWork, within: string): Promise<void> {
  await context.run(`CREATE OR REPLACE TABLE slice_unjudged AS ${unjudgedSql(within)}`);
  await verdicts.classes(context.query(freshClassesSql));
  const evidence = context.query(`SELECT * FROM evidence WHERE ${within} ORDER BY address, port`);
  const connections = context.query(`${connectionEvidenceSql} WHERE ${within}`);
  const own = scratch.path('judged.csv');
  await pipeline(verdicts.own(evidence, connections), createWriteStream(own));
  await context.run(`CREATE OR REPLACE TABLE slice_hosts AS ${judgedSql(own)}`);
}

/** Writes the hosts, and what the list's entries need of them, slice by slice into the files `hosts/` and `placed/` of the scratch folder. */
export async function mergeSlices(work: SliceWork): Promise<void> {
  const { context, scratch, setting, passes } = work;
  const cut = await slices(context);
  for (const [index, within] of cut.entries()) {
    const file = `${String(index).padStart(6, '0')}.parquet`;
    await judgeSlice(work, within);
    await context.run(`CREATE OR REPLACE TABLE slice_names AS ${sliceNamesSql(within)}`);
    await context.run(`CREATE OR REPLACE TABLE slice_rows AS ${hostsSql(within, setting)}`);
    await Promise.all([
      work.result.add('slice_rows', HostsRecord, hostResult(work.verdicts)),
      scratch.write(`hosts/${file}`, 'FROM slice_rows'),
      scratch.writeSliced(`placed/${file}`, placedSql(passes)),
    ]);
    context.progress(index + 1, `slice ${index + 1} of ${cut.length}`);
  }
}
