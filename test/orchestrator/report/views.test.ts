// takes: long
// runs: behind
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openDatabase, rows } from '../../../orchestrator/core/database/duckdb.ts';
import { type Row, rowsOf } from '../../../orchestrator/report/rows.ts';
import { makeViews } from '../../../orchestrator/report/views.ts';
import { Classification, ConfirmedRung, Rung, VerdictName } from '../../../orchestrator/schemas/lists.ts';
import type { DomainsRecord } from '../../../orchestrator/schemas/records/domains.ts';
import type { HostsRecord } from '../../../orchestrator/schemas/records/hosts.ts';
import { makeDomain, makeHost, verdict, writeParquet } from './parquet.ts';

const test = suite('report/views');

/** Rows of one query of the report over these hosts and domains. */
async function queryOf(name: string, hosts: HostsRecord[], domains: DomainsRecord[] = []): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'census-views-'));
  const paths = await writeParquet(folder, hosts, domains);
  const database = await openDatabase({ temp: join(folder, 'temp') });
  await makeViews(database, { sources: [{ run: 'one', ...paths }], organisations: null, temp: folder });
  const found = await rowsOf((sql) => rows(database, sql), name);
  database.closeSync();
  await rm(folder, { recursive: true });
  return found;
}

const address = (n: number) => `198.18.0.${n}`;

/** What each reply is; written down here once more, on purpose. */
const replies: Record<Classification, { synack: number; offered: number }> = {
  synack_no_option: { synack: 1, offered: 0 },
  mp_capable: { synack: 1, offered: 1 },
  echoed: { synack: 1, offered: 1 },
  version_mismatch: { synack: 1, offered: 1 },
  malformed: { synack: 1, offered: 1 },
  other_subtype: { synack: 1, offered: 1 },
  mp_tcprst: { synack: 0, offered: 0 },
  rst: { synack: 0, offered: 0 },
  icmp_unreachable: { synack: 0, offered: 0 },
  icmp_ttl_exceeded: { synack: 0, offered: 0 },
};
for (const reply of Classification.options) {
  const { synack, offered } = replies[reply];
  test(`${reply} ${synack === 1 ? 'is' : 'is not'} a SYN/ACK, with ${offered} MPTCP options, in both versions`, async () => {
    const told = { ...verdict('unknown', 'none'), replies: [reply] };
    const [row] = await queryOf('summary', [makeHost({ address: address(1), v1: told, v0: told })]);
    for (const version of ['v1', 'v0']) {
      assert.is(row?.[`endpoints_replied_${version}`], 1);
      assert.is(row?.[`endpoints_synack_${version}`], synack);
      assert.is(row?.[`endpoints_offered_${version}`], offered);
    }
    assert.is(row?.addresses_synack, synack);
  });
}

test('every rung that a capable endpoint can reach has its row, in the order of the list', async () => {
  const hosts = Rung.options.map((rung, i) => makeHost({ address: address(i), v1: verdict('capable', rung) }));
  const found = await queryOf('rungs', hosts);
  assert.equal(
    found,
    Rung.options.map((rung) => ({ rung, v1: 1, v0: 0 })),
  );
});

test('every verdict has its row, in the order of the list', async () => {
  const hosts = VerdictName.options.map((name, i) => makeHost({ address: address(i), v0: verdict(name), v1: null }));
  const found = await queryOf('verdicts', hosts);
  assert.equal(
    found.map(({ verdict, v0, v1 }) => [verdict, v0, v1]),
    VerdictName.options.map((name) => [name, 1, 0]),
  );
});

test('confirmed begins at the rung connection, in v1 only, and only what is capable can be', async () => {
  const confirmed: readonly string[] = ['connection', 'add_addr_hmac', 'join_hmac'];
  assert.equal(ConfirmedRung.options, confirmed);
  for (const rung of Rung.options) {
    const known = { connected: true, fallback: false };
    const [v1] = await queryOf('summary', [makeHost({ address: address(1), v1: verdict('capable', rung), ...known })]);
    assert.is(v1?.endpoints_confirmed_v1, confirmed.includes(rung) ? 1 : 0, rung);
    const [v0] = await queryOf('summary', [makeHost({ address: address(1), v0: verdict('capable', rung), ...known })]);
    assert.is(v0?.endpoints_confirmed_v1, null, rung);
    const other = makeHost({ address: address(1), v1: verdict('inconsistent', rung), ...known });
    assert.is((await queryOf('summary', [other]))[0]?.endpoints_confirmed_v1, null, rung);
  }
});

