// takes: long
// runs: behind
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { skipUnless } from '../../../test/skip.ts';
import { formatIpv4, formatIpv6 } from '../src/address.ts';
import { buildTable, openTable, type Table } from '../src/index.ts';
import { askPyasn, dataFile, HAS_PYASN, TABLE_2015 } from './pyasn-peer.ts';
import { randomNumbers } from './scratch.ts';

const test = suite('pyasn');

/** The README's million of each family is compared with PYASN_ADDRESSES=1000000. */
const ADDRESSES = Number(process.env.PYASN_ADDRESSES ?? 200_000);

/** Prints every difference with its explanation. */
const LIST = process.env.PYASN_LIST === '1';

const random = randomNumbers(20151101);

function randomIpv4(): string[] {
  return Array.from({ length: ADDRESSES }, () => formatIpv4(random()));
}

/** Nine of ten within a random prefix of the table, the rest anywhere in 2000::/3. */
function randomIpv6(table: Table): string[] {
  const { prefixes6 } = table.parts;
  const groups = new Uint16Array(8);
  return Array.from({ length: ADDRESSES }, (_, i) => {
    for (let group = 0; group < 8; group++) groups[group] = random();
    const row = i % 10 === 0 ? -1 : random() % prefixes6.count;
    const length = row < 0 ? 3 : (prefixes6.lengths[row] ?? 0);
    for (let group = 0; group * 16 < length; group++) {
      const mask = 0xffff & ~(0xffff >> Math.min(16, length - group * 16));
      const fixed = row < 0 ? 0x2000 : (prefixes6.groups[row * 8 + group] ?? 0);
      groups[group] = (fixed & mask) | ((groups[group] ?? 0) & ~mask);
    }
    return formatIpv6(groups, 0);
  });
}

/** Answers that differ, as `address: ours, pyasn's`. */
function differences(table: Table, addresses: readonly string[], theirs: readonly string[]): string[] {
  return addresses.flatMap((address, i) => {
    const match = table.lookup(address);
    const ours = match === null ? '-\t-' : `${match.asn}\t${match.prefix}`;
    return ours === theirs[i] ? [] : [`${address}: ${ours}, ${theirs[i]}`];
  });
}

test('addresses of each family get the ASN and prefix that pyasn gives them', async () => {
  if (skipUnless(HAS_PYASN, 'comparison with pyasn', 'no python3-pyasn')) return;
  const table = await openTable(TABLE_2015);
  assert.equal(table.prefixCount, { ipv4: 606_138, ipv6: 27_693 });
  for (const addresses of [randomIpv4(), randomIpv6(table)]) {
    const theirs = await askPyasn('answers', TABLE_2015, addresses);
    assert.is(theirs.length, addresses.length);
    const hits = theirs.filter((answer) => answer !== '-\t-').length;
    assert.ok(hits > addresses.length * 0.6, `${hits} of ${addresses.length} addresses hit`);
    assert.equal(differences(table, addresses, theirs), []);
  }
});

test('every prefix of the real table is there, with its AS', async () => {
  if (skipUnless(HAS_PYASN, 'all prefixes of the real table', 'no python3-pyasn')) return;
  const { prefixes4, prefixes6 } = (await openTable(TABLE_2015)).parts;
  const ours = [prefixes4, prefixes6].flatMap((prefixes) =>
    Array.from({ length: prefixes.count }, (_, row) => `${prefixes.text(row)}\t${prefixes.asns[row]}`),
  );
  const lines = gunzipSync(readFileSync(TABLE_2015)).toString('latin1').split('\n');
  const theirs = lines.filter((line) => /^[\da-f]/.test(line));
  assert.is(ours.length, theirs.length);
  assert.equal(new Set(ours), new Set(theirs));
});

/** What pyasn's converter says of one prefix, and what the rules of the README make of all its routes (test/pyasn-peer.py). */
interface Converted {
  prefix: string;
  /** Empty when the converter leaves the prefix out or fails at it; several members for an AS_SET, of which it writes an arbitrary one. */
  pyasn: number[];
  /** Where the path of the first route in the file really ends. */
  first: number[];
  decided: number;
  origins: number[];
  set: boolean;
}

/** Rules of the README under which pyasn answers otherwise. */
function reasonFor({ prefix, pyasn, first, decided, origins, set }: Converted): string {
  if (pyasn.length === 0 && /\/0$/.test(prefix)) return 'default route';
  if (pyasn.length === 1 && pyasn[0] === decided) return 'same';
  if (set && pyasn.join() === first.join() && pyasn[0] === decided) return 'AS_SET';
  if (pyasn.join() === '23456' && first.join() !== '23456') return 'AS_TRANS';
  if (pyasn.join() !== first.join() && first.every(isSkippedByPyasn)) return 'number that pyasn skips';
  if (pyasn.join() === first.join() && origins.length > 1) return 'most peers see another origin than the first entry';
  return 'unexplained';
}

function isSkippedByPyasn(asn: number): boolean {
  return asn === 0 || (asn >= 64496 && asn <= 131071) || asn >= 1_000_000;
}

/** File, and how many of its prefixes fall under which rule. */
const OTHER = 'most peers see another origin than the first entry';
const RIBS: [string, Record<string, number>][] = [
  ['rib.20080501.0644_firstMB.bz2', { same: 3501, 'default route': 1, [OTHER]: 2, 'number that pyasn skips': 2 }],
  ['rib.20140523.0600_firstMB.bz2', { same: 9050, 'default route': 1, [OTHER]: 12, 'number that pyasn skips': 6 }],
  ['rib6.20151101.0600_firstMB.bz2', { same: 6818, AS_SET: 2, [OTHER]: 39, 'number that pyasn skips': 10 }],
  // its third prefix has an empty path and the file no table of peers, so that neither knows an origin
  ['bview.20140112.1600_3samples.bz2', { same: 2 }],
];

for (const [name, expected] of RIBS) {
  test(`${name} gives the prefixes and origins of pyasn's converter, but for the rules of the README`, async () => {
    if (skipUnless(HAS_PYASN, name, 'no python3-pyasn')) return;
    const converted: Converted[] = (await askPyasn('convert', dataFile(name))).map((line) => JSON.parse(line));
    const table = await buildTable({ source: dataFile(name), allowTruncated: true, defaultRoutes: true });
    const found = new Map<string, Omit<Converted, 'pyasn' | 'first'>>();
    for (const prefixes of [table.parts.prefixes4, table.parts.prefixes6]) {
      for (let row = 0; row < prefixes.count; row++) {
        const prefix = prefixes.text(row);
        const set = ((prefixes.flags[row] ?? 0) & 2) !== 0;
        found.set(prefix, { prefix, decided: prefixes.asns[row] ?? 0, origins: [...prefixes.origins(row)], set });
      }
    }
    assert.is(found.size, converted.length);
    const counts: Record<string, number> = {};
    for (const row of converted) {
      const { prefix, decided, origins, set } = row;
      assert.equal(found.get(prefix), { prefix, decided, origins, set }, prefix);
      const reason = reasonFor(row);
      counts[reason] = (counts[reason] ?? 0) + 1;
      if (reason !== 'same' && LIST) console.log(reason, JSON.stringify(row));
    }
    assert.equal(counts, expected);
  });
}

test.run();
