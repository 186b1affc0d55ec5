import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildTable } from '../src/build.ts';
import { FileError } from '../src/errors.ts';
import { DUMP_TIME, peerIndexTable, record, rib, sequence } from './mrt-writer.ts';
import { rejection, withFile } from './scratch.ts';

const test = suite('text sources');

/** A text, the format that it is read as, and the prefixes that AS 5 has. */
const FORMATS: [string, string, string, string[]][] = [
  ['a prefix and a number are a .dat', '198.18.0.0/15\t5\n', 'pyasn', ['198.18.0.0/15']],
  ['address, length and number are pfx2as', '198.18.0.0\t15\t5\n', 'pfx2as', ['198.18.0.0/15']],
  [
    'pfx2as may write AS before its numbers',
    '0.0.0.0\t24\tAS5\n0.0.1.0\t24\tAS5\n',
    'pfx2as',
    ['0.0.0.0/24', '0.0.1.0/24'],
  ],
  ['small decimal numbers are a range', '0\t255\t5\n', 'ranges', ['0.0.0.0/24']],
  ['a byte order mark before a .dat is skipped', '\ufeff198.18.0.0/15\t5\n', 'pyasn', ['198.18.0.0/15']],
  ['a byte order mark before pfx2as is skipped', '\ufeff198.18.0.0\t15\t5\n', 'pfx2as', ['198.18.0.0/15']],
  ['a byte order mark before ranges is skipped', '\ufeff198.18.0.0,198.19.255.255,5\n', 'ranges', ['198.18.0.0/15']],
  ['a byte order mark before a comment is skipped', '\ufeff# table\n198.18.0.0\t15\t5\n', 'pfx2as', ['198.18.0.0/15']],
];

for (const [title, text, format, prefixes] of FORMATS) {
  test(title, async () => {
    await withFile('source', text, async (source) => {
      const table = await buildTable({ source });
      assert.is(table.info.format, format);
      assert.equal(table.prefixes(5), prefixes);
    });
  });
}

/** AS numbers as their halves, and what they are. */
const DOTTED: [string, number, string[]][] = [
  ['198.18.0.0/15\t3.1036\n', 197_644, ['198.18.0.0/15']],
  ['198.18.0.0\t15\tAS3.1036\n', 197_644, ['198.18.0.0/15']],
  ['198.18.0.0\t15\t64501_0.7\n198.20.0.0\t16\t7\n', 7, ['198.20.0.0/16']],
  ['198.18.0.0\t198.19.255.255\t65535.65535\n', 4_294_967_295, ['198.18.0.0/15']],
];
for (const [text, asn, prefixes] of DOTTED) {
  test(`${JSON.stringify(text)} names AS ${asn}`, async () => {
    await withFile('source', text, async (source) => {
      const table = await buildTable({ source });
      assert.equal(table.prefixes(asn), prefixes);
    });
  });
}

for (const number of ['3.', '.1036', '3.65536', '65536.1', '3.1.1', '03.1', '3.-1', 'AS3.x']) {
  test(`${number} is no AS number, and never AS 3`, async () => {
    await withFile('source', `198.18.0.0\t15\t5\n198.20.0.0\t16\t${number}\n`, async (source) => {
      const error = await rejection(buildTable({ source }));
      assert.instance(error, FileError);
      assert.match(String(error), /line 2.*an AS number/);
    });
  });
}

