// takes: long
// runs: behind
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openDatabase, rows } from '../../../orchestrator/core/database/duckdb.ts';
import { type Results, readResults } from '../../../orchestrator/report/results.ts';
import { countOf, type Row } from '../../../orchestrator/report/rows.ts';
import { makeViews } from '../../../orchestrator/report/views.ts';
import type { DomainsRecord } from '../../../orchestrator/schemas/records/domains.ts';
import type { HostsRecord } from '../../../orchestrator/schemas/records/hosts.ts';
import { makeDomain, makeHost, readCase, verdict, writeParquet } from './parquet.ts';

const test = suite('report over several runs');

interface Run {
  run: string;
  hosts: HostsRecord[];
  domains: DomainsRecord[];
}

/** What all queries give over these runs together. */
async function resultsOf(...runs: Run[]): Promise<Results> {
  const folder = await mkdtemp(join(tmpdir(), 'census-runs-'));
  const sources = [];
  for (const { run, hosts, domains } of runs)
    sources.push({ run, ...(await writeParquet(join(folder, run), hosts, domains)) });
  const database = await openDatabase({ temp: join(folder, 'temp') });
  await makeViews(database, { sources, organisations: null, temp: folder });
  const results = await readResults((sql) => rows(database, sql));
  database.closeSync();
  await rm(folder, { recursive: true });
  return results;
}

const small = await readCase('test/cases/report/small');
const once = await resultsOf({ run: 'a', ...small });
const twice = await resultsOf({ run: 'a', ...small }, { run: 'b', ...small });

/** Doubles the columns that count. */
function doubled(found: Row[], counts: string[]): Row[] {
  return found.map((row) => {
    const times = (column: string) => (typeof row[column] === 'number' ? 2 * row[column] : (row[column] ?? null));
    return { ...row, ...Object.fromEntries(counts.map((column) => [column, times(column)])) };
  });
}

/** Queries and their columns that count; every other column, shares among them, stays as it is. */
const counting = {
  verdicts: ['v1', 'v0'],
  rungs: ['v1', 'v0'],
  ports: ['answered', 'synack_v1', 'v1', 'confirmed', 'synack_v0', 'v0'],
  families: ['answered', 'synack_v1', 'v1', 'confirmed', 'synack_v0', 'v0'],
  not_counted: ['v1', 'v0'],
  table1: ['servers', 'undecided', 'answered', 'v1', 'confirmed', 'v0'],
  table2: ['hosts', 'undecided', 'answered', 'v1', 'confirmed', 'v0'],
  organisations: ['hosts', 'answered', 'v1', 'confirmed', 'v0'],
  operators: ['addresses'],
  domain_countries: ['domains', 'confirmed', 'hosts'],
  domain_systems: ['domains', 'confirmed', 'hosts'],
  domain_organisations: ['domains', 'confirmed', 'hosts'],
  mixed_domains: ['count', 'of'],
  lists: ['names', 'resolved', 'answered', 'capable', 'v1', 'confirmed'],
  announcements: [
    'servers',
    'announcements',
    'ipv4',
    'ipv6',
    'resolved',
    'unresolved',
    'same_as',
    'other_as',
    'hmac_valid',
    'hmac_invalid',
  ],
  connections: ['addresses', 'of'],
  path_ratios: ['addresses'],
  map: ['servers'],
  top_groups: ['answered', 'capable'],
  fingerprints: ['asked', 'fingerprinted', 'candidates'],
  system_signs: [
    'capable',
    'echoed',
    'other',
    'fallback',
    'fallback_of',
    'mp_fail',
    'mp_fail_of',
    'near',
    'near_of',
    'boxed',
    'boxed_of',
  ],
  causes: ['endpoints'],
  first_mixed: [],
} as const;
for (const [name, counts] of Object.entries(counting)) {
  test(`${name}: the same hosts in two runs count twice, and every share stays`, () => {
    const query = name as keyof typeof counting;
    assert.ok(once.rows(query).length > 0, 'the case shows nothing');
    assert.equal(twice.rows(query), doubled(once.rows(query), [...counts]));
  });
}

