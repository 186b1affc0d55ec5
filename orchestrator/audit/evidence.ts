import { z } from 'zod';
import { rows, runSql } from '../core/database/duckdb.ts';
import { sqlText } from '../core/database/sql.ts';
import { readScan } from '../evidence/answers.ts';
import { evidenceOf } from '../evidence/gather/evidence.ts';
import { ruleSets } from '../evidence/rule-sets/rule-sets.ts';
import { steps } from '../evidence/rungs.ts';
import { HostsRecord } from '../schemas/records/hosts.ts';
import { ScanRecord } from '../schemas/records/scan.ts';
import { Class, drawSample } from './classes.ts';
import type { OpenRun } from './open.ts';

const Drawn = Class.extend({ address: z.string(), port: z.int() });
type Drawn = z.infer<typeof Drawn>;

const Host = z.object({
  v1: HostsRecord.shape.v1,
  v0: HostsRecord.shape.v0,
  control: HostsRecord.shape.control,
});

/** A reply as it came, with what its bytes say: options of kind 30 decoded. */
function replyOf(row: unknown) {
  const reply = ScanRecord.parse(row);
  const { classification, shown } = readScan(evidenceOf(reply)).answer;
  const read =
    shown === null
      ? null
      : {
          option: shown.option?.toString('hex') ?? null,
          length: shown.length,
          version: shown.version,
          flags: shown.flags?.toString(16).padStart(2, '0') ?? null,
          key: shown.key,
          faults: shown.faults,
        };
  return { classification, read, reply };
}

/** Each rule that fired, with the sentence of the table that the run was judged by. */
function sentencesOf({ manifest }: OpenRun, names: readonly string[]) {
  const { claims } = ruleSets[manifest.rule_set];
  const known = new Map([...claims.flatMap(({ rules }) => rules), ...steps].map((rule) => [rule.name, rule.sentence]));
  return names.map((name) => ({ name, says: known.get(name) ?? null }));
}

async function* one(run: OpenRun, drawn: Drawn, seed: number): AsyncGenerator<string> {
  const { address, port, version, verdict, size } = drawn;
  const where = `WHERE address = ${sqlText(address)} AND port = ${port}`;
  const all = async <T>(sql: string, take: (row: unknown) => T): Promise<T[]> => {
    const found: T[] = [];
    for await (const row of rows(run.database, sql)) found.push(take(row));
    return found;
  };
  const [host] = await all(`SELECT v1, v0, control FROM hosts ${where}`, (row) => Host.parse(row));
  const claim = version === 1 ? host?.v1 : host?.v0;
  // A record of before there were two passes says nothing of them.
  const replies = await all(
    `SELECT * REPLACE (coalesce(pass, 1) AS pass) FROM own_replies ${where} ORDER BY received_at, probe, source_port`,
    replyOf,
  );
  const [connection = null] = await all(`SELECT * FROM own_connections ${where}`, (row) => row);
  yield JSON.stringify({
    label: '',
    run: run.manifest.run,
    version,
    verdict,
    address,
    port,
    class_size: size,
    seed,
    rung: claim?.rung ?? null,
    rules: sentencesOf(run, claim?.rules ?? []),
    rule_set: claim?.rule_set ?? null,
    rules_version: claim?.rules_version ?? null,
    control: host?.control ?? null,
    replies,
    connection,
  });
}

/**
 * All evidence of a seeded sample of every verdict and version, a line of JSON each, with an empty label to be filled in by hand. Lines are in
 * the order of addresses, so that nothing but the evidence tells what the rules say until one reads it.
 */
export async function* sampleLines(run: OpenRun, seed: number, per: number): AsyncGenerator<string> {
  const { database } = run;
  await drawSample(database, seed, per);
  for (const name of ['replies', 'connections'])
    await runSql(
      database,
      `CREATE OR REPLACE TABLE own_${name} AS SELECT * FROM ${name} SEMI JOIN sample USING (address, port)`,
    );
  const drawn: Drawn[] = [];
  for await (const row of rows(database, 'SELECT * FROM sample ORDER BY address, port, version DESC'))
    drawn.push(Drawn.parse(row));
  for (const row of drawn) yield* one(run, row, seed);
}
