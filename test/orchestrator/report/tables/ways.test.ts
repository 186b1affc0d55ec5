// takes: long
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openDatabase, rows } from '../../../../orchestrator/core/database/duckdb.ts';
import { type Results, readResults } from '../../../../orchestrator/report/results.ts';
import { causesTable, changedTable, nearerTable, waysTable } from '../../../../orchestrator/report/tables/ways.ts';
import { makeViews } from '../../../../orchestrator/report/views.ts';
import type { HostsRecord } from '../../../../orchestrator/schemas/records/hosts.ts';
import { makeHost, verdict, writeParquet } from '../parquet.ts';
import { makeResults } from '../results.ts';

const test = suite('tables of ways');

async function resultsOf(hosts: HostsRecord[]): Promise<Results> {
  const folder = await mkdtemp(join(tmpdir(), 'census-ways-'));
  const paths = await writeParquet(folder, hosts, []);
  const database = await openDatabase({ temp: join(folder, 'temp') });
  await makeViews(database, { sources: [{ run: 'one', ...paths }], organisations: null, temp: folder });
  const results = await readResults((sql) => rows(database, sql));
  database.closeSync();
  await rm(folder, { recursive: true });
  return results;
}

type Way = NonNullable<HostsRecord['ways']>[number];
const way = (given: Partial<Way>): Way => ({
  ...{
    probe: 'v1',
    drawn_as: 'capable',
    last_intact_ttl: 4,
    last_intact_asn: 64_500,
    first_changed_ttl: null,
    first_changed_asn: null,
  },
  ...{
    first_changed_shows: null,
    answered_ttl: 9,
    hop_before_asn: 64_501,
    echo_expired_ttl: 8,
    cause: null,
    nearer: 0,
  },
  ...given,
});
const changed = way({
  first_changed_ttl: 6,
  first_changed_asn: 64_502,
  first_changed_shows: 'stripped',
  drawn_as: 'not_offered',
});
const capable = verdict('capable', 'fresh_key');
const echo = verdict('echoed_option');
const paired = (nearer: boolean | null, more: Partial<HostsRecord> = {}) => ({
  pairs: 5,
  pair_ratio: nearer ? 0.1 : 1,
  pair_gap_us: 0,
  nearer,
  ...more,
});
const at = (n: number, given: Partial<HostsRecord>) => makeHost({ address: `198.18.0.${n}`, ...given });

const hosts = [
  at(1, { v1: capable, ...paired(true), ways: [way({ nearer: 3 })] }),
  at(2, { v1: capable, ...paired(false), ways: [way({}), way({ probe: 'v0', answered_ttl: null })] }),
  at(3, { ...paired(false, { path_control: 'plain' }), ways: [changed] }),
  at(4, { ...paired(true, { path_control: 'plain' }), ways: [{ ...changed, first_changed_ttl: 10 }] }),
  at(5, { ...paired(null, { path_control: 'plain' }), ways: [way({ drawn_as: 'not_offered', cause: 'syn_proxy' })] }),
  at(6, { v1: echo, cause: 'syn_reflected', asn: 64_510, ...paired(false), ways: [] }),
  at(7, { v1: echo, cause: 'syn_reflected', asn: 64_510 }),
  at(8, { v1: echo, asn: 64_511 }),
];

test('a box is told of addresses by what they are; the plain controls say how often that is wrong', async () => {
  const table = nearerTable(await resultsOf(hosts));
  const shown = table.rows.map(({ kind, addresses, compared, nearer, share }) => [
    kind,
    addresses,
    compared,
    nearer,
    share,
  ]);
  assert.equal(shown, [
    ['plain controls', 3, 2, 1, 50],
    ['capable addresses', 2, 2, 1, 50],
    ['mirroring addresses', 1, 1, 0, 0],
  ]);
  assert.match(table.denominator, 'Of the plain controls 1 of 2 (50.00\u00a0%) are beyond both');
});

test('ways are counted by sample; where they change, by the ASes on either side', async () => {
  const results = await resultsOf(hosts);
  const ways = waysTable(results).rows.map((row) => [
    row.sample,
    row.ways,
    row.changed,
    row.stripped,
    row.syn_proxy,
    row.nearer,
  ]);
  assert.equal(ways, [
    ['capable', 3, 0, 0, 0, 1],
    ['not_offered', 3, 2, 2, 1, 0],
  ]);
  assert.equal(changedTable(results).rows, [
    {
      sample: 'not_offered',
      shows: 'stripped',
      asn_before: 64_500,
      asn_behind: 64_502,
      ways: 2,
      nearest: 6,
      hops_median: 8,
      farthest: 10,
    },
  ]);
});

test('echoes have a cause, or none that is sure', async () => {
  const table = causesTable(await resultsOf(hosts));
  assert.equal(
    table.rows.map(({ cause, endpoints, ases, most_asn }) => [cause, endpoints, ases, most_asn]),
    [
      ['syn_reflected', 2, 1, 64_510],
      ['(not sure)', 1, 1, 64_511],
    ],
  );
  assert.match(table.denominator, 'return our option: 3.');
});

test('what was not measured is said', () => {
  const none = makeResults({});
  assert.match(waysTable(none).empty, 'hops stage was disabled');
  assert.match(nearerTable(none).denominator, 'No threshold: fewer than 99 plain controls');
  for (const table of [nearerTable, waysTable, changedTable])
    assert.match(table({ ...none, alone: true }).empty, 'replies to SYNs alone');
});

test.run();
