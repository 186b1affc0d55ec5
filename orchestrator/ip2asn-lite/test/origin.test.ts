import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildTable, type Match, type Table } from '../src/index.ts';
import { type Peer, peerIndexTable, type Route, rib, type Segment, sequence, tableDump } from './mrt-writer.ts';
import { withFile } from './scratch.ts';

const test = suite('origin');

const PEERS: Peer[] = [
  { address: '198.18.0.1', asn: 10 },
  { address: '198.18.0.2', asn: 20 },
  { address: '198.18.0.3', asn: 30 },
  { address: '2001:db8::4', asn: 4_200_000 },
];

function build(records: Buffer[], options = {}): Promise<Table> {
  return withFile('rib.mrt', Buffer.concat(records), (source) => buildTable({ source, ...options }));
}

function summary(match: Match | null): unknown {
  return match === null ? null : [match.asn, [...match.origins], [...match.flags].join(' ')];
}

const set = (...asns: number[]): Segment => ({ type: 1, asns });

function routes(...paths: Segment[][]): Route[] {
  return paths.map((path, peer) => ({ peer, path }));
}

/** What the peers report for 198.18.4.0/24, and the answer: ASN, origins, flags. */
const CASES: [string, Route[], [number, number[], string]][] = [
  ['the last AS of the path is the origin', routes(sequence(10, 3, 100)), [100, [100], '']],
  [
    'the origin that most peers see wins',
    routes(sequence(10, 200), sequence(20, 100), sequence(30, 200)),
    [200, [200, 100], 'moas'],
  ],
  ['ties go to the lowest ASN', routes(sequence(10, 300), sequence(20, 100)), [100, [100, 300], 'moas']],
  [
    'one peer with two paths is one peer',
    [
      { peer: 0, path: sequence(10, 300), pathId: 1 },
      { peer: 0, path: sequence(10, 9, 300), pathId: 2 },
      { peer: 1, path: sequence(20, 100), pathId: 1 },
    ],
    [100, [100, 300], 'moas'],
  ],
  [
    'paths of several peers with ids count each peer',
    [
      { peer: 0, path: sequence(10, 300), pathId: 1 },
      { peer: 1, path: sequence(20, 300), pathId: 7 },
      { peer: 2, path: sequence(30, 100), pathId: 1 },
    ],
    [300, [300, 100], 'moas'],
  ],
  [
    'a set gives all its members, the lowest first',
    routes([...sequence(10), set(300, 200, 250)]),
    [200, [200, 250, 300], 'as_set'],
  ],
  ['a set of one is still a set', routes([...sequence(10), set(300)]), [300, [300], 'as_set']],
  [
    'the order within a set does not make another set',
    routes([set(200, 300)], [set(300, 200)], sequence(30, 9)),
    [200, [200, 300, 9], 'moas as_set'],
  ],
  [
    'a plain AS comes before a set that starts with it',
    routes([set(100, 200)], sequence(20, 100)),
    [100, [100, 200], 'moas'],
  ],
  ['a sequence after a set ends the path', routes([...sequence(10), set(5, 6), ...sequence(100)]), [100, [100], '']],
  [
    'confederation segments at the end are no origin',
    routes([...sequence(10, 100), { type: 3, asns: [65001] }, { type: 4, asns: [65002] }]),
    [100, [100], ''],
  ],
  ['an empty path is a route of the peer itself', routes([]), [10, [10], '']],
  ['a path of confederation segments only is empty', routes([{ type: 3, asns: [65001] }]), [10, [10], '']],
  ['an empty segment is nothing', routes([...sequence(10, 100), { type: 2, asns: [] }]), [100, [100], '']],
  ['private origins are kept and flagged', routes(sequence(10, 64512)), [64512, [64512], 'private']],
  [
    'private 4-byte origins are flagged',
    routes(sequence(10, 4_200_000_000)),
    [4_200_000_000, [4_200_000_000], 'private'],
  ],
  ['AS_TRANS is kept and flagged', routes(sequence(10, 23456)), [23456, [23456], 'as_trans']],
  ['documentation numbers are reserved', routes(sequence(10, 64496)), [64496, [64496], 'reserved']],
  ['AS 0 is reserved', routes(sequence(10, 0)), [0, [0], 'reserved']],
  [
    'the last 32-bit number is reserved',
    routes(sequence(10, 4_294_967_295)),
    [4_294_967_295, [4_294_967_295], 'reserved'],
  ],
  ['the last private 2-byte number is private', routes(sequence(10, 65534)), [65534, [65534], 'private']],
  ['the last 2-byte number is reserved', routes(sequence(10, 65535)), [65535, [65535], 'reserved']],
  ['the first number over 16 bits is reserved', routes(sequence(10, 65536)), [65536, [65536], 'reserved']],
  ['reserved numbers end at 131071', routes(sequence(10, 131_071)), [131_071, [131_071], 'reserved']],
  ['131072 is ordinary', routes(sequence(10, 131_072)), [131_072, [131_072], '']],
  ['4199999999 is ordinary', routes(sequence(10, 4_199_999_999)), [4_199_999_999, [4_199_999_999], '']],
  [
    'private numbers end one before the last',
    routes(sequence(10, 4_294_967_294)),
    [4_294_967_294, [4_294_967_294], 'private'],
  ],
  [
    'AS4_PATH says nothing where paths have 4 bytes',
    [{ peer: 0, path: sequence(10, 23456), path4: sequence(10, 7) }],
    [23456, [23456], 'as_trans'],
  ],
  ['real 4-byte numbers are ordinary', routes(sequence(10, 396_982)), [396_982, [396_982], '']],
  [
    'a path longer than 255 hops spans segments',
    routes([...sequence(...Array.from({ length: 255 }, () => 10)), ...sequence(7)]),
    [7, [7], ''],
  ],
];

