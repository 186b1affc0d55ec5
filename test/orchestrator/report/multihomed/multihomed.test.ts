// takes: long
// runs: behind
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openDatabase, rows, runSql } from '../../../../orchestrator/core/database/duckdb.ts';
import { type Row, rowsOf } from '../../../../orchestrator/report/rows.ts';
import { makeViews } from '../../../../orchestrator/report/views.ts';
import type { HostsRecord } from '../../../../orchestrator/schemas/records/hosts.ts';
import { makeHost, verdict, writeParquet } from '../parquet.ts';

const test = suite('report/multihomed');

const queries = ['host_sizes', 'multihomed', 'announcers', 'host_places', 'joins'] as const;
type Found = Record<(typeof queries)[number], Row[]>;

/** What the queries give over runs of these hosts; each run has the same ones. */
async function found(hosts: HostsRecord[], runs = ['one']): Promise<Found> {
  const folder = await mkdtemp(join(tmpdir(), 'census-hosts-'));
  const paths = await writeParquet(folder, hosts, []);
  const database = await openDatabase({ temp: join(folder, 'temp') });
  await makeViews(database, { sources: runs.map((run) => ({ run, ...paths })), organisations: null, temp: folder });
  const all: [string, Row[]][] = [];
  for (const name of queries) all.push([name, await rowsOf((sql) => rows(database, sql), name)]);
  database.closeSync();
  await rm(folder, { recursive: true });
  return Object.fromEntries(all) as Found;
}

type Announced = NonNullable<HostsRecord['announced']>[number];

const a = (n: number) => `198.18.0.${n}`;

function announcing(address: string, given: Partial<Announced> = {}): Announced {
  const places = { country: null, latitude: null, longitude: null };
  const unasked = { joined: null, joined_missing: 'not_asked', join_failure: null, join_reset_reason: null } as const;
  const rest = { ...places, ...unasked, ...given };
  return { address, port: null, scope: 'global', hmac: 'valid', asn: null, resolved: true, ...rest };
}

/** One that was asked for a subflow, and gave it or not. */
function asked(address: string, failure: Announced['join_failure'], reason: number | null = null): Announced {
  const joined = { joined: failure === null, joined_missing: null, join_failure: failure, join_reset_reason: reason };
  return announcing(address, joined);
}

/** A capable address that was listened to until the end. */
function server(n: number | string, announced: Announced[], given: Partial<HostsRecord> = {}): HostsRecord {
  const held = { connected: true, fallback: false, held_to_end: true };
  const address = typeof n === 'number' ? a(n) : n;
  return makeHost({ address, v1: verdict('capable', 'connection'), ...held, announced, ...given });
}

