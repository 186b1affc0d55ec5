import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { z } from 'zod';

/** What the check reads of a run, and no more: other columns may come and go. */
const Claim = z.looseObject({
  verdict: z.string().describe('claim for one MPTCP version'),
  flags: z.string().nullish().describe('flags of the MP_CAPABLE in the SYN/ACK, hex'),
});
const Host = z.looseObject({
  address: z.string().describe('the address'),
  port: z.int().describe('the TCP port'),
  v1: Claim.nullable().describe('claim for v1'),
  v0: Claim.nullable().describe('claim for v0'),
  domains: z.array(z.looseObject({ name: z.string() })).describe('list entries that lead here'),
  announced: z
    .array(z.looseObject({ address: z.string(), hmac: z.string() }))
    .nullish()
    .describe('addresses announced on the connection'),
  fallback: z.boolean().nullish().describe('the connection fell back'),
  mp_fail: z.int().nullish().describe('MP_FAIL options on the connection'),
  asn: z.int().nullish().describe('origin AS'),
  prefix: z.string().nullish().describe('matching prefix'),
  as_name: z.string().nullish().describe('AS name'),
  country: z.string().nullish().describe('country'),
  city: z.string().nullish().describe('city'),
});
export type Host = z.infer<typeof Host>;

const Domain = z.looseObject({
  name: z.string().describe('list entry'),
  rank: z.int().nullable().describe('rank'),
  addresses: z.array(z.string()).describe('addresses of the name and of www.NAME'),
  addresses_capable_v1: z.int().describe('of these, capable in v1'),
  addresses_capable_v0: z.int().describe('of these, capable in v0'),
});

const Reasons = z.record(z.string(), z.int());
const Counts = z.looseObject({
  units_in: z.int().describe('units given to the stage'),
  answered: z.int().describe('units with an answer'),
  failed: Reasons.describe('units without one'),
  rejected: Reasons.describe('units with an unusable answer'),
  skipped: Reasons.describe('units not asked'),
});
export type Counts = z.infer<typeof Counts>;

const Manifest = z.looseObject({
  config: z
    .looseObject({
      resolve: z.looseObject({ families: z.array(z.int()) }),
      scan: z.looseObject({ versions: z.array(z.int()), ports: z.array(z.int()) }),
    })
    .describe('resolved configuration'),
  stages: z.record(z.string(), z.looseObject({ counts: Counts.nullable() })).describe('counts by stage'),
});

export const Result = z.strictObject({
  hosts: z.array(Host).describe('rows of hosts.parquet'),
  domains: z.array(Domain).describe('rows of domains.parquet'),
  manifest: Manifest.describe('manifest.json'),
});
export type Result = z.infer<typeof Result>;

async function parquetRows(file: string): Promise<unknown[]> {
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  try {
    const literal = `'${file.replaceAll("'", "''")}'`;
    const read = await connection.runAndReadAll(
      `SELECT CAST(to_json(q) AS VARCHAR) AS json FROM (SELECT * FROM read_parquet(${literal})) q`,
    );
    return read.getRows().map(([json]) => JSON.parse(String(json)));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Reads hosts.parquet, domains.parquet and manifest.json of a finished run. Throws ZodError when a column is missing. */
export async function readResult(run: string): Promise<Result> {
  return Result.parse({
    hosts: await parquetRows(path.join(run, 'hosts.parquet')),
    domains: await parquetRows(path.join(run, 'domains.parquet')),
    manifest: JSON.parse(await readFile(path.join(run, 'manifest.json'), 'utf8')),
  });
}
