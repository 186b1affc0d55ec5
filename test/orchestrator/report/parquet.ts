import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { openDatabase, runSql } from '../../../orchestrator/core/database/duckdb.ts';
import { sqlText, viewSql } from '../../../orchestrator/core/database/sql.ts';
import { Rung, VerdictName } from '../../../orchestrator/schemas/lists.ts';
import { DomainsRecord } from '../../../orchestrator/schemas/records/domains.ts';
import { HostsRecord, type Verdict } from '../../../orchestrator/schemas/records/hosts.ts';

const notOffered: Verdict = {
  verdict: 'not_offered',
  rung: 'syn_ack',
  rules: ['no_option'],
  flags: null,
  replies: ['synack_no_option'],
  rule_set: 'ours',
  rules_version: 1,
};

/** Some fields of a record. */
type Given<T> = { [K in keyof T]?: T[K] | undefined };

/** A verdict by name, with the reply that leads to it. */
export function verdict(name: Verdict['verdict'], rung: Verdict['rung'] = 'syn_ack'): Verdict {
  const replies: Partial<Record<Verdict['verdict'], Verdict['replies']>> = {
    capable: ['mp_capable'],
    echoed_option: ['echoed'],
    malformed: ['malformed'],
    inconsistent: ['echoed', 'mp_capable'],
    refused: ['rst'],
    silent: [],
    unknown: ['icmp_unreachable'],
  };
  return { ...notOffered, verdict: name, rung, rules: [name], replies: replies[name] ?? ['synack_no_option'] };
}

const unmeasured = [
  'announced',
  'connected',
  'held_to_end',
  'fallback',
  'mp_fail',
  'asn',
  'as_name',
  'registry_country',
  'country',
  'os',
  'syn_rtt_us',
  'ping_rtt_us',
  'ways',
] as const;

/** A host of which nothing is known but what is given; every other value is null with its reason. */
export function makeHost(given: Given<HostsRecord> & { address: string }): HostsRecord {
  const missing = unmeasured.map((field) => [`${field}_missing`, given[field] == null ? 'not_measured' : null]);
  return HostsRecord.parse({
    port: 80,
    family: given.address.includes(':') ? 6 : 4,
    first_reply_at: '2026-01-01T00:00:00.000000Z',
    last_reply_at: '2026-01-01T00:00:00.000000Z',
    run: 'small',
    vantage: 'scanner',
    v1: notOffered,
    v1_missing: null,
    v0: notOffered,
    v0_missing: null,
    domains: [],
    prefix: null,
    city: null,
    latitude: null,
    longitude: null,
    ...{ cause: null, pairs: null, pair_ratio: null, pair_gap_us: null, nearer: null, path_control: null },
    ...Object.fromEntries(unmeasured.map((field) => [field, null])),
    ...Object.fromEntries(missing),
    ...given,
  });
}

/** A domain of which all addresses answered, none of them capable, unless said otherwise. */
export function makeDomain(given: Given<DomainsRecord> & { name: string }): DomainsRecord {
  const addresses = given.addresses ?? [];
  return DomainsRecord.parse({
    rank: null,
    ranks: [{ list: 'list.csv', rank: given.rank ?? null }],
    addresses,
    addresses_answered: addresses.length,
    addresses_capable_v1: 0,
    addresses_capable_v0: 0,
    mixed: false,
    run: 'small',
    ...given,
  });
}

/** The entry with the AS that it lies in by its hosts; written down here once more, on purpose. */
function lying(domain: DomainsRecord, hosts: readonly HostsRecord[]): DomainsRecord {
  const own = hosts.filter(({ domains }) => domains.some(({ name }) => name === domain.name));
  const lowest = (some: readonly HostsRecord[]) => {
    const known = some.flatMap(({ asn }) => (asn === null ? [] : [asn]));
    return known.length === 0 ? null : Math.min(...known);
  };
  const capable = own.filter(({ v1, v0 }) => v1?.verdict === 'capable' || v0?.verdict === 'capable');
  return { ...domain, asn: domain.asn ?? lowest(capable) ?? lowest(own) };
}

/** Writes hosts.parquet and domains.parquet, as merge does but for the order of the hosts, and gives their paths. */
export async function writeParquet(folder: string, hosts: HostsRecord[], entries: DomainsRecord[]) {
  await mkdir(folder, { recursive: true });
  const domains = entries.map((domain) => lying(domain, hosts));
  return {
    hosts: await writeRecords(folder, 'hosts', HostsRecord, hosts),
    domains: await writeRecords(folder, 'domains', DomainsRecord, domains),
  };
}

/** Writes NAME.parquet of one kind of records, and gives its path. */
export async function writeRecords(
  folder: string,
  name: string,
  schema: z.ZodType,
  records: readonly object[],
): Promise<string> {
  const database = await openDatabase({ temp: join(folder, '.tmp') });
  const path = join(folder, `${name}.parquet`);
  try {
    const lines = join(folder, `${name}.ndjson`);
    await writeFile(lines, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    await runSql(database, viewSql(name, records.length === 0 ? [] : [lines], schema));
    await runSql(database, `COPY ${name} TO ${sqlText(path)} (FORMAT parquet)`);
  } finally {
    database.closeSync();
  }
  return path;
}

const Line = z.looseObject({
  address: z.string(),
  v1: z.string().nullable(),
  v0: z.string().nullable(),
  domains: z.array(z.string()),
});

function readVerdict(text: string | null): Verdict | null {
  const [name, rung] = text?.split('/') ?? [];
  return name === undefined ? null : verdict(VerdictName.parse(name), Rung.parse(rung ?? 'syn_ack'));
}

async function readLines(path: string): Promise<unknown[]> {
  const text = await readFile(path, 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** Hosts and domains of a case folder: hosts.ndjson in the short form that test/cases/report/README.md describes, domains.ndjson. */
export async function readCase(folder: string): Promise<{ hosts: HostsRecord[]; domains: DomainsRecord[] }> {
  const domains = (await readLines(join(folder, 'domains.ndjson'))).map((line) =>
    makeDomain(DomainsRecord.partial().required({ name: true }).parse(line)),
  );
  const rank = (name: string) => domains.find((domain) => domain.name === name)?.rank ?? null;
  const hosts = (await readLines(join(folder, 'hosts.ndjson'))).map((line) => {
    const { v1, v0, domains: names, ...rest } = Line.parse(line);
    return makeHost({
      ...HostsRecord.partial().required({ address: true }).parse(rest),
      v1: readVerdict(v1),
      v1_missing: v1 === null ? 'not_sent' : null,
      v0: readVerdict(v0),
      v0_missing: v0 === null ? 'not_sent' : null,
      domains: names.map((name) => ({ name, rank: rank(name), www: false })),
    });
  });
  return { hosts, domains };
}