const sizes: [sentence: string, hosts: HostsRecord[], addresses: number[]][] = [
  ['a server that announces nothing is a host of one address', [server(1, [])], [1]],
  ['an announced address belongs to the host that announced it', [server(1, [announcing(a(2))])], [2]],
  [
    'addresses that announce each other are one host',
    [server(1, [announcing(a(2))]), server(2, [announcing(a(1))])],
    [2],
  ],
  [
    'so are those that lead to each other over a third, in whatever order they come',
    [server(3, [announcing(a(9))]), server(1, [announcing(a(2))]), server(2, [announcing(a(9))]), server(4, [])],
    [1, 4],
  ],
  [
    'so are those of two hosts that turn out to be one',
    [server(1, [announcing(a(5))]), server(2, [announcing(a(6))]), server(5, [announcing(a(6))])],
    [4],
  ],
  [
    'a port without MPTCP says nothing of the address',
    [server(1, [], { held_to_end: false }), server(1, [announcing(a(2))], { port: 443, v1: verdict('not_offered') })],
    [],
  ],
  ['an announcement with another HMAC joins nothing', [server(1, [announcing(a(2), { hmac: 'invalid' })])], [1]],
  ['nor one whose HMAC could not be verified', [server(1, [announcing(a(2), { hmac: 'unverifiable' })])], [1]],
  ['nor one without: v0 has none', [server(1, [announcing(a(2), { hmac: 'absent' })])], [1]],
  [
    'two servers that leak the same private address are two hosts',
    [
      server(1, [announcing('10.0.0.1', { scope: 'private' })]),
      server(2, [announcing('10.0.0.1', { scope: 'private' })]),
    ],
    [1, 1],
  ],
  [
    'an address is one, whatever port is announced with it',
    [server(1, [announcing(a(1), { port: 8080 }), announcing(a(2), { port: 1 }), announcing(a(2))])],
    [2],
  ],
  [
    'an address that was asked at two ports is one',
    [server(1, [announcing(a(2))]), server(1, [announcing(a(3))], { port: 443 })],
    [3],
  ],
  [
    'whoever was not listened to until the end is no host of known size',
    [server(1, [announcing(a(2))], { held_to_end: false })],
    [],
  ],
  ['nor is a connection that fell back', [server(1, [], { fallback: true })], []],
  ['nor one that was not tried', [server(1, [], { held_to_end: null, fallback: null, announced: null })], []],
  ['nor one that is not capable', [server(1, [announcing(a(2))], { v1: verdict('echoed_option') })], []],
  ['an address that gave a subflow belongs to the host', [server(1, [asked(a(2), null)])], [2]],
  ['one that knows nothing of the connection does not', [server(1, [asked(a(2), 'reset', 1)])], [1]],
  ['nor does one without MPTCP', [server(1, [asked(a(2), 'no_option')])], [1]],
  ['nor one with the HMAC of another', [server(1, [asked(a(2), 'hmac')])], [1]],
  [
    'nor is it announced at another port, which was not asked',
    [server(1, [asked(a(2), 'reset', 1), announcing(a(2), { port: 1 })])],
    [1],
  ],
  ['a closed port says nothing of whose the address is', [server(1, [asked(a(2), 'refused')])], [2]],
  ['nor does silence', [server(1, [asked(a(2), 'timeout')])], [2]],
  ['nor does a reset for want of resources', [server(1, [asked(a(2), 'reset', 2)])], [2]],
  [
    'who announced it wrongly takes it from nobody who has it',
    [server(1, [asked(a(9), 'reset', 1)]), server(2, [announcing(a(9), { joined_missing: 'budget' })])],
    [1, 2],
  ],
  [
    'but it belongs to the host that announced it',
    [server(1, [announcing(a(2))]), server(2, [announcing(a(3))], { held_to_end: false })],
    [2],
  ],
];
for (const [sentence, hosts, addresses] of sizes) {
  test(`hosts: ${sentence}`, async () => {
    const { host_sizes } = await found(hosts);
    const counted = host_sizes.flatMap((row) => Array.from({ length: Number(row.hosts) }, () => row.addresses));
    assert.equal(counted, addresses);
  });
}

const counts = (found: Row[], counted: string) => found.map((row) => [row[counted], row.of]);

test('hosts: multi-homed, dual-stacked, unlisted and over several ASes are counted where they can be told', async () => {
  const { multihomed } = await found([
    server(1, [announcing('2001:db8::1', { asn: 64501, resolved: false })], { asn: 64500 }),
    server(2, [announcing(a(3), { asn: 64500 })], {
      asn: 64500,
      domains: [{ name: 'a.example', rank: 1, www: false }],
    }),
    server(4, [announcing(a(5))], { asn: 64500 }),
    server(6, [], { asn: 64500 }),
  ]);
  assert.equal(counts(multihomed, 'hosts'), [
    [3, 4],
    [1, 4],
    [1, 2],
    [1, 2],
    [0, 0],
  ]);
});

