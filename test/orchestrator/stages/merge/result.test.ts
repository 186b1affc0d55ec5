// runs: behind
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connected, resolved, scanned, target } from '../records.ts';
import { mergeOf, type Records } from './merged.ts';

const test = suite('result of a merge');

const address = '198.18.1.1';
const announcement = { address: '198.18.5.77', scope: 'global' as const };
const place = { address, country: 'FR', city: 'Lyon', latitude: 45.8, longitude: 4.8, failure: null };
const candidate = { name: 'Linux 6.x', accuracy: 96, family: 'Linux', vendor: 'Linux' };

const [first, second] = [target('a.example', 1), target('b.example', 2)];
const led = resolved('a.example', [address, '198.18.1.2']);
const origin = { address, asn: 64_500, prefix: '198.18.0.0/16', as_name: 'NET', failure: null };
const registration = { ...origin, as_name: 'Net', country: 'FR', registry: 'ripencc', allocated: null };

const records = {
  targets: [first, second],
  resolve: [led, resolved('b.example', ['198.18.1.2'])],
  scan: [scanned(address, ['1e0c0101a1b2c3d4e5f60718']), scanned('198.18.1.2', []), scanned('2001:db8::1', [])],
  asn: [origin],
  geo: [place],
  handshake: [connected(address, [announcement])],
  whois: [registration],
  os: [{ address, candidates: [candidate], failure: null }],
} satisfies Records;

const { scan } = records;

const others: [what: string, change: Records][] = [
  ['a verdict is', { scan: [scanned(address, []), ...scan.slice(1)] }],
  ['a port is', { scan: [scanned(address, ['1e0c0101a1b2c3d4e5f60718'], { port: 443 }), ...scan.slice(1)] }],
  ['an origin is', { asn: [{ ...origin, asn: 64_501 }] }],
  ['a reason why there is no origin is', { asn: [{ ...origin, asn: null, failure: 'timeout' }] }],
  ['a place is', { geo: [{ ...place, city: 'Lille' }] }],
  ['a name leads elsewhere', { resolve: [led, resolved('b.example', [address])] }],
  ['a rank is', { targets: [first, target('b.example', 3)] }],
  ['a name is', { targets: [first, target('c.example', 2)] }],
  ['who announced is', { handshake: [connected('198.18.1.2', [announcement])] }],
  ['what was announced is', { handshake: [connected(address, [{ ...announcement, address: '198.18.5.78' }])] }],
  ['what became of a connection is', { handshake: [connected(address, [announcement], { hold_held: false })] }],
  ['a registration is', { whois: [{ ...registration, country: 'DE' }] }],
  ['the registered name is', { whois: [{ ...registration, as_name: 'Other' }] }],
  ['a fingerprint is', { os: [{ ...records.os[0], candidates: [{ ...candidate, accuracy: 95 }] }] }],
  ['a host was asked in vain', { os: [{ address, candidates: [], failure: 'timeout' }] }],
];

for (const [what, change] of others) {
  test(`the digest is another one where ${what}${what.endsWith(' is') ? ' another' : ''}`, async () => {
    const [before, after] = [await mergeOf(records), await mergeOf({ ...records, ...change })];
    assert.is.not(after.result, before.result);
  });
}

test('the name of an origin is in the digest, where no registry has another', async () => {
  const of = async (as_name: string) =>
    (await mergeOf({ ...records, asn: [{ ...origin, as_name }], whois: [] })).result;
  assert.is.not(await of('NET'), await of('OTHER'));
});

test('the digest is another one where a list has another name, of one list and of several', async () => {
  const results = await Promise.all(
    [['a.csv'], ['b.csv'], ['a.csv', 'b.csv'], ['a.csv', 'c.csv']].map(
      async (lists) => (await mergeOf(records, { lists })).result,
    ),
  );
  assert.is(new Set(results).size, results.length);
});

test('where a name stands in a further list is in the digest', async () => {
  const again = (rank: number) => ({ ...target('a.example', rank), list: 2 });
  const of = async (rank: number) =>
    (await mergeOf({ ...records, targets: [first, second, again(rank)] }, { lists: ['a.csv', 'b.csv'] })).result;
  assert.is.not(await of(7), await of(8));
});

const volatile: [what: string, change: Records][] = [
  ['a round trip', { scan: scan.map((row) => ({ ...row, rtt_us: 9 })) }],
  ['when a reply came', { scan: scan.map((row) => ({ ...row, received_at: '2027-01-01T00:00:00.000000Z' })) }],
];

for (const [what, change] of volatile) {
  test(`the digest does not know ${what}`, async () => {
    assert.is((await mergeOf({ ...records, ...change })).result, (await mergeOf(records)).result);
  });
}

test('a host of which nothing is known that lasts is one that nobody asked', async () => {
  const without = await mergeOf(records, { controls: 0 });
  const drawn = await mergeOf(records, { controls: 3 });
  assert.ok(drawn.hosts.some(({ control }) => control !== null));
  assert.is(drawn.result, without.result);
});

test.run();
