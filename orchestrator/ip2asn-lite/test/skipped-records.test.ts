import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildTable } from '../src/build.ts';
import { longer, type Peer, peerIndexTable, rib, sequence, tableDump } from './mrt-writer.ts';
import { changed, withFile } from './scratch.ts';

const test = suite('skipped records');

const PEERS: Peer[] = [
  { address: '198.18.0.1', asn: 10 },
  { address: '198.18.0.2', asn: 20 },
  { address: '198.18.0.3', asn: 30 },
];
const OTHERS: Peer[] = PEERS.map(({ address, asn }) => ({ address, asn: asn + 1 }));
const [FIRST] = PEERS as [Peer];

const good = rib('198.18.6.0/24', [{ peer: 0, path: sequence(10, 100) }]);
const one = rib('198.18.4.0/24', [{ peer: 0, path: sequence(10, 666) }]);
const SEGMENT = 37; // offset of the segment type in `one`
const badPath = changed(one, SEGMENT, 9);

/** Three peers say 666, 100 and 100; `peer` of the second entry is out of the table. */
const badEntry = rib('198.18.4.0/24', [
  { peer: 0, path: sequence(666) },
  { peer: 9, path: sequence(100) },
  { peer: 2, path: sequence(100) },
]);
const empty = rib('198.18.5.0/24', [{ peer: 0, path: [] }]);
const old = tableDump('198.18.4.0/24', FIRST, sequence(10, 666));

/** Records, the prefixes that stay with their origins, and how many records are dropped. */
const CASES: [string, Buffer[], Record<string, number[]>, number][] = [
  ['a record with a bad path is left out', [badPath, good], { '198.18.6.0/24': [100] }, 1],
  [
    'a bad entry takes the good entries of its record with it',
    [badEntry, good, rib('198.18.4.0/24', [{ peer: 1, path: sequence(100) }])],
    { '198.18.4.0/24': [100], '198.18.6.0/24': [100] },
    1,
  ],
  ['bytes after the entries take the entries with them', [longer(one, 1), good], { '198.18.6.0/24': [100] }, 1],
  ['bytes after a TABLE_DUMP route take it with them', [longer(old, 1), good], { '198.18.6.0/24': [100] }, 1],
  [
    'after a cut table of peers nobody is a peer, and not those of the table before',
    [good, longer(peerIndexTable(OTHERS), -1), empty, one],
    { '198.18.6.0/24': [100] },
    3,
  ],
  [
    'after a whole table of peers there are peers again',
    [longer(peerIndexTable(OTHERS), 1), empty, peerIndexTable(OTHERS), empty],
    { '198.18.5.0/24': [11] },
    2,
  ],
];

for (const [title, records, expected, dropped] of CASES) {
  test(title, async () => {
    await withFile('rib', Buffer.concat([peerIndexTable(PEERS), ...records]), async (source) => {
      const table = await buildTable({ source, skipBadRecords: true });
      const { prefixes4 } = table.parts;
      const rows = Array.from({ length: prefixes4.count }, (_, row) => [
        prefixes4.text(row),
        [...prefixes4.origins(row)],
      ]);
      assert.equal(Object.fromEntries(rows), expected);
      assert.is(table.info.counts.dropped_bad_record, dropped);
      assert.is(table.info.counts.rib_records, Object.keys(expected).length);
    });
  });
}

test('routes without origin in a bad record are not counted', async () => {
  const bad = rib('198.18.4.0/24', [{ peer: 0 }, { peer: 9 }]);
  await withFile('rib', Buffer.concat([peerIndexTable(PEERS), bad, good]), async (source) => {
    const { counts } = (await buildTable({ source, skipBadRecords: true })).info;
    assert.equal(counts, { rib_records: 1, dropped_bad_record: 1 });
  });
});

test.run();