test('joins: each address that was asked is counted once, by what became of it', async () => {
  const { joins, multihomed } = await found([
    server(1, [asked(a(2), null), asked(a(3), 'refused'), announcing(a(4))]),
    server(5, [asked(a(6), 'reset', 1), announcing(a(2), { joined_missing: 'budget' }), asked(a(7), 'timeout')]),
    server(8, [asked(a(8), null), asked(a(9), 'cut_short')]),
    server(10, [announcing(a(11))], { held_to_end: false }),
    server(12, [asked(a(13), 'no_option'), asked(a(14), 'unreachable')], { v1: verdict('echoed_option') }),
  ]);
  assert.equal(counts(joins, 'addresses'), [
    [2, 8],
    [2, 8],
    [1, 8],
    [2, 8],
    [1, 8],
  ]);
  // Of the first and second, which are one host, and the third, whose own address proves nothing of another.
  assert.equal(counts(multihomed, 'hosts')[4], [1, 2]);
});

test('joins: results of a version without them are read, and nobody was asked', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'census-hosts-'));
  const { hosts, domains } = await writeParquet(folder, [server(1, [announcing(a(2))])], []);
  const old = join(folder, 'old.parquet');
  const database = await openDatabase({ temp: join(folder, 'temp') });
  const kept = ['address', 'port', 'scope', 'hmac', 'asn', 'resolved', 'country', 'latitude', 'longitude'];
  const fields = kept.map((field) => `${field} := a.${field}`).join(', ');
  const sql = `COPY (SELECT * REPLACE ([struct_pack(${fields}) FOR a IN announced] AS announced) FROM '${hosts}') TO '${old}' (FORMAT parquet)`;
  await runSql(database, sql);
  await makeViews(database, { sources: [{ run: 'old', hosts: old, domains }], organisations: null, temp: folder });
  const of = async (name: 'joins' | 'host_sizes') => await rowsOf((query) => rows(database, query), name);
  assert.equal(counts(await of('joins'), 'addresses')[0], [0, 0]);
  assert.is((await of('host_sizes'))[0]?.addresses, 2);
  database.closeSync();
  await rm(folder, { recursive: true });
});

test('hosts: without names in the list nobody can tell which address it led to', async () => {
  const { multihomed } = await found([server(1, [announcing(a(2), { resolved: null })])]);
  assert.equal(counts(multihomed, 'hosts')[2], [0, 0]);
});

test('hosts: leaks, C flags, and C flags with an announcement are of those listened to', async () => {
  const flagged = { ...verdict('capable', 'connection'), flags: '21' };
  const plain = { ...flagged, flags: '81' };
  const { announcers } = await found([
    server(1, [announcing('10.0.0.1', { scope: 'private' }), announcing(a(9))], { v1: flagged }),
    server(2, [], { v1: flagged }),
    server(3, [announcing(a(9))], { v1: plain }),
    server(4, [announcing(a(9))], { held_to_end: false, v1: flagged }),
  ]);
  assert.equal(counts(announcers, 'addresses'), [
    [2, 3],
    [1, 3],
    [2, 3],
    [1, 3],
  ]);
});

test('hosts: a host at two places draws one line, at one place none, whoever announced whom', async () => {
  const [here, there] = [
    { latitude: 60, longitude: 25 },
    { latitude: -10, longitude: 0 },
  ];
  const { host_places } = await found([
    server(1, [announcing(a(2), there)], here),
    server(2, [announcing(a(1), here)], there),
    server(3, [announcing(a(4), here)], here),
    server(5, [announcing(a(6))], here),
  ]);
  assert.equal(host_places, [{ latitude: -10, longitude: 0, other_latitude: 60, other_longitude: 25, hosts: 1 }]);
});

test('hosts: hosts of one run are not those of another', async () => {
  const { host_sizes } = await found([server(1, [announcing(a(2))])], ['one', 'two']);
  assert.equal(counts(host_sizes, 'addresses'), [[2, undefined]]);
  assert.is(host_sizes[0]?.hosts, 2);
});

test.run();
