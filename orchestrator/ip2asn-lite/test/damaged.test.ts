import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildTable, FileError, openTable } from '../src/index.ts';
import { longer, peerIndexTable, record, rib, sequence, tableDump } from './mrt-writer.ts';
import { changed, rejection, withFile } from './scratch.ts';

const test = suite('damaged files');

const PEERS = peerIndexTable([{ address: '198.18.0.1', asn: 10 }]);
const PREFIX = rib('198.18.4.0/24', [{ peer: 0, path: sequence(10, 100) }]);
const RIB = Buffer.concat([PEERS, PREFIX, rib('198.18.5.0/24', [{ peer: 0, path: sequence(10, 100) }])]);

const OLD = tableDump('198.18.7.0/24', { address: '198.18.0.1', asn: 10 }, sequence(10, 100));

/** Offsets in PREFIX: 12 header, 4 sequence, 1 length, 3 prefix, 2 entries, 2 peer, 4 time, 2 attribute length, attributes. */
const AT = {
  type: 5,
  length: 8,
  bits: 16,
  entries: 21,
  peer: 23,
  attributes: 29,
  attribute: 36,
  segment: 37,
  hops: 38,
};

interface Damage {
  title: string;
  content: string | Buffer;
  code: 'BAD_FORMAT' | 'TRUNCATED';
  offset: number;
  expected: RegExp;
}

const mrt = (title: string, bytes: Buffer, at: number, expected: RegExp): Damage => ({
  title,
  content: Buffer.concat([PEERS, bytes]),
  code: 'BAD_FORMAT',
  offset: PEERS.length + at,
  expected,
});

const CASES: Damage[] = [
  { title: 'an empty file', content: '', code: 'TRUNCATED', offset: 0, expected: /routing table/ },
  {
    title: 'a picture',
    content: Buffer.from('89504e470d0a1a0a', 'hex'),
    code: 'BAD_FORMAT',
    offset: 0,
    expected: /MRT dump/,
  },
  { title: 'a page of HTML', content: '<html>404</html>\n', code: 'BAD_FORMAT', offset: 0, expected: /MRT dump/ },
  { title: 'zeros', content: Buffer.alloc(4096), code: 'BAD_FORMAT', offset: 0, expected: /MRT dump/ },
  {
    title: 'an MRT file of updates',
    content: record(16, 4, Buffer.alloc(30)),
    code: 'BAD_FORMAT',
    offset: 42,
    expected: /TABLE_DUMP/,
  },
  { title: 'a peer table alone', content: PEERS, code: 'BAD_FORMAT', offset: 0, expected: /at least one prefix/ },
  {
    title: 'bytes after the last peer',
    content: Buffer.concat([longer(PEERS, 1), PREFIX]),
    code: 'BAD_FORMAT',
    offset: PEERS.length,
    expected: /end of the record/,
  },
  mrt('bytes after the last entry', longer(PREFIX, 1), PREFIX.length, /end of the record/),
  mrt('bytes after the attributes of TABLE_DUMP', longer(OLD, 3), OLD.length, /end of the record/),
  mrt('an unknown record type', changed(PREFIX, AT.type, 99), 4, /type 12 or 13/),
  mrt('a record length beyond reason', changed(PREFIX, AT.length, 0x7f), 8, /record length/),
  mrt('a prefix length over 32', changed(PREFIX, AT.bits, 33), 16, /at most 32/),
  mrt('one entry too many', changed(PREFIX, AT.entries, 2), PREFIX.length, /peer index/),
  mrt('one entry too few', changed(PREFIX, AT.entries, 0), 22, /end of the record/),
  mrt('a peer that is not in the table', changed(PREFIX, AT.peer, 1), 22, /peer index below 1/),
  mrt('attributes longer than the record', changed(PREFIX, AT.attributes, 200), 30, /path attributes/),
  mrt('an attribute longer than the attributes', changed(PREFIX, AT.attribute, 200), 37, /path attribute 2/),
  mrt('an unknown path segment', changed(PREFIX, AT.segment, 9), 37, /segment type 1 to 4/),
  mrt('more hops than the attribute holds', changed(PREFIX, AT.hops, 9), 39, /9 AS numbers/),
  {
    title: '.dat with words',
    content: '198.18.0.0/15\t64500\nhello\n',
    code: 'BAD_FORMAT',
    offset: 20,
    expected: /prefix, tab, AS number/,
  },
  {
    title: '.dat with a bad AS',
    content: '198.18.0.0/15\t6450x\n',
    code: 'BAD_FORMAT',
    offset: 0,
    expected: /AS number from 0/,
  },
  {
    title: '.dat with an AS over 32 bits',
    content: '198.18.0.0/15\t4294967296\n',
    code: 'BAD_FORMAT',
    offset: 0,
    expected: /4294967295/,
  },
  {
    title: '.dat with host bits',
    content: '198.18.0.1/15\t64500\n',
    code: 'BAD_FORMAT',
    offset: 0,
    expected: /without bits after/,
  },
  {
    title: '.dat with a long prefix',
    content: '198.18.0.0/33\t64500\n',
    code: 'BAD_FORMAT',
    offset: 0,
    expected: /0 to 32/,
  },
  {
    title: '.dat with a bad address',
    content: '198.18.0/15\t64500\n',
    code: 'BAD_FORMAT',
    offset: 0,
    expected: /IPv4 or IPv6/,
  },
  {
    title: '.dat cut within a number',
    content: '198.18.0.0/15\t64500\n198.20.0.0/16\t645',
    code: 'TRUNCATED',
    offset: 37,
    expected: /newline/,
  },
  {
    title: '.dat cut between lines',
    content: '; IP-ASN32-DAT file\n; Prefixes-v4   : 2\n198.18.0.0/15\t64500\n',
    code: 'TRUNCATED',
    offset: 0,
    expected: /2 prefixes/,
  },
  {
    title: 'pfx2as with a bad origin',
    content: '198.18.0.0\t15\t1_2\n198.20.0.0\t16\t1_x\n',
    code: 'BAD_FORMAT',
    offset: 18,
    expected: /AS number/,
  },
  {
    title: 'pfx2as with two fields',
    content: '198.18.0.0\t15\t1\n198.20.0.0\t16\n',
    code: 'BAD_FORMAT',
    offset: 16,
    expected: /prefix length, tab/,
  },
  {
    title: 'a range that ends before it starts',
    content: '198.18.4.0\t198.18.3.0\t1\n',
    code: 'BAD_FORMAT',
    offset: 0,
    expected: /not before its first/,
  },
  {
    title: 'a range across families',
    content: '198.18.4.0\t2001:db8::\t1\n',
    code: 'BAD_FORMAT',
    offset: 0,
    expected: /one address family/,
  },
  {
    title: 'a line without an end',
    content: `198.18.0.0/15\t64500\n${'x'.repeat(70_000)}`,
    code: 'BAD_FORMAT',
    offset: 20,
    expected: /lines of at most/,
  },
];

