// runs: behind
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openDatabase, rows, vectors } from '../../../orchestrator/core/database/duckdb.ts';
import type { ReportFacts } from '../../../orchestrator/report/facts.ts';
import { readResults } from '../../../orchestrator/report/results.ts';
import { readPopularity, readUncertain, type Uncertain } from '../../../orchestrator/report/uncertain.ts';
import { makeViews } from '../../../orchestrator/report/views.ts';
import type { DomainsRecord } from '../../../orchestrator/schemas/records/domains.ts';
import type { HostsRecord } from '../../../orchestrator/schemas/records/hosts.ts';
import { makeFacts } from './facts.ts';
import { makeDomain, makeHost, verdict, writeParquet } from './parquet.ts';

const test = suite('report/uncertain');

async function uncertainOf(
  hosts: HostsRecord[],
  domains: DomainsRecord[],
  given: Partial<ReportFacts> = {},
): Promise<Uncertain> {
  const folder = await mkdtemp(join(tmpdir(), 'census-uncertain-'));
  const paths = await writeParquet(folder, hosts, domains);
  const database = await openDatabase({ temp: join(folder, 'temp') });
  await makeViews(database, { sources: [{ run: 'one', ...paths }], organisations: null, temp: folder });
  const ask = (sql: string) => rows(database, sql);
  const facts = makeFacts(given);
  const popularity = readPopularity(ask, (sql) => vectors(database, sql), facts);
  const found = await readUncertain(ask, readResults(ask), popularity, facts);
  database.closeSync();
  await rm(folder, { recursive: true });
  return found;
}

const capable = verdict('capable', 'fresh_key');
const address = (n: number) => `198.18.${n >> 8}.${n & 255}`;
const site = (name: string) => ({ name, rank: null, www: false });

const named = [
  makeHost({ address: address(1), v1: capable, domains: [site('a.example')] }),
  makeHost({ address: address(2), v1: verdict('inconsistent'), domains: [site('a.example'), site('b.example')] }),
  makeHost({ address: address(3), v1: verdict('unknown'), v0: capable, domains: [site('c.example')] }),
  makeHost({ address: address(4), v1: verdict('unknown'), v0: verdict('inconsistent'), domains: [site('d.example')] }),
  makeHost({ address: address(5), v0: verdict('unknown') }),
  makeHost({ address: address(6), v1: verdict('echoed_option') }),
];
const lists = ['a', 'b', 'c', 'd'].map((name) =>
  makeDomain({
    name: `${name}.example`,
    addresses: [address(1)],
    addresses_capable_v1: name === 'a' ? 1 : 0,
    addresses_capable_v0: name === 'c' ? 1 : 0,
  }),
);

test('undecided is what is unknown or inconsistent, and of addresses and domains only what is capable nowhere', async () => {
  const { bounds } = await uncertainOf(named, lists, { lost: { replies: 0, opinions: null } });
  assert.equal(
    bounds.map(({ key, capable: n, answered, unknown, inconsistent, most }) => [
      key,
      n,
      answered,
      unknown,
      inconsistent,
      most,
    ]),
    [
      ['endpoints_v1', 1, 4, 2, 1, 4],
      ['endpoints_v0', 1, 5, 1, 1, 3],
      ['addresses', 2, 6, 1, 2, 5],
      ['domains', 2, 4, 0, 2, 4],
    ],
  );
});

test('lost replies are undecided, never more than answered; of domains they tell nothing', async () => {
  const { bounds } = await uncertainOf(named, lists, { lost: { replies: 1, opinions: null } });
  assert.equal(
    bounds.map(({ lost, most }) => [lost, most]),
    [
      [1, 4],
      [1, 4],
      [1, 6],
      [null, null],
    ],
  );
});

/** 60 ASes of 4 addresses each, in two countries; two in three of every fifth AS are capable. */
const systems = Array.from({ length: 240 }, (_, i) => {
  const asn = 64_500 + Math.floor(i / 4);
  const is = asn % 5 === 0 && i % 4 < 3;
  return makeHost({
    address: address(i),
    v1: is ? capable : verdict('not_offered'),
    asn,
    country: asn % 2 === 0 ? 'FI' : 'DE',
    domains: [site(`s${i}.example`)],
  });
});
const ranked = systems.map(({ address: one, v1 }, i) =>
  makeDomain({
    name: `s${i}.example`,
    rank: i + 1,
    addresses: [one],
    addresses_capable_v1: v1?.verdict === 'capable' ? 1 : 0,
  }),
);

test('where enough ASes answered there is an interval around the share, the same for the same seed, another for another', async () => {
  const [first, again, other] = [
    await uncertainOf(systems, ranked),
    await uncertainOf(systems.toReversed(), ranked.toReversed()),
    await uncertainOf(systems, ranked, { seed: 2 }),
  ];
  assert.equal(first, again);
  assert.not.equal(first, other);
  for (const { key, ases, capable: n, answered } of first.bounds) {
    if (key === 'endpoints_v0') assert.equal(ases, { why: '0 ASes have any, 3 are needed' });
    else assert.ok(!('why' in ases) && ases.low < n / answered && n / answered < ases.high, key);
  }
});

test('ratios of countries have no interval where fewer than 30 ASes are capable', async () => {
  const { countries } = await uncertainOf(systems, ranked);
  assert.equal([...countries].sort(), [
    ['DE', { why: '12 ASes answered, 30 are needed' }],
    ['FI', { why: '12 ASes answered, 30 are needed' }],
  ]);
});

test('capable ASes in two countries: the interval of each ratio holds it', async () => {
  const all = systems.map((host) => ({ ...host, v1: capable }));
  const { countries } = await uncertainOf(all, []);
  const of = countries.get('FI');
  assert.ok(of !== undefined && !('why' in of) && of.low < 0.5 && 0.5 < of.high && of.high < 0.75, JSON.stringify(of));
});

test('the test of popularity reads the place of each domain and the AS of each', async () => {
  const { popularity } = await uncertainOf(systems, ranked);
  const places = ranked.flatMap(({ addresses_capable_v1: n }, i) => (n > 0 ? [(i + 0.5) / 240] : []));
  assert.is(popularity?.operators, 12);
  assert.ok(Math.abs((popularity?.seen ?? 0) - places.reduce((sum, one) => sum + one, 0) / 36) < 1e-9);
  assert.ok(Math.abs((popularity?.expected ?? 0) - 0.5) < 0.03);
});

test('domains of one rank stand in the middle of their rank', async () => {
  const all = ranked.map((domain) => ({ ...domain, rank: 1000 }));
  assert.is((await uncertainOf(systems, all)).popularity?.seen, 0.5);
});

const unknowns: [title: string, given: Partial<ReportFacts>, hosts: HostsRecord[], why: string][] = [
  ['without an AS', {}, named, 'of no address the AS is known'],
  ['without a run', { seed: null }, systems, 'there is no run, and so no seed'],
];
for (const [title, given, hosts, why] of unknowns) {
  test(`${title} nothing is claimed of other ASes`, async () => {
    const { bounds, popularity } = await uncertainOf(hosts, lists, given);
    for (const { ases } of bounds) assert.equal(ases, { why });
    assert.is(popularity, null);
  });
}

test.run();