for (const [title, reported, expected] of CASES) {
  test(title, async () => {
    const table = await build([peerIndexTable(PEERS), rib('198.18.4.0/24', reported)]);
    assert.equal(summary(table.lookup('198.18.4.7')), expected);
  });
  test(`${title} (IPv6)`, async () => {
    const table = await build([peerIndexTable(PEERS), rib('2001:db8:4::/48', reported)]);
    assert.equal(summary(table.lookup('2001:db8:4::7')), expected);
  });
}

const [FIRST, SECOND, THIRD] = PEERS as [Peer, Peer, Peer];

test('TABLE_DUMP counts its peers over records, wherever they stand', async () => {
  const table = await build([
    tableDump('198.18.4.0/24', FIRST, sequence(10, 100)),
    tableDump('198.18.4.0/24', SECOND, sequence(20, 300)),
    tableDump('2001:db8::/32', { address: '2001:db8::1', asn: 10 }, sequence(10, 5)),
    tableDump('198.18.5.0/24', FIRST, sequence(10, 5)),
    tableDump('198.18.4.0/24', THIRD, sequence(30, 300)),
    tableDump('198.18.4.0/24', FIRST, sequence(10, 9, 100)),
  ]);
  assert.equal(summary(table.lookup('198.18.4.7')), [300, [300, 100], 'moas']);
  assert.is(table.lookup('2001:db8::1')?.asn, 5);
});

test('a prefix in several records is one prefix, and a peer counts once', async () => {
  const table = await build([
    peerIndexTable(PEERS),
    rib('198.18.4.0/24', [{ peer: 0, path: sequence(10, 300) }]),
    rib('198.18.5.0/24', [{ peer: 0, path: sequence(10, 5) }]),
    rib('198.18.4.0/24', [
      { peer: 0, path: sequence(10, 300) },
      { peer: 1, path: sequence(20, 100) },
      { peer: 2, path: sequence(30, 100) },
    ]),
  ]);
  assert.equal(table.prefixCount, { ipv4: 2, ipv6: 0 });
  assert.equal(summary(table.lookup('198.18.4.7')), [100, [100, 300], 'moas']);
});

test('peers of joined dumps are told apart by address and AS, not by index', async () => {
  const [a, b, c] = [FIRST, SECOND, THIRD];
  const route = (peer: number, asn: number): Route => ({ peer, path: sequence(1, asn) });
  const table = await build([
    peerIndexTable([a, b]),
    rib('198.18.4.0/24', [route(0, 100), route(1, 100)]),
    peerIndexTable([c, b, a]),
    rib('198.18.4.0/24', [route(0, 300), route(1, 100), route(2, 100)]),
    rib('198.18.6.0/24', [route(0, 300), route(2, 200)]),
    peerIndexTable([b]),
    rib('198.18.6.0/24', [route(0, 300)]),
  ]);
  assert.equal(summary(table.lookup('198.18.4.7')), [100, [100, 300], 'moas']);
  assert.equal(summary(table.lookup('198.18.6.7')), [300, [300, 200], 'moas']);
});

test('more than 32 and more than 64 peers are counted', async () => {
  const peers = Array.from({ length: 90 }, (_, i): Peer => ({ address: `198.18.1.${i}`, asn: 1000 + i }));
  const reported = peers.map((_, peer): Route => ({ peer, path: sequence(1, peer < 44 ? 100 : 300) }));
  const table = await build([
    peerIndexTable(peers),
    rib('198.18.3.0/24', reported.slice(0, 20)),
    rib('198.18.4.0/24', reported),
    rib('198.18.3.0/24', reported.slice(60)),
  ]);
  assert.equal(summary(table.lookup('198.18.4.7')), [300, [300, 100], 'moas']);
  assert.equal(summary(table.lookup('198.18.3.7')), [300, [300, 100], 'moas']);
});

test('routes without AS_PATH and records without routes give no prefix', async () => {
  const table = await build([
    peerIndexTable(PEERS),
    rib('198.18.4.0/24', [{ peer: 0 }]),
    rib('198.18.5.0/24', []),
    rib('198.18.6.0/24', routes(sequence(10, 100))),
  ]);
  assert.equal(table.prefixCount, { ipv4: 1, ipv6: 0 });
  assert.is(table.info.counts.dropped_route_without_origin, 1);
});

test('bits after the prefix length mean nothing', async () => {
  const dirty = rib('198.18.7.255/23', routes(sequence(10, 100)));
  const table = await build([peerIndexTable(PEERS), dirty]);
  assert.is(table.lookup('198.18.6.1')?.prefix, '198.18.6.0/23');
});

const ALL_LENGTHS = [
  '0.0.0.0/0',
  '198.18.0.0/15',
  '198.18.4.0/24',
  '198.18.4.0/25',
  '::/0',
  '2001:db8::/48',
  '2001:db8::/64',
];

/** Filter, and the prefixes that stay. */
const FILTERS: [string, object, string[]][] = [
  ['default routes are left out unless asked for', {}, ALL_LENGTHS.filter((prefix) => !prefix.endsWith('/0'))],
  ['default routes stay when asked for', { defaultRoutes: true }, ALL_LENGTHS],
  [
    'long prefixes go when asked for',
    { maxLength4: 24, maxLength6: 48 },
    ['198.18.0.0/15', '198.18.4.0/24', '2001:db8::/48'],
  ],
];

for (const [title, options, kept] of FILTERS) {
  test(title, async () => {
    const records = ALL_LENGTHS.map((prefix) => rib(prefix, routes(sequence(10, 100))));
    const table = await build([peerIndexTable(PEERS), ...records], options);
    assert.equal(table.prefixes(100), kept);
  });
}

test.run();
