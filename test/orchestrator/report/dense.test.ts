// runs: behind
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { openDatabase, rows } from '../../../orchestrator/core/database/duckdb.ts';
import { type Row, rowsOf } from '../../../orchestrator/report/rows.ts';
import { makeViews } from '../../../orchestrator/report/views.ts';
import type { DomainsRecord } from '../../../orchestrator/schemas/records/domains.ts';
import type { HostsRecord } from '../../../orchestrator/schemas/records/hosts.ts';
import { makeDomain, makeHost, verdict, writeParquet } from './parquet.ts';

const test = suite('report/dense');

interface Found {
  /** Prefix, and how many endpoints are in it. */
  prefixes: [string, number][];
  table: Row[];
}

/** @param other hosts of a second run */
async function denseOf(
  hosts: HostsRecord[],
  domains: DomainsRecord[] = [],
  other: HostsRecord[] | null = null,
): Promise<Found> {
  const folder = await mkdtemp(join(tmpdir(), 'census-dense-'));
  const sources = [{ run: 'one', ...(await writeParquet(folder, hosts, domains)) }];
  if (other !== null) sources.push({ run: 'two', ...(await writeParquet(join(folder, 'two'), other, [])) });
  const database = await openDatabase({ temp: join(folder, 'temp') });
  await makeViews(database, { sources, organisations: null, temp: folder });
  const prefixes: [string, number][] = [];
  const grouped = 'SELECT prefix, count(*) AS n FROM dense GROUP BY prefix ORDER BY prefix';
  for await (const row of rows(database, grouped)) {
    const { prefix, n } = z.object({ prefix: z.string(), n: z.number() }).parse(row);
    prefixes.push([prefix, n]);
  }
  const table = await rowsOf((sql) => rows(database, sql), 'dense');
  database.closeSync();
  await rm(folder, { recursive: true });
  return { prefixes, table };
}

type Given = Partial<HostsRecord>;
const many = (n: number, address: (i: number) => string, given: (i: number) => Given = () => ({})) =>
  Array.from({ length: n }, (_, i) => makeHost({ address: address(i), ...given(i) }));
const capable = { v1: verdict('capable', 'fresh_key') };
const random = (i: number) => ((i * 40503 + 4660) & 0xffff).toString(16);

const cases: [title: string, hosts: HostsRecord[], prefixes: [string, number][]][] = [
  ['250 addresses of a /24 that answer are dense', many(250, (i) => `198.18.4.${i}`), [['198.18.4.0/24', 250]]],
  ['249 are not', many(249, (i) => `198.18.4.${i}`), []],
  ['250 over two /24s are not', many(250, (i) => `198.18.${4 + (i % 2)}.${i}`), []],
  [
    '250 RSTs are no answers',
    many(
      250,
      (i) => `198.18.4.${i}`,
      () => ({ v1: verdict('refused'), v0: verdict('refused') }),
    ),
    [],
  ],
  [
    '250 over two ports are not',
    many(
      250,
      (i) => `198.18.4.${i}`,
      (i) => ({ port: i % 2 === 0 ? 80 : 443 }),
    ),
    [],
  ],
  [
    '16 random addresses of a /64 that answer alike are dense',
    many(16, (i) => `2001:db8:0:7:${random(i)}:1:2:3`),
    [['2001:db8:0:7::/64', 16]],
  ],
  ['15 are not', many(15, (i) => `2001:db8:0:7:${random(i)}:1:2:3`), []],
  ['200 numbered in a row are not', many(200, (i) => `2001:db8:0:7::${(i + 1).toString(16)}`), []],
  [
    '16 of which one answers otherwise are not',
    many(
      16,
      (i) => `2001:db8:0:7:${random(i)}:1:2:3`,
      (i) => (i === 3 ? capable : {}),
    ),
    [],
  ],
  [
    'within a /64 a /96 may be',
    many(16, (i) => `2001:db8:0:7:aaaa:bbbb:${random(i)}:3`),
    [['2001:db8:0:7:aaaa:bbbb::/96', 16]],
  ],
  [
    'an address written short lies in the prefix of one written long',
    [...many(15, (i) => `2001:db8::${random(i)}:1:2:3`), makeHost({ address: '2001:db8::9' })],
    [['2001:db8:0:0::/64', 16]],
  ],
  ['so at its beginning', many(16, (i) => `::${random(i)}:1:2:3`), [['0:0:0:0::/64', 16]]],
  ['and at its end', many(16, (i) => `2001:db8:0:7:${random(i)}::`), [['2001:db8:0:7::/64', 16]]],
  [
    'what else answers there at another port is not of them',
    many(
      17,
      (i) => `2001:db8:0:7:${random(i)}:1:2:3`,
      (i) => (i === 16 ? { port: 443 } : {}),
    ),
    [['2001:db8:0:7::/64', 16]],
  ],
];
for (const [title, hosts, prefixes] of cases) {
  test(title, async () => {
    assert.equal((await denseOf(hosts)).prefixes, prefixes);
  });
}

test('what is dense in one run says nothing of another', async () => {
  const [first, ...others] = many(17, (i) => `2001:db8:0:7:${random(i)}:1:2:3`);
  assert.equal((await denseOf(others, [], first === undefined ? [] : [first])).prefixes, [['2001:db8:0:7::/64', 16]]);
});

test('a silent address that a name led to says that not everything answers', async () => {
  const hosts = many(16, (i) => `2001:db8:0:7:${random(i)}:1:2:3`);
  const elsewhere = makeDomain({ name: 'a.example', addresses: ['2001:db8:0:8::1'] });
  const within = makeDomain({ name: 'b.example', addresses: ['2001:db8:0:7::1'] });
  assert.is((await denseOf(hosts, [elsewhere])).prefixes.length, 1);
  assert.is((await denseOf(hosts, [elsewhere, within])).prefixes.length, 0);
});

test('counts stand with the prefixes and without them, per family and port', async () => {
  const hosts = [
    ...many(
      250,
      (i) => `198.18.4.${i}`,
      () => capable,
    ),
    ...many(
      30,
      (i) => `198.18.5.${i}`,
      (i) => (i < 3 ? capable : {}),
    ),
    ...many(
      30,
      (i) => `198.18.5.${i}`,
      () => ({ port: 443 }),
    ),
  ];
  const { table } = await denseOf(hosts);
  assert.equal(table, [
    {
      family: 'IPv4',
      port: 80,
      prefixes: 1,
      within: 250,
      answered: 280,
      all_v1: 253,
      all_v1_share: (100 * 253) / 280,
      v1: 3,
      v1_share: 10,
      all_v0: 0,
      all_v0_share: 0,
      v0: 0,
      v0_share: 0,
    },
  ]);
});

test('where nothing is dense there is no row', async () => {
  assert.equal((await denseOf(many(5, (i) => `198.18.4.${i}`))).table, []);
});

test.run();