/** Texts that look like two formats, or like none. */
const REFUSED: [string, string, RegExp][] = [
  ['an address and a number are no range', '0.0.0.0\t24\tAS5\tFI\tNAME\n', /a pfx2as or a range file/],
  ['a byte order mark in a later line is no address', '198.18.0.0\t15\t5\n\ufeff198.20.0.0\t16\t5\n', /IPv4 or IPv6/],
  [
    '.dat with fewer CIDRs than its header promises',
    '; CIDRs : 3\n1.0.0.0/8\t1\n2.0.0.0/8\t2\n',
    /the 3 prefixes that/,
  ],
  [
    'a last line without newline may be cut, and the error says what to do',
    '198.18.0.0\t15\t5\n198.20.0.0\t16\t645',
    /byte 33 \(line 2\): expected a newline after the last line \(add it if the file is whole/,
  ],
];

for (const [title, text, expected] of REFUSED) {
  test(title, async () => {
    await withFile('source', text, async (source) => {
      const error = await rejection(buildTable({ source }));
      assert.instance(error, FileError);
      assert.match(String(error), expected);
    });
  });
}

const RIB = Buffer.concat([
  peerIndexTable([{ address: '198.18.0.1', asn: 10 }]),
  rib('198.18.0.0/15', [{ peer: 0, path: sequence(5) }]),
  rib('198.20.0.0/16', [{ peer: 0, path: sequence(5) }]),
]);

/** Sources of 198.18.0.0/15 and of something that is cut away. */
const CUT: [string, Buffer][] = [
  ['an MRT dump', RIB.subarray(0, -3)],
  ['a .dat within a line', Buffer.from('198.18.0.0/15\t5\n198.20.0.0/16\t6')],
  ['a .dat between lines', Buffer.from('; Prefixes : 2\n198.18.0.0/15\t5\n')],
  ['a .dat within a line that its header promises', Buffer.from('; Prefixes : 2\n198.18.0.0/15\t5\n198.20.0.0/16\t6')],
  ['pfx2as', Buffer.from('198.18.0.0\t15\t5\n198.20.0.0\t16\t6')],
  ['ranges', Buffer.from('198.18.0.0\t198.19.255.255\t5\n198.20.0.0\t198.20.255.255\t6')],
];

for (const [title, content] of CUT) {
  test(`${title}: a cut is an error, and counted where it was allowed`, async () => {
    await withFile('source', content, async (source) => {
      const error = await rejection(buildTable({ source }));
      assert.ok(error instanceof FileError && error.code === 'TRUNCATED', String(error));
      const table = await buildTable({ source, allowTruncated: true });
      assert.equal(table.prefixes(5), ['198.18.0.0/15']);
      assert.is(table.prefixCount.ipv4, 1);
      assert.is(table.info.counts.truncated, 1);
    });
  });
}

test('a whole source has no count of cuts, also where one was allowed', async () => {
  for (const content of [RIB, '198.18.0.0/15\t5\n', gzipSync('198.18.0.0\t15\t5\n'), '198.18.0.0,198.19.255.255,5\n']) {
    await withFile('source', content, async (source) => {
      const table = await buildTable({ source, allowTruncated: true });
      assert.is(table.info.counts.truncated, undefined);
    });
  }
});

test('the first name of an AS in a range file is the one that it has', async () => {
  const text = '198.18.0.0\t198.18.0.255\t5\tFI\tFIRST\n198.18.1.0\t198.18.1.255\t5\tFI\tSECOND\n';
  await withFile('source', text, async (source) => assert.is((await buildTable({ source })).name(5), 'FIRST, FI'));
});

for (const names of ['\ufeff{"5": "FIVE, FI"}', '\ufeffAS5 FIVE, FI\n']) {
  test(`a byte order mark before names is skipped: ${names.slice(1).trim()}`, async () => {
    await withFile('source', '198.18.0.0/15\t5\n', (source) =>
      withFile('names', names, async (path) => {
        assert.is((await buildTable({ source, names: path })).name(5), 'FIVE, FI');
      }),
    );
  });
}

test('the time of a dump is that of its first RIB record', async () => {
  const route = { peer: 0, path: sequence(5) };
  const later = (bytes: Buffer, seconds: number): Buffer => {
    const copy = Buffer.from(bytes);
    copy.writeUInt32BE(DUMP_TIME + seconds, 0);
    return copy;
  };
  const records = [
    record(16, 4, Buffer.alloc(20), DUMP_TIME - 60),
    later(peerIndexTable([{ address: '198.18.0.1', asn: 10 }]), 0),
    later(rib('198.18.0.0/15', [route]), 60),
    later(rib('198.20.0.0/16', [route]), -60),
  ];
  await withFile('source', Buffer.concat(records), async (source) => {
    assert.equal((await buildTable({ source })).asOf, new Date(DUMP_TIME * 1000));
  });
});

test.run();