test('the headline numbers of two runs are their sums', () => {
  assert.equal(twice.summary, doubled([once.summary], Object.keys(once.summary))[0]);
  assert.ok(once.total('domains_capable') > 0);
});

test('the occurrence of a system in two runs is its sum, but for rounding', () => {
  const rounded = (rows: Row[], times: number) =>
    rows.map((row) => Math.round(10 * times * countOf(row, 'occurrence')));
  assert.ok(once.rows('table4').length > 0);
  assert.equal(rounded(twice.rows('table4'), 1), rounded(once.rows('table4'), 2));
  const addresses = (rows: Row[]) => rows.map((row) => countOf(row, 'addresses'));
  assert.equal(addresses(twice.rows('table4')), addresses(doubled(once.rows('table4'), ['addresses'])));
});

test('coverage and points count per run', () => {
  assert.equal(
    twice.coverage.map(({ field, known }) => [field, known]),
    once.coverage.map(({ field, known }) => [field, 2 * known]),
  );
  assert.is(twice.rows('paths').length, 2 * once.rows('paths').length);
});

test('an entry of two runs is listed once for each, with the numbers of each', () => {
  const [first] = once.rows('table3');
  assert.equal(twice.rows('table3').slice(0, 2), [first, first]);
});

test('an entry has the addresses, and a mixed one the place, of its own run', async () => {
  const run = (name: string, others: string[]): Run => ({
    run: name,
    hosts: [
      makeHost({
        address: '198.18.0.1',
        v1: verdict('capable'),
        domains: [{ name: 'b.example', rank: 2, www: false }],
      }),
    ],
    domains: [
      makeDomain({ name: 'a.example', rank: 1, addresses: ['198.18.0.9'], addresses_capable_v1: 1 }),
      makeDomain({
        name: 'b.example',
        rank: 2,
        addresses: ['198.18.0.1', ...others],
        addresses_capable_v1: 1,
        mixed: true,
      }),
    ],
  });
  const results = await resultsOf(run('a', []), run('b', ['198.18.0.2']));
  assert.equal(
    results.rows('table3').map(({ addresses }) => addresses),
    [1, 2],
  );
  assert.equal(results.rows('first_mixed'), [{ rank: 2, place: 2 }]);
});

test('an address that moved between two runs counts where each run saw it, and what one run shows confirms nothing in the other', async () => {
  const at = (country: string, rung: 'fresh_key' | 'connection', more: Partial<HostsRecord>): Run => ({
    run: country,
    hosts: [
      makeHost({
        address: '198.18.0.1',
        v1: verdict('capable', rung),
        country,
        domains: [{ name: 'a.example', rank: 1, www: false }],
        ...more,
      }),
    ],
    domains: [makeDomain({ name: 'a.example', rank: 1, addresses: ['198.18.0.1'], addresses_capable_v1: 1 })],
  });
  const results = await resultsOf(at('FI', 'fresh_key', {}), at('SE', 'connection', { connected: true }));
  assert.equal(
    results.rows('table1').map(({ country, servers, confirmed }) => [country, servers, confirmed]),
    [
      ['FI', 1, null],
      ['SE', 1, 1],
    ],
  );
  assert.equal(
    ['addresses_capable', 'addresses_tried_v1', 'domains_listed', 'domains_tried_v1'].map(results.total),
    [2, 1, 2, 1],
  );
  assert.equal(
    results.rows('table3').map(({ confirmed }) => confirmed),
    [null, 1],
  );
});

test('an address that is capable in one of two runs is one capable address, of two that answered', async () => {
  const run = (name: string, word: 'capable' | 'not_offered'): Run => ({
    run: name,
    hosts: [makeHost({ address: '198.18.0.1', v1: verdict(word) })],
    domains: [],
  });
  const results = await resultsOf(run('a', 'capable'), run('b', 'not_offered'));
  assert.equal(['addresses_capable', 'addresses_synack', 'addresses_replied'].map(results.total), [1, 2, 2]);
});

test.run();
