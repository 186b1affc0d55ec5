// takes: long
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../../orchestrator/config/config.ts';
import { openDatabase, rows, runSql, sqlText, viewSql } from '../../../../orchestrator/core/duckdb.ts';
import { type Manifest, schemaVersion } from '../../../../orchestrator/core/folder/manifest.ts';
import { Classification } from '../../../../orchestrator/schemas/lists.ts';
import { AsnRecord } from '../../../../orchestrator/schemas/records/asn.ts';
import { DomainsRecord } from '../../../../orchestrator/schemas/records/domains.ts';
import { GeoRecord } from '../../../../orchestrator/schemas/records/geo.ts';
import { HandshakeRecord } from '../../../../orchestrator/schemas/records/handshake.ts';
import { HostsRecord } from '../../../../orchestrator/schemas/records/hosts.ts';
import { OsRecord } from '../../../../orchestrator/schemas/records/os.ts';
import { PathRecord } from '../../../../orchestrator/schemas/records/path.ts';
import { ResolveRecord } from '../../../../orchestrator/schemas/records/resolve.ts';
import { ScanRecord } from '../../../../orchestrator/schemas/records/scan.ts';
import { TargetsRecord } from '../../../../orchestrator/schemas/records/targets.ts';
import { WhoisRecord } from '../../../../orchestrator/schemas/records/whois.ts';
import { merge } from '../../../../orchestrator/stages/merge.ts';
import { resolved, scanned, target } from '../records.ts';

const test = suite('merge');

const schemas = {
  targets: TargetsRecord,
  resolve: ResolveRecord,
  scan: ScanRecord,
  handshake: HandshakeRecord,
  asn: AsnRecord,
  whois: WhoisRecord,
  geo: GeoRecord,
  os: OsRecord,
  path: PathRecord,
};

const config = Config.parse({ lab: true, lab_ranges: ['198.18.0.0/15'], targets: { list: 'list.csv' } });

function emptyManifest(): Manifest {
  return {
    schema_version: schemaVersion,
    run: 'small',
    created_at: '2026-01-01T00:00:00.000Z',
    finished_at: null,
    census: {},
    vantage: {},
    seed: 1,
    config: {},
    inputs: {},
    programs: {},
    starts: [],
    stages: {},
    rules_version: null,
    result_sha256: null,
  };
}

/** The whole stage over records that nobody has checked, as they would lie in a folder that was changed since; gives its domains. */
async function mergeOf(records: Partial<Record<keyof typeof schemas, object[]>>): Promise<DomainsRecord[]> {
  const folder = mkdtempSync(join(tmpdir(), 'merge-'));
  const database = await openDatabase({ temp: join(folder, '.tmp') });
  try {
    for (const [name, schema] of Object.entries(schemas)) {
      const given = new Map<string, object[]>(Object.entries(records)).get(name) ?? [];
      const file = join(folder, `${name}.ndjson`);
      writeFileSync(file, given.map((record) => `${JSON.stringify(record)}\n`).join(''));
      await runSql(database, viewSql(name, given.length === 0 ? [] : [file], schema));
    }
    await merge.run({
      config,
      folder,
      query: (sql) => rows(database, sql),
      run: async (sql) => await runSql(database, sql),
      manifest: emptyManifest(),
      setResult: () => undefined,
      progress: () => undefined,
    });
    const domains: DomainsRecord[] = [];
    const table = `SELECT * FROM read_parquet(${sqlText(join(folder, 'domains.parquet'))})`;
    for await (const row of rows(database, table)) domains.push(DomainsRecord.parse(row));
    return domains;
  } finally {
    database.closeSync();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function failureOf(run: Promise<unknown>): Promise<string> {
  return await run.then(
    () => '',
    (error: unknown) => String(error),
  );
}

const one = '198.18.0.1';
const good = scanned(one, []);

test('records that were changed on disk into what no schema takes are refused, not published', async () => {
  assert.is(await failureOf(mergeOf({ scan: [good] })), '');
  // Nothing of the host row comes from this field: only the check of what is read can find it.
  assert.match(
    await failureOf(mergeOf({ scan: [{ ...good, icmp_quoted_options_missing: 'guess' }] })),
    'icmp_quoted_options_missing',
  );
});

test('a host row that its own schema does not take is never written', async () => {
  const { parse } = HostsRecord;
  HostsRecord.parse = () => {
    throw new Error('not a host row');
  };
  const failure = await failureOf(mergeOf({ scan: [good] })).finally(() => {
    HostsRecord.parse = parse;
  });
  assert.match(failure, 'not a host row');
});

/** Of each reply alone: whether an address that gave nothing else counts as one that answered. */
const answers: Record<Classification, number> = {
  synack_no_option: 1,
  mp_capable: 1,
  echoed: 1,
  version_mismatch: 1,
  malformed: 1,
  other_subtype: 1,
  mp_tcprst: 0,
  rst: 0,
  icmp_unreachable: 0,
  icmp_ttl_exceeded: 0,
};
/** An option with which the reply is what its classification says. */
const options: Partial<Record<Classification, string>> = {
  mp_capable: '1e0c01010011223344556677',
  echoed: '1e040101',
  version_mismatch: '1e0c00010011223344556677',
  malformed: '1e030101',
  other_subtype: '1e048001',
  mp_tcprst: '1e048001',
};
for (const classification of Classification.options) {
  test(`domains: an address of which only ${classification} came ${answers[classification] === 1 ? 'has' : 'has not'} answered`, async () => {
    const option = options[classification];
    const key = classification === 'mp_capable' ? { sender_key: '0011223344556677' } : {};
    const scan = [scanned(one, option === undefined ? [] : [option], { classification, ...key })];
    const [domain] = await mergeOf({
      targets: [target('a.example', 1)],
      resolve: [resolved('a.example', [one])],
      scan,
    });
    assert.equal(domain?.addresses, [one]);
    assert.is(domain?.addresses_answered, answers[classification]);
  });
}

test.run();
