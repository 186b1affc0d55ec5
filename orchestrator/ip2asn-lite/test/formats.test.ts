import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { skipUnless } from '../../../test/skip.ts';
import { coverRange } from '../src/formats/ranges.ts';
import { buildTable, openTable, type Table } from '../src/index.ts';
import { withFile } from './scratch.ts';

const test = suite('formats');

function fixture(name: string): string {
  return fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
}

type Expected = Record<string, Record<string, [number, number[], boolean]>>;
const EXPECTED: Expected = JSON.parse(readFileSync(fixture('expected.json'), 'utf8'));

/** Everything a table holds, read through its lookups: the first address of each prefix of each AS. */
function contents(table: Table, expected: Expected[string]): Expected[string] {
  const asns = new Set(Object.values(expected).map(([asn]) => asn));
  const prefixes = [...asns].flatMap((asn) => table.prefixes(asn));
  const { prefixes4, prefixes6 } = table.parts;
  return Object.fromEntries(
    prefixes.map((prefix) => {
      const from = prefix.includes(':') ? prefixes6 : prefixes4;
      const row = Array.from({ length: from.count }, (_, i) => i).find((i) => from.text(i) === prefix) ?? -1;
      return [prefix, [from.asns[row] ?? -1, [...from.origins(row)], ((from.flags[row] ?? 0) & 2) !== 0]];
    }),
  );
}

for (const [name, expected] of Object.entries(EXPECTED)) {
  test(`${name} gives the prefixes and origins beside it`, async () => {
    const table = await openTable(fixture(name));
    const { ipv4, ipv6 } = table.prefixCount;
    assert.is(ipv4 + ipv6, Object.keys(expected).length);
    assert.equal(contents(table, expected), expected);
  });
  test(`${name} gives the same through gzip`, async () => {
    await withFile('packed', gzipSync(readFileSync(fixture(name))), async (path) => {
      assert.equal(contents(await openTable(path), expected), expected);
    });
  });
  test(`${name} gives the same through bzip2`, async () => {
    if (skipUnless(spawnSync('bzip2', ['--help']).status === 0, 'bzip2 sources', 'no bzip2')) return;
    const packed = spawnSync('bzip2', ['-c', fixture(name)]).stdout;
    await withFile('packed', packed, async (path) => {
      assert.equal(contents(await openTable(path), expected), expected);
    });
  });
  test(`${name} gives the same with CRLF line ends`, async () => {
    const text = readFileSync(fixture(name), 'utf8').replaceAll('\n', '\r\n');
    await withFile('dos', text, async (path) => assert.equal(contents(await openTable(path), expected), expected));
  });
}

test('a snapshot has a time only where the source says so', async () => {
  assert.is((await openTable(fixture('two-families.dat'))).asOf, null);
  const asOf = new Date('2015-11-01T06:00:00Z');
  assert.equal((await openTable(fixture('two-families.dat'), { asOf })).asOf, asOf);
});

test('range files bring their names', async () => {
  const tsv = await openTable(fixture('unaligned-ranges.tsv'));
  assert.is(tsv.name(64500), 'EXAMPLE-AS Example Ltd, FI');
  assert.is(tsv.lookup('198.17.0.1'), null, 'AS 0 is not routed');
  const csv = await openTable(fixture('quoted-names.csv'));
  assert.is(csv.name(64500), 'Example, Ltd. "The" AS');
  assert.is(csv.name(64501), 'Plain Name');
});

for (const file of ['asnames.json', 'autnums.txt']) {
  test(`${file} names ASes`, async () => {
    const table = await buildTable({ source: fixture('two-families.dat'), names: fixture(file) });
    assert.is(table.name(64500), 'EXAMPLE-AS - Example Ltd, FI');
    assert.is(table.name(64503), 'SÖX-AS, SE');
    assert.is(table.name(64999), null);
  });
}

/** First and last address, and the prefix lengths that cover them. */
const RANGES: [bigint, bigint, number[]][] = [
  [0n, 0xffffffffn, [0]],
  [0n, 0n, [32]],
  [0xffffffffn, 0xffffffffn, [32]],
  [1n, 6n, [32, 31, 31, 32]],
  [0n, 0xfffffffen, Array.from({ length: 32 }, (_, i) => i + 1)],
];

for (const [first, last, lengths] of RANGES) {
  test(`${first} to ${last} is covered by /${lengths.join(', /')}`, () => {
    const cover = [...coverRange(first, last, 2)];
    assert.equal(
      cover.map(({ length }) => length),
      lengths,
    );
    let next = first;
    for (const { start, length } of cover) {
      assert.is(start, next);
      next = start + (1n << BigInt(32 - length));
    }
    assert.is(next, last + 1n);
  });
}

test('the whole IPv6 space is one prefix', () => {
  assert.equal([...coverRange(0n, (1n << 128n) - 1n, 8)], [{ start: 0n, length: 0 }]);
});

test.run();