const v1 = (rung: Rung) => verdict('capable', rung);
const country = { country: 'FI', asn: 64500, as_name: 'A', domains: [{ name: 'a.example', rank: 1, www: false }] };
const untried = (rung: Rung) => [makeHost({ address: address(1), v1: v1(rung), ...country })];
const tables = ['table1', 'table2', 'table3'];
const counted: [title: string, hosts: HostsRecord[], confirmed: number | null, tried: number][] = [
  ['nothing is known where no connection was tried', untried('fresh_key'), null, 0],
  [
    'a connection that fell back does not confirm',
    [makeHost({ address: address(1), v1: v1('fresh_key'), connected: true, fallback: true, ...country })],
    0,
    1,
  ],
  [
    'a connection that could not be made does not confirm',
    [makeHost({ address: address(1), v1: v1('fresh_key'), connected: false, ...country })],
    0,
    1,
  ],
  ['a rung that takes a connection says that there was one', untried('connection'), 1, 1],
  [
    'one confirmed port is enough for its address, which counts once',
    [
      makeHost({ address: address(1), v1: v1('fresh_key'), connected: true, ...country }),
      makeHost({ address: address(1), port: 443, v1: v1('join_hmac'), connected: true, ...country }),
      makeHost({ address: address(2), v1: v1('fresh_key'), connected: true, ...country }),
    ],
    1,
    2,
  ],
  [
    'a server capable in v0 only is not among those that could be confirmed',
    [
      makeHost({ address: address(1), v1: v1('connection'), connected: true, ...country }),
      makeHost({ address: address(2), v0: v1('fresh_key'), connected: true, fallback: true, ...country }),
    ],
    1,
    1,
  ],
];
for (const [title, hosts, confirmed, tried] of counted) {
  test(`${title}, in the headline and in Tables 1 to 3`, async () => {
    const capable = new Set(hosts.map((host) => host.address)).size;
    const domain = makeDomain({ name: 'a.example', rank: 1, addresses: [address(1)], addresses_capable_v1: capable });
    const [row] = await queryOf('summary', hosts, [domain]);
    assert.is(row?.addresses_confirmed_v1, confirmed);
    assert.is(row?.addresses_tried_v1, tried);
    assert.is(row?.domains_confirmed_v1, confirmed);
    for (const name of tables)
      assert.equal(
        (await queryOf(name, hosts, [domain])).map((one) => one.confirmed),
        [confirmed],
        name,
      );
    const step = (await queryOf('mixed_domains', hosts, [domain])).find(
      (one) => one.domains === 'of those, with a confirmed address',
    );
    assert.is(step?.count, confirmed);
  });
}

test('a system beyond the twelfth keeps its confirmed servers in (Other)', async () => {
  const hosts = Array.from({ length: 15 }, (_, i) =>
    makeHost({ address: address(i), v1: v1('connection'), connected: true, asn: 64500 + i, as_name: `AS-${10 + i}` }),
  );
  const found = await queryOf('table2', hosts);
  assert.equal(found.at(-1), {
    as_name: '(Other)',
    asn: null,
    hosts: 3,
    undecided: 0,
    ratio: 20,
    answered: 3,
    base: 20,
    v1: 3,
    confirmed: 3,
    v0: 0,
  });
});

/** Seven addresses answer with a SYN/ACK, one of them capable; another is closed, and one has two ports. */
const everywhere = [
  makeHost({ address: address(1), v1: v1('connection'), country: 'FI', asn: 64500 }),
  makeHost({ address: address(2), country: 'FI', asn: 64500 }),
  makeHost({ address: address(2), port: 443, country: 'FI', asn: 64500 }),
  makeHost({
    address: address(3),
    v1: verdict('refused'),
    v0: null,
    v0_missing: 'not_sent',
    country: 'FI',
    asn: 64500,
  }),
  makeHost({ address: address(4), country: 'FI', asn: 64501 }),
  ...[5, 6, 7, 8].map((n) => makeHost({ address: address(n), country: 'DE', asn: 64502 })),
];
for (const [name, rows] of [
  ['table1', [['FI', 3, '42.86']]],
  ['table2', [['(no name)', 2, '28.57']]],
] as const) {
  test(`${name}: beside the capable ones stands what of the list is there, addresses that sent a SYN/ACK`, async () => {
    const found = await queryOf(name, everywhere);
    const told = found.map(({ country, as_name, answered, base }) => [
      country ?? as_name,
      answered,
      Number(base).toFixed(2),
    ]);
    assert.equal(told, rows);
  });
}

test('(Other) has the addresses of every other system, also where none is capable', async () => {
  const capable = Array.from({ length: 13 }, (_, i) =>
    makeHost({ address: address(100 + i), v1: v1('connection'), asn: 65000 + i, as_name: `AS-${10 + i}` }),
  );
  const found = await queryOf('table2', [...everywhere.slice(4), ...capable]);
  assert.equal([found.at(-1)?.hosts, found.at(-1)?.answered], [1, 6]);
});

test('an answer with an option that is not capable is told by all of its rules, once', async () => {
  const echo = (n: number, rules: string[]) =>
    makeHost({ address: address(n), v0: { ...verdict('echoed_option'), rules } });
  const found = await queryOf('not_counted', [
    makeHost({ address: address(1), v0: verdict('capable') }),
    makeHost({ address: address(2) }),
    echo(3, ['option_echoed']),
    echo(4, ['option_echoed']),
    echo(5, ['key_constant', 'key_sent']),
    makeHost({ address: address(6), v1: verdict('malformed') }),
    makeHost({ address: address(7), v1: { ...verdict('echoed_option'), rules: ['option_echoed'] } }),
  ]);
  assert.equal(found, [
    { verdict: 'echoed_option', rules: 'option_echoed', v1: 1, v0: 2 },
    { verdict: 'echoed_option', rules: 'key_constant, key_sent', v1: 0, v0: 1 },
    { verdict: 'malformed', rules: 'malformed', v1: 1, v0: 0 },
  ]);
});

test('ports beyond the thirtieth are one row, with all of their counts', async () => {
  const hosts = Array.from({ length: 33 }, (_, i) =>
    makeHost({ address: address(1), port: 1000 + i, v1: v1('connection'), connected: true }),
  );
  const found = await queryOf('ports', [...hosts, makeHost({ address: '2001:db8::1', port: 1000 })]);
  assert.is(found.length, 31);
  assert.equal(
    found.map(({ family }) => family).filter((family) => family !== 'IPv4'),
    ['(Other)'],
  );
  const { port, answered, v1: capable, confirmed, synack_v1 } = found.at(-1) ?? {};
  assert.equal(
    { port, answered, capable, confirmed, synack_v1 },
    { port: null, answered: 4, capable: 3, confirmed: 3, synack_v1: 4 },
  );
});

test.run();
