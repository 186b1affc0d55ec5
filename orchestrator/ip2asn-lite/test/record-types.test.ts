import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type BuildOptions, buildTable } from '../src/build.ts';
import { FileError } from '../src/errors.ts';
import type { Table } from '../src/table.ts';
import { genericRib, longer, type Peer, peerIndexTable, record, rib, sequence } from './mrt-writer.ts';
import { rejection, withFile } from './scratch.ts';

const test = suite('record types');

const PEERS: Peer[] = [
  { address: '198.18.0.1', asn: 10 },
  { address: '198.18.0.2', asn: 20 },
];
const ROUTES = [
  { peer: 0, path: sequence(10, 300) },
  { peer: 1, path: sequence(20, 100) },
];

function build(records: Buffer[], options: Partial<BuildOptions> = {}): Promise<Table> {
  return withFile('rib', Buffer.concat([peerIndexTable(PEERS), ...records]), (source) =>
    buildTable({ source, ...options }),
  );
}

test('RIB_GENERIC of IPv4 and IPv6 unicast is read like the records of their own', async () => {
  const table = await build([genericRib(1, 1, '198.18.4.0/24', ROUTES), genericRib(2, 1, '2001:db8::/32', ROUTES)]);
  assert.equal(table.info.counts, { rib_records: 2 });
  for (const address of ['198.18.4.7', '2001:db8::7']) assert.equal(table.lookup(address)?.origins, [100, 300]);
});

test('RIB_GENERIC_ADDPATH has the path id before the prefix and none in its entries', async () => {
  const [first, second] = ROUTES.map((route) => [route]);
  const table = await build([
    genericRib(1, 1, '198.18.4.0/24', first ?? [], 7),
    genericRib(1, 1, '198.18.4.0/24', second ?? [], 8),
    genericRib(2, 1, '2001:db8::/32', second ?? [], 0),
  ]);
  assert.equal(table.info.counts, { rib_records: 3 });
  assert.equal(table.lookup('198.18.4.7')?.origins, [100, 300]);
  assert.is(table.lookup('2001:db8::7')?.prefix, '2001:db8::/32');
});

const VPN_BODY = Buffer.from('000000000001800102030405', 'hex');

/** A record beside one that is read, and the reason under which it is counted. */
const DROPPED: [string, Buffer, string][] = [
  ['RIB_IPV4_MULTICAST', record(13, 3, Buffer.alloc(5)), 'dropped_multicast'],
  ['RIB_IPV6_MULTICAST', record(13, 5, Buffer.alloc(5)), 'dropped_multicast'],
  ['RIB_IPV4_MULTICAST_ADDPATH', record(13, 9, Buffer.alloc(5)), 'dropped_multicast'],
  ['RIB_IPV6_MULTICAST_ADDPATH', record(13, 11, Buffer.alloc(5)), 'dropped_multicast'],
  ['RIB_GENERIC of IPv4 multicast', genericRib(1, 2, '198.18.5.0/24', ROUTES), 'dropped_multicast'],
  ['RIB_GENERIC_ADDPATH of IPv6 multicast', genericRib(2, 2, '2001:db8::/32', ROUTES, 1), 'dropped_multicast'],
  ['RIB_GENERIC of VPN routes', record(13, 6, VPN_BODY), 'dropped_other_family'],
  ['RIB_GENERIC of L2VPN', genericRib(25, 65, '198.18.5.0/24', ROUTES), 'dropped_other_family'],
  ['RIB_GENERIC of another family with SAFI 2', genericRib(3, 2, '198.18.5.0/24', ROUTES), 'dropped_other_family'],
  ['GEO_PEER_TABLE', record(13, 7, Buffer.alloc(5)), 'dropped_other_record'],
  ['an unknown subtype of TABLE_DUMP_V2', record(13, 99, Buffer.alloc(5)), 'dropped_other_record'],
  ['an unknown subtype of TABLE_DUMP', record(12, 3, Buffer.alloc(5)), 'dropped_other_record'],
  ['an update', record(16, 4, Buffer.alloc(20)), 'dropped_other_record'],
];

for (const [title, dropped, reason] of DROPPED) {
  test(`${title} is left out and counted as ${reason}`, async () => {
    const table = await build([dropped, rib('198.18.4.0/24', ROUTES)]);
    assert.equal(table.info.counts, { rib_records: 1, [reason]: 1 });
    assert.equal(table.prefixCount, { ipv4: 1, ipv6: 0 });
  });
}

test('a dump may begin with records that are not read, of whatever subtype', async () => {
  for (const other of [record(16, 4, Buffer.alloc(20)), record(32, 65_535, Buffer.alloc(20))]) {
    const records = [other, peerIndexTable(PEERS), rib('198.18.4.0/24', ROUTES)];
    const table = await withFile('rib', Buffer.concat(records), (source) => buildTable({ source }));
    assert.equal(table.info.counts, { rib_records: 1, dropped_other_record: 1 });
  }
});

const GENERIC = genericRib(1, 1, '198.18.4.0/24', ROUTES);

for (const [title, bytes] of [
  ['bytes after its entries', longer(GENERIC, 1)],
  ['a cut entry', longer(GENERIC, -1)],
  ['no family', record(13, 6, Buffer.alloc(6))],
] as const) {
  test(`RIB_GENERIC with ${title} is an error`, async () => {
    const error = await rejection(build([bytes]));
    assert.ok(error instanceof FileError && error.code === 'BAD_FORMAT', String(error));
  });
}

/** The table of peers has numbers of 2 or 4 bytes and addresses of 4 or 16, in any order: an empty path shows whose number is read. */
const TABLES: [string, Peer[]][] = [
  ['2-byte peer numbers', [{ address: '198.18.0.1', asn: 65_000, asnSize: 2 }]],
  [
    '2-byte and 4-byte peer numbers',
    [
      { address: '198.18.0.1', asn: 11, asnSize: 2 },
      { address: '198.18.0.2', asn: 4_200_000 },
      { address: '198.18.0.3', asn: 12, asnSize: 2 },
      { address: '198.18.0.4', asn: 13 },
    ],
  ],
  [
    'IPv6 peers before IPv4 ones',
    [
      { address: '2001:db8::1', asn: 11 },
      { address: '198.18.0.2', asn: 12 },
      { address: '2001:db8::3', asn: 13, asnSize: 2 },
      { address: '198.18.0.4', asn: 14 },
    ],
  ],
];

for (const [title, peers] of TABLES) {
  test(`a table of peers has ${title}`, async () => {
    const records = peers.map((_, peer) => rib(`198.18.${peer}.0/24`, [{ peer, path: [] }]));
    const table = await withFile('rib', Buffer.concat([peerIndexTable(peers), ...records]), (source) =>
      buildTable({ source }),
    );
    assert.equal(
      peers.map((_, peer) => table.asn(`198.18.${peer}.1`)),
      peers.map(({ asn }) => asn),
    );
  });
}

test.run();
