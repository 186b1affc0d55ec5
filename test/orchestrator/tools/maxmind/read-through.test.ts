import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { requirePlaces } from '../../../../orchestrator/tools/maxmind/read-through.ts';
import { inCountry, map, mmdb, pointer, text } from './mmdb-writer.ts';

const test = suite('tools/maxmind/read-through');
const fixtures = 'test/fixtures/maxmind';
/** Begins the metadata, behind the data. */
const mark = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');

function changed(name: string, change: (bytes: Buffer, end: number) => Buffer): string {
  const bytes = readFileSync(join(fixtures, name));
  const file = join(mkdtempSync(join(tmpdir(), 'mmdb-')), name);
  writeFileSync(file, change(bytes, bytes.lastIndexOf(mark)));
  return file;
}

async function said(file: string): Promise<string> {
  return await requirePlaces('geo', file).then(
    () => '',
    (error) => String(error),
  );
}

for (const name of ['city.mmdb', 'country-ipv4.mmdb', 'flat.mmdb']) {
  test(`${name} is read through, whatever its layout`, async () => {
    assert.is(await said(join(fixtures, name)), '');
  });

  test(`${name} without the end of its data is refused, though its metadata are whole`, async () => {
    const cut = changed(name, (bytes, end) => Buffer.concat([bytes.subarray(0, end - 200), bytes.subarray(end)]));
    assert.match(await said(cut), `${name} cannot be used`);
  });

  test(`${name} without its metadata is refused`, async () => {
    assert.match(await said(changed(name, (bytes, end) => bytes.subarray(0, end))), `${name} cannot be used`);
  });
}

test('a record that cannot be decoded is found wherever it lies', async () => {
  const file = changed('city.mmdb', (bytes) => {
    // The English name of one city becomes a number of 31 bytes, which there is not.
    const at = bytes.indexOf('Tokyo') - 1;
    assert.ok(at > 0);
    bytes.writeUInt8(0xdf, at);
    return bytes;
  });
  assert.match(await said(file), 'city.mmdb cannot be used');
});

test('a whole database that knows no places is refused as that', async () => {
  const file = changed('country-ipv4.mmdb', (bytes) => {
    const text = bytes.toString('latin1').replaceAll('country', 'kountry').replaceAll('continent', 'kontinent');
    return Buffer.from(text, 'latin1');
  });
  assert.match(await said(file), 'holds no country, city or position');
});

function fileOf(bytes: Buffer): string {
  const file = join(mkdtempSync(join(tmpdir(), 'mmdb-')), 'made.mmdb');
  writeFileSync(file, bytes);
  return file;
}

/** A number of bytes that this type cannot have. */
const tooLong = Buffer.of(0xa3, 1, 2, 3);
/** A record behind a first one of this length, whose place lies where a pointer of it leads. */
const shared = (country: Buffer) =>
  mmdb([
    ['2001:db8::/32', inCountry('FI')],
    ['2001:db9::/32', map({ country })],
  ]);
/** Where the country of the first record lies in the data. */
const firstCountry = 1 + text('country').length;
const ownStart = inCountry('FI').length;

/** Text of more than 28 bytes has its length in one byte more, or in two. */
const long = (size: number) =>
  Buffer.concat([
    size < 285 ? Buffer.of(0x5d, size - 29) : Buffer.of(0x5e, (size - 285) >> 8, (size - 285) & 0xff),
    Buffer.alloc(size, 'x'),
  ]);
/** A pointer of two bytes counts from 2,048. */
const far = (at: number) => Buffer.of(0x28 | ((at - 2048) >> 16), ((at - 2048) >> 8) & 0xff, (at - 2048) & 0xff);
const longRecord = map({ a: long(40), b: long(300), c: long(2000), country: map({ iso_code: text('FI') }) });
const middling = map({ b: long(300), country: map({ iso_code: text('FI') }) });
const middlingCountry = middling.indexOf('country') + 'country'.length;
const countryIn = longRecord.indexOf('country') + 'country'.length;

const sound: [sentence: string, bytes: Buffer][] = [
  ['a pointer to what is part of another record', shared(pointer(firstCountry))],
  [
    'a name that is pointed to',
    mmdb([
      ['2001:db8::/32', Buffer.concat([Buffer.of(0xe2), text('a'), text('country'), pointer(3), inCountry('FI')])],
    ]),
  ],
  [
    'a list, a boolean, no value of a number',
    mmdb([
      [
        '2001:db8::/32',
        map({ country: text('FI'), a: Buffer.of(0x02, 0x04, 0x01, 0x07, 0x00, 0x07), b: Buffer.of(0xc0) }),
      ],
    ]),
  ],
];
sound.push([
  'a pointer to a byte behind the 256th',
  mmdb([
    ['2001:db8::/32', middling],
    ['2001:db9::/32', map({ country: pointer(middlingCountry) })],
  ]),
]);
sound.push([
  'long texts, and a pointer to what stands behind them',
  mmdb([
    ['2001:db8::/32', longRecord],
    ['2001:db9::/32', map({ country: far(countryIn) })],
  ]),
]);
for (const [sentence, bytes] of sound) {
  test(`sound: ${sentence}`, async () => assert.is(await said(fileOf(bytes)), ''));
}

type Side = number | 'data' | null;