for (const { title, content, code, offset, expected } of CASES) {
  test(`${title}: the error names file, offset and what was expected`, async () => {
    await withFile('source', content, async (path) => {
      const error = await rejection(openTable(path));
      assert.instance(error, FileError);
      if (!(error instanceof FileError)) return;
      assert.equal([error.code, error.file, error.offset], [code, path, offset], error.message);
      assert.match(error.expected, expected);
      assert.ok(
        error.message.includes(path) && error.message.includes(String(offset)) && error.message.includes(error.found),
      );
    });
  });
}

test('an MRT file cut within a record is an error, and with allowTruncated keeps its whole records', async () => {
  const ends = [PEERS.length, PEERS.length + PREFIX.length];
  for (let length = 13; length < RIB.length; length++) {
    if (ends.includes(length)) continue; // nothing in the format shows that records are missing
    await withFile('rib', RIB.subarray(0, length), async (path) => {
      const error = await rejection(buildTable({ source: path }));
      assert.instance(error, FileError, `${length} bytes`);
      const whole = PEERS.length + PREFIX.length;
      if (length < whole) return;
      const table = await buildTable({ source: path, allowTruncated: true });
      assert.equal(table.prefixes(100), ['198.18.4.0/24']);
    });
  }
});

test('bad name files are errors with file and offset', async () => {
  const source = fileURLToPath(new URL('fixtures/two-families.dat', import.meta.url));
  const json = readFileSync(new URL('fixtures/asnames.json', import.meta.url), 'utf8');
  const cases: [string, RegExp][] = [
    [json.slice(0, 40), /expected JSON/],
    ['{"x": "name"}', /byte 1: expected an AS number as key/],
    ['{"1": 2}', /byte 1: .*with number/],
    ['[1]', /expected a/],
    ['AS1 ONE\nnonsense\n', /byte 8 \(line 2\): expected AS number and name/],
    ['AS1 ONE\nAS2 TW', /newline/],
    ['', /empty/],
  ];
  for (const [content, expected] of cases) {
    await withFile('names', content, async (names) => {
      const error = await rejection(buildTable({ source, names }));
      assert.ok(error instanceof FileError && error.file === names, String(error));
      assert.match(String(error), expected);
    });
  }
});

test('an AS whose name is null has none, and the others keep theirs', async () => {
  const source = fileURLToPath(new URL('fixtures/two-families.dat', import.meta.url));
  await withFile('names', '{"1": null, "2": "TWO, FI"}', async (names) => {
    const table = await buildTable({ source, names });
    assert.equal([table.name(1), table.name(2)], [null, 'TWO, FI']);
  });
  await withFile('names', '{"x": null}', async (names) => {
    assert.match(String(await rejection(buildTable({ source, names }))), /expected an AS number as key/);
  });
});

test('a source that is not there is the error of the system', async () => {
  assert.match(String(await rejection(openTable('/nonexistent/rib'))), /ENOENT/);
});

test.run();
