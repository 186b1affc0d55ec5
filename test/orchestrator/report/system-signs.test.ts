// takes: long
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openDatabase, rows } from '../../../orchestrator/core/database/duckdb.ts';
import { type Row, rowsOf } from '../../../orchestrator/report/rows.ts';
import { makeViews } from '../../../orchestrator/report/views.ts';
import type { HostsRecord } from '../../../orchestrator/schemas/records/hosts.ts';
import { makeHost, verdict, writeParquet } from './parquet.ts';

const test = suite('report/queries/system_signs');

async function signsOf(hosts: HostsRecord[]): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'census-signs-'));
  const paths = await writeParquet(folder, hosts, []);
  const database = await openDatabase({ temp: join(folder, 'temp') });
  await makeViews(database, { sources: [{ run: 'one', ...paths }], organisations: null, temp: folder });
  const found = await rowsOf((sql) => rows(database, sql), 'system_signs');
  database.closeSync();
  await rm(folder, { recursive: true });
  return found;
}

const candidate = (vendor: string | null, family = vendor) => ({ name: `${family} 1`, accuracy: 90, family, vendor });
const cisco = [candidate('Cisco', 'IOS')];
const capable = verdict('capable', 'fresh_key');
const echo = verdict('echoed_option');
const at = (n: number, port: number, given: Partial<HostsRecord>) =>
  makeHost({ address: `198.18.0.${n}`, port, os: cisco, ...given });

const cases: [sentence: string, hosts: HostsRecord[], counts: Row][] = [
  [
    'an address counts once, and as capable when one of its ports is',
    [at(1, 80, { v1: echo }), at(1, 443, { v1: capable })],
    { capable: 1, echoed: 0, other: 0 },
  ],
  ['a mirror in one version alone is one', [at(1, 80, { v1: echo })], { capable: 0, echoed: 1, other: 0 }],
  ['what is neither is another', [at(1, 80, { v1: verdict('inconsistent') })], { capable: 0, echoed: 0, other: 1 }],
  [
    'a sign is of the capable addresses where it could be observed',
    [
      at(1, 80, { v1: capable, fallback: true, mp_fail: 2 }),
      at(2, 80, { v1: capable, fallback: false }),
      at(3, 80, { v1: capable }),
    ],
    { capable: 3, fallback: 1, fallback_of: 2, mp_fail: 1, mp_fail_of: 1 },
  ],
  [
    'a sign of an address that is not capable counts nowhere',
    [at(1, 80, { v1: echo, fallback: true, mp_fail: 1, syn_rtt_us: 1, ping_rtt_us: 10 })],
    { fallback: 0, fallback_of: 0, mp_fail: 0, mp_fail_of: 0, near: 0, near_of: 0 },
  ],
  [
    'a SYN/ACK in less than half of the time of a ping is nearer, half of it is not',
    [
      at(1, 80, { v1: capable, syn_rtt_us: 49, ping_rtt_us: 100 }),
      at(2, 80, { v1: capable, syn_rtt_us: 50, ping_rtt_us: 100 }),
      at(3, 80, { v1: capable, syn_rtt_us: 49 }),
    ],
    { near: 1, near_of: 2 },
  ],
];
for (const [sentence, hosts, counts] of cases) {
  test(sentence, async () => {
    const [row, ...others] = await signsOf(hosts);
    assert.equal(others, []);
    assert.equal(Object.fromEntries(Object.keys(counts).map((key) => [key, row?.[key] ?? null])), counts);
  });
}

test('an address weighs one, divided among its candidates; what they have in common adds up', async () => {
  const os = [candidate('Cisco', 'IOS'), candidate('Linux'), candidate('Linux'), candidate(null)];
  const found = await signsOf([at(1, 80, { v1: capable, os }), at(2, 80, { v1: echo, os: [candidate('Linux')] })]);
  assert.equal(
    found.map(({ vendor, family, capable: n, capable_share, echoed }) => [vendor, family, n, capable_share, echoed]),
    [
      ['Linux', 'Linux', 0.5, 50, 1],
      ['Cisco', 'IOS', 0.25, 25, 0],
      ['(none named)', null, 0.25, 25, 0],
    ],
  );
});

test('addresses without a fingerprint are in no row; of more than 12 systems the others are one', async () => {
  const hosts = Array.from({ length: 15 }, (_, i) => at(i + 1, 80, { v1: capable, os: [candidate(`V${i + 10}`)] }));
  const found = await signsOf([...hosts, at(99, 80, { v1: capable, os: [] }), at(98, 80, { v1: capable, os: null })]);
  assert.is(found.length, 13);
  assert.equal([found[12]?.vendor, found[12]?.family, found[12]?.capable], ['(Other)', null, 3]);
  assert.equal(found[12]?.capable_share, 20);
});

test.run();
