import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Truth } from '../truth.ts';
import { reportedJoins } from './joins.ts';
import { rowsOf, tableOf, textOf } from './parquet.ts';

const listOf = (words: readonly string[]) => `(${words.map(textOf).join(', ')})`;

/** What the check reads of a run, and no more: other columns may come and go. */
const Claim = z.looseObject({
  verdict: z.string().describe('claim for one MPTCP version'),
  rung: z.string().nullish().describe('how far it was proven'),
  flags: z.string().nullish().describe('flags of the MP_CAPABLE in the SYN/ACK, hex'),
});
const Host = z.looseObject({
  address: z.string().describe('the address'),
  port: z.int().describe('the TCP port'),
  v1: Claim.nullable().describe('claim for v1'),
  v0: Claim.nullable().describe('claim for v0'),
  domains: z.array(z.looseObject({ name: z.string() })).describe('list entries that lead here'),
  announced: z
    .array(
      z.looseObject({
        address: z.string(),
        hmac: z.string(),
        joined: z.boolean().nullish(),
        joined_missing: z.string().nullish(),
        join_failure: z.string().nullish(),
      }),
    )
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
      lab_ranges: z.array(z.string()).default([]),
      handshake: z.looseObject({ join: z.boolean() }).default({ join: false }),
      confirm: z.union([z.literal(false), z.looseObject({})]).default(false),
      scan: z.looseObject({ versions: z.array(z.int()), ports: z.array(z.int()) }),
    })
    .describe('resolved configuration'),
  stages: z.record(z.string(), z.looseObject({ counts: Counts.nullable() })).describe('counts by stage'),
});

const Crowd = z.strictObject({
  hosts: z.int().describe('rows of hosts that the world does not describe one by one'),
  verdicts: z.record(z.string(), z.int()).describe('how many of them have which verdict, such as "v0 not_offered"'),
  domains: z.int().describe('rows of domains likewise'),
  live: z.int().describe('of these, domains with one address'),
  dark: z.int().describe('of these, domains without any'),
});

export const Result = z.strictObject({
  hosts: z.array(Host).describe('rows of hosts.parquet'),
  domains: z.array(Domain).describe('rows of domains.parquet'),
  crowd: Crowd.nullable().describe('the rows left out of both, counted; null where a world describes all it has'),
  joins: z
    .record(z.string(), z.number())
    .default({})
    .describe('what its report says of hosts of several addresses, by what is counted'),
  manifest: Manifest.describe('manifest.json'),
});
export type Result = z.infer<typeof Result>;

/** Counts the rows of a crowd; a run of millions is not read row by row. */
async function crowdOf(hosts: string, domains: string): Promise<unknown> {
  const claims = ['v1', 'v0'].map((version) => `SELECT '${version} ' || ${version}.verdict AS verdict FROM ${hosts}`);
  const [counted] = await rowsOf(`SELECT (SELECT count(*) FROM ${hosts}) AS hosts, count(*) AS domains,
    count(*) FILTER (WHERE len(addresses) = 1) AS live, count(*) FILTER (WHERE len(addresses) = 0) AS dark FROM ${domains}`);
  const verdicts = await rowsOf(
    `SELECT verdict, count(*) AS n FROM (${claims.join(' UNION ALL ')}) WHERE verdict IS NOT NULL GROUP BY verdict`,
  );
  const pairs = z.array(z.strictObject({ verdict: z.string(), n: z.int() })).parse(verdicts);
  return {
    ...Crowd.omit({ verdicts: true }).parse(counted),
    verdicts: Object.fromEntries(pairs.map(({ verdict, n }) => [verdict, n])),
  };
}

/**
 * Reads hosts.parquet, domains.parquet and manifest.json of a finished run: all rows, or those that a world with a crowd describes, the
 * others counted. Throws ZodError when a column is missing.
 */
export async function readResult(run: string, truth?: Pick<Truth, 'hosts' | 'domains' | 'crowd'>): Promise<Result> {
  const table = (name: string) => tableOf(path.join(run, `${name}.parquet`));
  const of = (name: string, column: string, words: readonly string[], not = '') =>
    truth?.crowd ? `(SELECT * FROM ${table(name)} WHERE ${column} ${not} IN ${listOf(words)})` : table(name);
  const addresses = truth?.hosts.map(({ address }) => address) ?? [];
  const names = truth?.domains.map(({ name }) => name) ?? [];
  const others = () => crowdOf(of('hosts', 'address', addresses, 'NOT'), of('domains', 'name', names, 'NOT'));
  return Result.parse({
    hosts: await rowsOf(`SELECT * FROM ${of('hosts', 'address', addresses)}`),
    domains: await rowsOf(`SELECT * FROM ${of('domains', 'name', names)}`),
    crowd: truth?.crowd ? await others() : null,
    joins: await reportedJoins(run),
    manifest: JSON.parse(await readFile(path.join(run, 'manifest.json'), 'utf8')),
  });
}