/** A database with one record, and with this tree: by node where its two sides lead. */
function treeOf(nodes: readonly [Side, Side][]): Buffer {
  const whole = mmdb([['8000::/1', 'FI']], { node_count: nodes.length });
  const records = nodes.flat().map((side) => {
    const record = Buffer.alloc(3);
    record.writeUIntBE(typeof side === 'number' ? side : nodes.length + (side === null ? 0 : 16), 0, 3);
    return record;
  });
  return Buffer.concat([...records, whole.subarray(6)]);
}

/** Nodes from this number on, each of which leads to the next, and the last to `end`. */
function chain(from: number, count: number, end: Side): [Side, Side][] {
  return Array.from({ length: count }, (_, at) => [at === count - 1 ? end : from + at + 1, null]);
}

/** A chain of 127 nodes, and one of 63 that ends in the node of that depth in the first. */
function joined(depth: number, isFirstLeft: boolean): Buffer {
  const root: [Side, Side] = isFirstLeft ? [1, 128] : [128, 1];
  return treeOf([root, ...chain(1, 127, 'data'), ...chain(128, 63, depth)]);
}
const twice = Array.from({ length: 128 }, (_, at): [Side, Side] => (at === 127 ? ['data', 'data'] : [at + 1, at + 1]));
sound.push(
  ['a part of the tree that another way leads to', joined(64, true)],
  ['a part of the tree that a way before led to', joined(64, false)],
  ['a tree of which both sides lead to the next node', treeOf(twice)],
);

const one = (record: Buffer) => mmdb([['2001:db8::/32', record]]);
const unsound: [sentence: string, bytes: Buffer, says: RegExp][] = [
  [
    'text that goes on into the metadata',
    one(map({ country: Buffer.concat([Buffer.of(0x5c), Buffer.from('FI')]) })),
    /goes on behind the end/,
  ],
  [
    'a map with more fields than there are',
    one(Buffer.concat([Buffer.of(0xe9), inCountry('FI').subarray(1)])),
    /behind the end|no known type/,
  ],
  ['a record that leads back to itself', one(map({ country: pointer(0) })), /leads back to itself/],
  [
    'two records that lead to each other',
    mmdb([
      ['2001:db8::/32', map({ country: pointer(firstCountry + 2) })],
      ['2001:db9::/32', map({ country: pointer(0) })],
    ]),
    /leads back to itself/,
  ],
  ['a pointer to a pointer', shared(pointer(ownStart + firstCountry)), /pointer to a pointer/],
  ['a pointer behind the end', shared(pointer(2000)), /behind the end/],
  ['a record that is a text', one(text('FI')), /a record that is no map/],
  ['a record that is a number', one(Buffer.of(0xc1, 7)), /a record that is no map/],
  [
    'a field whose name is a number',
    one(Buffer.concat([Buffer.of(0xe1, 0xc1, 7), text('FI')])),
    /a field without a name/,
  ],
  [
    'a field whose name leads to a map',
    shared(Buffer.concat([Buffer.of(0xe1), pointer(0), text('x')])),
    /a field without a name/,
  ],
  ['a number with too many bytes', one(map({ country: text('FI'), a: tooLong })), /no known type/],
  [
    'a coordinate of seven bytes',
    one(map({ country: text('FI'), a: Buffer.of(0x67, 0, 0, 0, 0, 0, 0, 0) })),
    /no known type/,
  ],
  ['a type that there is not', one(map({ country: text('FI'), a: Buffer.of(0x00, 0x30) })), /no known type/],
  ['text in another encoding', one(map({ country: Buffer.of(0x41, 0xe9) })), /not UTF-8/],
  [
    'lists within lists without end',
    one(map({ country: text('FI'), a: Buffer.alloc(2000, Buffer.of(0x01, 0x04)) })),
    /too deep/,
  ],
  ['an IP version that there is not', mmdb([['2001:db8::/32', 'FI']], { ip_version: 5 }), /IP version 5/],
  ['a format of later', mmdb([['2001:db8::/32', 'FI']], { format: 3 }), /version 3, and only 2/],
  ['a tree that is said to be longer', mmdb([['2001:db8::/32', 'FI']], { node_count: 33 }), /no zeros|cut/],
  ['a tree that is said to be shorter', mmdb([['2001:db8::/32', 'FI']], { node_count: 31 }), /no zeros/],
  ['a tree that leads back to its root', joined(0, true), /its tree leads back to itself/],
  [
    'a node that leads to itself',
    treeOf([
      ['data', 1],
      [1, 'data'],
    ]),
    /its tree leads back to itself/,
  ],
  ['a tree that another way makes too deep', joined(63, true), /deeper than an address is long/],
  ['a tree that a way makes too deep before another', joined(63, false), /deeper than an address is long/],
  [
    'a part of the tree that is too deep on one side alone',
    treeOf([[3, 1], [3, null], ['data', null], [4, 2], ...chain(4, 126, 'data')]),
    /deeper than an address is long/,
  ],
  ['a tree that goes on', treeOf(chain(0, 1000, 'data')), /deeper than an address is long/],
  ['a tree without end', mmdb([['2001:db8::/32', 'FI']], { node_count: 0xffffffff }), /its tree is cut/],
  ['no tree', mmdb([['2001:db8::/32', 'FI']], { node_count: 0 }), /its tree is cut/],
];
for (const [sentence, bytes, says] of unsound) {
  test(`refused in one line: ${sentence}`, async () => {
    const error = await said(fileOf(bytes));
    assert.match(error, says);
    assert.match(error, /^[^\n]*made\.mmdb cannot be used: [^\n]*$/);
  });
}

test.run();
