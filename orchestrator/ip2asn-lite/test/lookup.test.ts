import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatIpv4, formatIpv6 } from '../src/address.ts';
import { buildTable, InvalidAddressError, type Table } from '../src/index.ts';
import { clearHostBits, formatPrefix, type Width } from '../src/prefix.ts';
import { BruteForce } from './brute-force.ts';
import { addressBytes } from './mrt-writer.ts';
import { randomNumbers, withFile } from './scratch.ts';

const test = suite('lookup');

function tableOf(prefixes: ReadonlyMap<string, number>, options = {}): Promise<Table> {
  const text = Array.from(prefixes, ([prefix, asn]) => `${prefix}\t${asn}\n`).join('');
  return withFile('table.dat', text, (source) => buildTable({ source, defaultRoutes: true, ...options }));
}

const random = randomNumbers(20151101);

/** Addresses crowd into few corners, so that prefixes nest, touch and repeat. */
function randomGroups(width: Width): Uint16Array {
  const corners = [0, 0xffff, 0x8000, 0x7fff, 0x2001, 0xff00, 1];
  return Uint16Array.from({ length: width }, () =>
    random() % 2 === 0 ? (corners[random() % corners.length] ?? 0) : random() & 0xffff,
  );
}

function randomPrefixes(width: Width, count: number): Map<string, number> {
  const prefixes = new Map<string, number>();
  for (let i = 0; i < count; i++) {
    const groups = randomGroups(width);
    const length = random() % (width * 16 + 1);
    clearHostBits(groups, width, length);
    prefixes.set(formatPrefix(groups, 0, width, length), 1 + (random() % 400_000));
  }
  return prefixes;
}

function addressText(groups: Uint16Array): string {
  return groups.length === 2 ? formatIpv4(((groups[0] ?? 0) << 16) | (groups[1] ?? 0)) : formatIpv6(groups, 0);
}

function isMappedText(text: string): boolean {
  return text.startsWith('::ffff:') && text.includes('.');
}

/** First, last and neighbouring addresses of each prefix, and random ones. */
function probes(width: Width, prefixes: ReadonlyMap<string, number>): string[] {
  const found = Array.from({ length: 300 }, () => addressText(randomGroups(width)));
  for (const prefix of prefixes.keys()) {
    const [address = '', length = ''] = prefix.split('/');
    const bytes = addressBytes(address);
    const host = width * 16 - Number(length);
    const first = BigInt(`0x${bytes.toString('hex')}`);
    for (const value of [first - 1n, first, first + (1n << BigInt(host)) - 1n, first + (1n << BigInt(host))]) {
      if (value < 0n || value >> BigInt(width * 16) !== 0n) continue;
      const hex = value.toString(16).padStart(width * 4, '0');
      found.push(addressText(Uint16Array.from(hex.match(/.{4}/g) ?? [], (group) => Number.parseInt(group, 16))));
    }
  }
  return found;
}

for (const width of [2, 8] as const) {
  test(`IPv${width === 2 ? 4 : 6} answers are those of trying every prefix`, async () => {
    for (let round = 0; round < 12; round++) {
      const prefixes = randomPrefixes(width, 1 + (random() % 200));
      const table = await tableOf(prefixes);
      const truth = new BruteForce(prefixes);
      for (const address of probes(width, prefixes)) {
        if (isMappedText(address)) continue; // answered as IPv4: tested below
        const match = table.lookup(address);
        const found = match === null ? null : { asn: match.asn, prefix: match.prefix };
        assert.equal(found, truth.lookup(address), `${address} in ${[...prefixes.keys()].join(' ')}`);
        assert.is(table.asn(address), found?.asn ?? null);
      }
    }
  });
}

const SMALL = new Map([
  ['0.0.0.0/0', 1],
  ['198.18.0.0/15', 64500],
  ['198.18.4.0/22', 64501],
  ['198.18.4.0/24', 64502],
  ['255.255.255.255/32', 64503],
  ['2001:db8::/32', 64504],
  ['2001:db8:4::/48', 64505],
  ['2001:db8:4::1/128', 64506],
]);

test('text, number, bigint and batches agree', async () => {
  const table = await tableOf(SMALL);
  const ipv4 = ['198.18.4.7', '198.18.5.0', '198.18.8.0', '8.8.8.8', '255.255.255.255', '0.0.0.0', '198.17.255.255'];
  const numbers = Uint32Array.from(ipv4, (text) => addressBytes(text).readUInt32BE());
  const expected = [64502, 64501, 64500, 1, 64503, 1, 1];
  assert.equal(
    ipv4.map((text) => table.lookup(text)?.asn),
    expected,
  );
  assert.equal(
    Array.from(numbers, (number) => table.lookup(number)?.asn),
    expected,
  );
  assert.equal(
    Array.from(numbers, (number) => table.asn(number)),
    expected,
  );
  assert.equal([...table.lookupBatch(numbers)], expected);

  const ipv6 = ['2001:db8::', '2001:db8:4::1', '2001:db8:4::2', '2001:db8:5::', '2001:db9::', '::ffff:198.18.4.7'];
  const answers = [64504, 64506, 64505, 64504, null, 64502];
  assert.equal(
    ipv6.map((text) => table.lookup(text)?.asn ?? null),
    answers,
  );
  const bytes = ipv6.map(addressBytes);
  assert.equal(
    bytes.map((address) => table.lookup(BigInt(`0x${address.toString('hex')}`))?.asn ?? null),
    answers,
  );
  assert.equal(
    [...table.lookupBatch6(Buffer.concat(bytes))],
    answers.map((asn) => asn ?? 0),
  );
});

