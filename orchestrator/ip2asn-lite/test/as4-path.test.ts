import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildTable } from '../src/build.ts';
import { attribute, type Segment, sequence, tableDump } from './mrt-writer.ts';
import { withFile } from './scratch.ts';

const test = suite('AS4_PATH');

const PEER = { address: '198.18.0.1', asn: 10 };
const set = (...asns: number[]): Segment => ({ type: 1, asns });

/** TABLE_DUMP has 2-byte paths; AS4_PATH carries the rest (RFC 6793 section 4.2.3). AS_PATH, AS4_PATH, origins. */
const PATHS: [string, Segment[], Segment[] | undefined, number[]][] = [
  ['a 2-byte path is enough for 2-byte numbers', sequence(10, 100), undefined, [100]],
  ['AS4_PATH tells what AS_TRANS stands for', sequence(10, 9, 23456), sequence(9, 396_982), [396_982]],
  ['an AS4_PATH as long as the path counts', sequence(9, 23456), sequence(9, 396_982), [396_982]],
  ['an AS4_PATH longer than the path is ignored', sequence(10, 23456), sequence(1, 2, 396_982), [23456]],
  ['AS4_PATH says nothing about a plain origin', sequence(10, 100), sequence(396_982), [100]],
  ['AS_TRANS without AS4_PATH stays', sequence(10, 23456), undefined, [23456]],
  ['an empty AS4_PATH is ignored', sequence(10, 23456), [], [23456]],
  ['an AS4_PATH of confederation segments is empty', sequence(10, 23456), [{ type: 3, asns: [65001] }], [23456]],
  [
    'AS4_PATH tells what AS_TRANS in a set stands for',
    [...sequence(10), set(100, 23456)],
    [set(100, 396_982)],
    [100, 396_982],
  ],
  ['a set of an AS4_PATH is one hop, like that of the path', [set(23456, 8)], [set(9, 8, 396_982)], [8, 9, 396_982]],
  ['AS4_PATH says nothing about a set without AS_TRANS', [set(100, 200)], [set(396_982)], [100, 200]],
];

for (const [title, path, path4, origins] of PATHS) {
  test(title, async () => {
    await withFile('rib', tableDump('198.18.4.0/24', PEER, path, path4), async (source) => {
      assert.equal((await buildTable({ source })).lookup('198.18.4.7')?.origins, origins);
    });
  });
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

const GOOD = attribute(17, hex('0201 00060eb6')); // 396982
const OWN_NUMBER = attribute(7, hex('000a c6120001'));
const TRANS = attribute(7, hex('5ba0 c6120001'));
const AGGREGATOR4 = attribute(18, hex('00060eb6 c6120001'));

/** Attributes after the path 10 23456, and the origin. */
const ATTRIBUTES: [string, Buffer[], number][] = [
  ['a segment of unknown type in AS4_PATH discards it', [attribute(17, hex('0901 00060eb6'))], 23456],
  ['an AS4_PATH with a segment cut short is discarded', [attribute(17, hex('0202 00060eb6'))], 23456],
  ['an AS4_PATH of odd length is discarded', [attribute(17, hex('0201 00060eb6 02'))], 23456],
  ['an empty segment in AS4_PATH discards it', [attribute(17, hex('0200 0201 00060eb6'))], 23456],
  ['attributes after a malformed AS4_PATH are read', [attribute(17, hex('0901 00')), GOOD], 396_982],
  ['of two AS4_PATHs the first counts', [GOOD, attribute(17, hex('0201 00060eb7'))], 396_982],
  ['of two AGGREGATORs the first counts', [GOOD, TRANS, OWN_NUMBER, AGGREGATOR4], 396_982],
  ['of two AGGREGATORs the first counts where it voids AS4_PATH', [GOOD, OWN_NUMBER, TRANS, AGGREGATOR4], 23456],
  [
    'an AGGREGATOR of another length does not take the place of one',
    [GOOD, attribute(7, hex('000a')), OWN_NUMBER, AGGREGATOR4],
    23456,
  ],
  [
    'of two AS_PATHs the first counts, and the other is not read',
    [attribute(2, hex('0201 0064')), attribute(2, hex('ff')), GOOD],
    396_982,
  ],
  ['an AGGREGATOR of AS_TRANS leaves AS4_PATH in force', [GOOD, TRANS, AGGREGATOR4], 396_982],
  ['an AGGREGATOR with its own number beside AS4_AGGREGATOR voids AS4_PATH', [GOOD, OWN_NUMBER, AGGREGATOR4], 23456],
  ['an AGGREGATOR alone leaves AS4_PATH in force', [GOOD, OWN_NUMBER], 396_982],
  ['an AS4_AGGREGATOR alone leaves AS4_PATH in force', [GOOD, AGGREGATOR4], 396_982],
  ['an AGGREGATOR of another length is discarded', [GOOD, attribute(7, hex('000a c612')), AGGREGATOR4], 396_982],
  ['an AS4_AGGREGATOR of another length is discarded', [GOOD, OWN_NUMBER, attribute(18, hex('00060eb6'))], 396_982],
];

for (const [title, attributes, asn] of ATTRIBUTES) {
  test(title, async () => {
    const route = tableDump('198.18.4.0/24', PEER, sequence(10, 23456), undefined, attributes);
    await withFile('rib', route, async (source) => {
      const table = await buildTable({ source });
      assert.is(table.asn('198.18.4.7'), asn);
      assert.equal(table.info.counts, { rib_records: 1 });
    });
  });
}

test('what one route says of its aggregator says nothing of the next', async () => {
  const routes = [
    tableDump('198.18.4.0/24', PEER, sequence(10, 23456), undefined, [GOOD, OWN_NUMBER, AGGREGATOR4]),
    tableDump('198.18.5.0/24', PEER, sequence(10, 23456), undefined, [GOOD]),
    tableDump('198.18.6.0/24', PEER, sequence(10, 23456)),
  ];
  await withFile('rib', Buffer.concat(routes), async (source) => {
    const table = await buildTable({ source });
    const origins = ['198.18.4.1', '198.18.5.1', '198.18.6.1'].map((address) => table.asn(address));
    assert.equal(origins, [23456, 396_982, 23456]);
  });
});

test.run();
