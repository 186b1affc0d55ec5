// takes: long
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../../orchestrator/config/config.ts';
import { openDatabase, rows, runSql } from '../../../../orchestrator/core/database/duckdb.ts';
import { viewSql } from '../../../../orchestrator/core/database/sql.ts';
import { exists } from '../../../../orchestrator/core/folder/files.ts';
import { writeReport } from '../../../../orchestrator/report/report.ts';
import { readResults } from '../../../../orchestrator/report/results.ts';
import type { Source } from '../../../../orchestrator/report/sources.ts';
import { makeViews } from '../../../../orchestrator/report/views.ts';
import type { HostsRecord } from '../../../../orchestrator/schemas/records/hosts.ts';
import { mergeOfSize } from '../../../../orchestrator/stages/merge.ts';
import { writeWorld } from '../../../../scripts/bench/merge/world.ts';
import { makeFacts } from '../../report/facts.ts';
import { connected, readByMerge } from '../records.ts';
import { host } from './answering.ts';
import { heapOf } from './heaps.ts';
import { manifestOf, mergeOf } from './merged.ts';

const test = suite('merge-details');

const named = (found: readonly HostsRecord[]) => found.map(({ address, port }) => `${address} ${port}`);

test('a host is in details by what was asked of it, or by a verdict, with all its ports; a plain one is not', async () => {
  const bare = (n: number, port = 80) => host(`198.18.0.${n}`, 'not_offered', 'not_offered', port);
  const { hosts, details } = await mergeOf(
    {
      scan: [
        ...host('198.18.0.1', 'capable'),
        ...bare(1, 443),
        ...host('198.18.0.2', 'not_offered', 'capable'),
        ...host('198.18.0.3', 'unknown'),
        ...host('198.18.0.4', 'not_offered', 'unknown'),
        ...[5, 6, 7, 8, 9].flatMap((n) => bare(n)),
        ...host('198.18.1.1', 'echoed_option'),
        ...host('198.18.1.2', 'refused', 'refused'),
        ...bare(10),
      ],
      os: [{ address: '198.18.0.5', candidates: [], failure: null }],
      path: [{ address: '198.18.0.6', ping_rtt_us: 5, ping_replies: 1, pairs: 8, failure: null }],
      handshake: [connected('198.18.0.7', [])],
      hops: [{ address: '198.18.0.8', port: 80, drawn_as: 'not_offered', probe: 'v1', nearer: 0 }],
      whois: [{ address: '198.18.0.9', as_name: 'A', country: 'FI', failure: null }],
    },
    { controls: 0 },
  );
  assert.equal(hosts.length, 13);
  const expected = ['1 443', '1 80', '2 80', '3 80', '4 80', '5 80', '6 80', '7 80', '8 80', '9 80'];
  assert.equal(
    named(details).sort(),
    expected.map((name) => `198.18.0.${name}`),
  );
});

test('rows of details are those of hosts, in their order, whatever the evidence', async () => {
  for (const seed of [1, 2]) {
    const { scan, handshake } = heapOf(seed, 300, 0.2);
    const { hosts, details } = await mergeOf({ scan, handshake }, { size: 150 });
    const asked = new Set(handshake.map(({ address }) => address));
    const open = ['capable', 'unknown', 'inconsistent'];
    const told = hosts.filter(
      ({ address, control, v1, v0 }) =>
        control !== null || asked.has(address) || [v1, v0].some((one) => open.includes(one?.verdict ?? '')),
    );
    const addresses = new Set(told.map(({ address }) => address));
    const expected = hosts.filter(({ address }) => addresses.has(address));
    assert.ok(told.length > 0 && expected.length < hosts.length, `seed ${seed} shows nothing`);
    assert.equal(named(details), named(expected), `seed ${seed}`);
    assert.ok(JSON.stringify(details) === JSON.stringify(expected), `seed ${seed}: other rows`);
  }
});

const folder = mkdtempSync(join(tmpdir(), 'details-'));

/** Merges a made-up census in several ranges. */
async function merged(name: string, addresses: number): Promise<Required<Omit<Source, 'rescanned'>>> {
  const [world, out] = [join(folder, `${name}-world`), join(folder, name)];
  await writeWorld(world, { addresses, mptcp: 0.2 });
  const database = await openDatabase({ temp: join(out, '.tmp') });
  for (const [stage, schema] of Object.entries(readByMerge)) {
    const parts = join(world, stage);
    const files = (await exists(parts)) ? (await readdir(parts)).sort().map((file) => join(parts, file)) : [];
    await runSql(database, viewSql(stage, files, schema));
  }
  await mergeOfSize(1500).run({
    config: Config.parse({ targets: { list: 'list.csv' } }),
    folder: out,
    query: (sql) => rows(database, sql),
    run: (sql) => runSql(database, sql),
    manifest: manifestOf({ run: name, leftOut: ['rescan'] }),
    setResult: () => undefined,
    progress: () => undefined,
  });
  database.closeSync();
  const [hosts, details, domains] = ['hosts', 'details', 'domains'].map((table) => join(out, `${table}.parquet`));
  return { run: name, hosts: hosts ?? '', details: details ?? '', domains: domains ?? '' };
}

const { details, ...without } = await merged('one', 1500);

/** Every file of a report, by its name. */
async function reportOf(source: Omit<Source, 'rescanned'>): Promise<[name: string, text: string][]> {
  const out = join(folder, 'report');
  await writeReport({ ...source, out, facts: makeFacts() });
  const files: [string, string][] = [];
  for (const name of (await readdir(out)).sort()) files.push([name, await readFile(join(out, name), 'utf8')]);
  rmSync(out, { recursive: true });
  return files;
}

test('a report says the same, byte for byte, with details and of the hosts alone', async () => {
  const alone = await reportOf(without);
  assert.ok(alone.length > 30);
  const beside = await reportOf({ ...without, details });
  for (const [i, file] of alone.entries()) assert.equal(beside[i], file);
});

/** What the tables say of some runs together. */
async function toldBy(sources: Source[]): Promise<unknown> {
  const database = await openDatabase({ temp: join(folder, 'temp') });
  await makeViews(database, { sources, organisations: null, temp: folder });
  const { summary, rows: of } = await readResults((sql) => rows(database, sql));
  database.closeSync();
  return [summary, of('table1'), of('multihomed'), of('announcements'), of('fingerprints')];
}

test('of several runs each is told by its details, where it has some', async () => {
  const { details: own, ...other } = await merged('two', 500);
  const alone = await toldBy([without, other]);
  for (const sources of [
    [{ ...without, details }, other],
    [without, { ...other, details: own }],
    [
      { ...without, details },
      { ...other, details: own },
    ],
  ])
    assert.equal(await toldBy(sources), alone);
});

test('it is read in the place of hosts', async () => {
  const none = join(folder, 'one', 'none.parquet');
  const database = await openDatabase({ temp: join(folder, 'temp') });
  await runSql(database, `COPY (FROM read_parquet('${details}') LIMIT 0) TO '${none}' (FORMAT parquet)`);
  database.closeSync();
  const told = Object.fromEntries(await reportOf({ ...without, details: none }));
  assert.match(told['summary.csv'] ?? '', /^addresses_capable,0$/m);
  rmSync(folder, { recursive: true });
});

test.run();