test('a mapped address gets the IPv4 answer and prefix', async () => {
  const table = await tableOf(SMALL);
  for (const text of ['::ffff:198.18.4.7', '::ffff:c612:407', '0:0:0:0:0:ffff:198.18.4.7']) {
    assert.is(table.lookup(text)?.prefix, '198.18.4.0/24', text);
    assert.is(table.asn(text), 64502, text);
  }
  assert.is(table.lookup('::198.18.4.7'), null);
});

const INVALID = ['', 'example.net', '1.2.3', '1.2.3.4/8', '::g', ' 1.2.3.4', '1.2.3.4\n'];

test('what is no address is an error with the input in it', async () => {
  const table = await tableOf(SMALL);
  for (const input of [...INVALID, -1, 4294967296, 1.5, Number.NaN, Number.POSITIVE_INFINITY, -1n, 1n << 128n]) {
    for (const ask of [() => table.lookup(input), () => table.asn(input)]) {
      assert.throws(ask, (error: unknown) => error instanceof InvalidAddressError && Object.is(error.input, input));
    }
  }
});

test('what is no address is null where that was asked for', async () => {
  const table = await tableOf(SMALL, { invalid: 'null' });
  for (const input of [...INVALID, -1, 1.5, -1n]) assert.is(table.lookup(input), null);
  assert.is(table.asn('nonsense'), null);
});

test('batches refuse arrays that do not fit', async () => {
  const table = await tableOf(SMALL);
  assert.throws(() => table.lookupBatch(new Uint32Array(3), new Uint32Array(2)), /room for 2/);
  assert.throws(() => table.lookupBatch6(new Uint8Array(17)), /16-byte/);
});

test('batches of other types are refused: their numbers would be cut to fit', async () => {
  const table = await tableOf(SMALL);
  const call = (method: 'lookupBatch' | 'lookupBatch6', ...words: unknown[]) =>
    Reflect.apply(table[method], table, words);
  for (const input of [['198.18.4.7'], [3323069447], new Uint16Array(2), new Float64Array(1)]) {
    assert.throws(() => call('lookupBatch', input), /a batch is a Uint32Array/);
    assert.throws(() => call('lookupBatch6', input), /a batch is a Uint8Array/);
  }
  assert.throws(() => call('lookupBatch', Uint32Array.of(1), new Uint16Array(1)), /a batch is a Uint32Array/);
  assert.throws(() => call('lookupBatch6', new Uint8Array(16), new Uint16Array(1)), /a batch is a Uint32Array/);
  assert.throws(() => table.lookupBatch6(new Uint8Array(32), new Uint32Array(1)), /room for 1/);
});

test('each of two contested prefixes at one address has its own origins', async () => {
  const lines = ['198.18.4.0\t22\t64501_64502', '198.18.4.0\t24\t64503_64504', '198.18.8.0\t24\t{64505,64506}', ''];
  await withFile('origins.pfx2as', lines.join('\n'), async (source) => {
    const table = await buildTable({ source });
    assert.equal(table.lookup('198.18.4.7')?.origins, [64503, 64504]);
    assert.equal(table.lookup('198.18.5.7')?.origins, [64501, 64502]);
    assert.is(table.lookup('198.18.5.7')?.asSet, false);
    assert.is(table.lookup('198.18.8.7')?.asSet, true);
  });
});

test('a route is told from none by null, and by 0 in batches', async () => {
  const table = await tableOf(new Map([['198.18.0.0/15', 64500]]));
  assert.is(table.lookup('198.20.0.0'), null);
  assert.equal([...table.lookupBatch(Uint32Array.of(0, 0xc6120000, 0xffffffff))], [0, 64500, 0]);
});

test('prefixes and size of an AS count what overlaps once', async () => {
  const table = await tableOf(
    new Map([
      ['198.18.0.0/16', 7],
      ['198.18.4.0/24', 7],
      ['198.19.0.0/24', 7],
      ['198.18.8.0/24', 8],
      ['2001:db8::/32', 7],
      ['2001:db8:1::/48', 7],
    ]),
  );
  assert.equal(table.prefixes(7), [
    '198.18.0.0/16',
    '198.18.4.0/24',
    '198.19.0.0/24',
    '2001:db8::/32',
    '2001:db8:1::/48',
  ]);
  assert.equal(table.size(7), { ipv4: 65536 + 256, ipv6: 1n << 96n });
  assert.equal(table.size(9), { ipv4: 0, ipv6: 0n });
  assert.equal(table.prefixes(9), []);
});

test('a match as JSON has all that is known', async () => {
  const table = await tableOf(SMALL);
  assert.equal(JSON.parse(JSON.stringify(table.lookup('198.18.4.7'))), {
    asn: 64502,
    prefix: '198.18.4.0/24',
    origins: [64502],
    asSet: false,
    flags: ['reserved'],
  });
});

test.run();
