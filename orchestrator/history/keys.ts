import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { DuckDBInstance } from '@duckdb/node-api';
import { z } from 'zod';
import { rows, runSql } from '../core/database/duckdb.ts';
import { jsonLinesSql, sqlText } from '../core/database/sql.ts';
import { codeOf } from '../errors.ts';
import { keyFactOf, shownBy, synOf } from '../evidence/answers.ts';
import { KeyTraces, type SharedTraces, tracesOf } from '../evidence/keys.ts';
import { ScanEvidenceRow, scanEvidenceFields } from '../evidence/plain.ts';
import { HistoryConstantKey } from '../schemas/records/history/constant-key.ts';
import { type Judged, recordViews } from './judged.ts';
import { castTo } from './series.ts';

/**
 * Keys over runs. Within a run the rules see keys that are not drawn where they answer several SYNs; a box that draws one per host and
 * keeps it for weeks is asked once a version and run, and passes. Here its key comes again.
 */

const evidence = scanEvidenceFields.map((field) => `'${field}': "${field}"`).join(', ');
const replies = '(SELECT * FROM scan UNION ALL BY NAME SELECT * FROM confirm)';

/** SQL over the records of a run: replies of endpoints that it finds capable. */
function capableRepliesSql(run: string, time: string): string {
  return `
    SELECT ${sqlText(run)} AS run, ${sqlText(time)} AS time, address, port, coalesce(sent_version, 1) AS version, CAST(to_json({${evidence}}) AS VARCHAR) AS evidence
    FROM ${replies}
    SEMI JOIN (SELECT address, port FROM endpoints_of_run WHERE capable_v1 OR capable_v0) USING (address, port)
    WHERE len(options_mptcp) > 0 OR contains(tcp_options, '1e')`;
}

export async function makeKeys(database: DuckDBInstance): Promise<void> {
  const columns = 'run VARCHAR, time VARCHAR, address VARCHAR, port BIGINT, version BIGINT, evidence VARCHAR';
  await runSql(database, `CREATE TABLE capable_replies (${columns})`);
}

/** Keeps the replies with a key of the run that was counted last; false where its records are gone. */
export async function keepKeys(database: DuckDBInstance, { run }: Judged): Promise<boolean> {
  try {
    for (const sql of recordViews(run, ['scan', 'confirm'])) await runSql(database, sql);
    await runSql(database, `INSERT INTO capable_replies ${capableRepliesSql(run.name, run.time)}`);
    return true;
  } catch (cause) {
    if (codeOf(cause) !== 'E_INPUT') throw cause;
    return false;
  }
}

const Reply = z.object({
  run: z.string(),
  time: z.string(),
  address: z.string(),
  port: z.int(),
  version: z.int(),
  evidence: z.string().transform((text) => ScanEvidenceRow.parse(JSON.parse(text))),
});

async function* repliesOf(database: DuckDBInstance) {
  for await (const row of rows(database, 'FROM capable_replies')) {
    const reply = Reply.parse(row);
    const fact = keyFactOf(reply.evidence, shownBy(reply.evidence));
    if (fact !== null) yield { ...reply, fact };
  }
}

async function sharedOf(database: DuckDBInstance): Promise<SharedTraces> {
  const traces = new KeyTraces();
  for await (const { run, address, port, evidence: reply, fact } of repliesOf(database))
    traces.add(`${run} ${address} ${port} ${synOf(reply)}`, fact);
  const shared = traces.related();
  traces.close();
  return shared;
}

/** Lines of every key with what it left; a key that left nothing shared has one line without. */
async function* lines(database: DuckDBInstance, shared: SharedTraces): AsyncGenerator<string> {
  for await (const { run, time, address, port, version, fact } of repliesOf(database)) {
    const left = shared.size === 0 ? [] : tracesOf(fact).shared.filter((trace) => shared.has(trace));
    for (const trace of left.length === 0 ? [null] : left) {
      const [relation = null, rest = null] = trace?.split(' ') ?? [];
      yield `${JSON.stringify({ run, time, address, port, version: `v${version}`, relation, trace: rest })}\n`;
    }
  }
}

/** Only keys that recur across runs: within one run the rules have judged them. Of several relations that hold, the simplest counts. */
const constantSql = `
  WITH left_by AS (SELECT DISTINCT * FROM key_traces WHERE relation IS NOT NULL),
    spans AS (
      SELECT version, relation, trace, count(DISTINCT (address, port)) AS endpoints, count(DISTINCT run) AS over
      FROM left_by GROUP BY ALL
    ), given AS (SELECT address, port, version, count(DISTINCT run) AS n FROM key_traces GROUP BY ALL)
  SELECT address, port, version, relation, trace, count(DISTINCT run) AS runs, any_value(given.n) AS "of", any_value(endpoints) AS endpoints,
    min(time) AS first_seen, max(time) AS last_seen
  FROM left_by JOIN spans USING (version, relation, trace) JOIN given USING (address, port, version)
  WHERE over > 1
  GROUP BY address, port, version, relation, trace
  QUALIFY row_number() OVER (PARTITION BY address, port, version ORDER BY runs DESC, relation <> 'constant', relation, trace) = 1
  ORDER BY address, port, version DESC`;

/** Finds the keys that come again and writes them: the table `constant_keys`. */
export async function writeKeys(database: DuckDBInstance, out: string, temp: string): Promise<void> {
  const shared = await sharedOf(database);
  const file = join(temp, 'key-traces.ndjson');
  await pipeline(lines(database, shared), createWriteStream(file));
  const columns =
    "{run: 'VARCHAR', time: 'VARCHAR', address: 'VARCHAR', port: 'BIGINT', version: 'VARCHAR', relation: 'VARCHAR', trace: 'VARCHAR'}";
  await runSql(
    database,
    `CREATE OR REPLACE TABLE key_traces AS FROM ${jsonLinesSql([file], columns)};
    CREATE OR REPLACE TABLE constant_keys AS ${castTo(HistoryConstantKey, constantSql)};
    COPY constant_keys TO ${sqlText(join(out, 'constant-keys.parquet'))} (FORMAT parquet, COMPRESSION zstd);`,
  );
}
