import ipaddr from 'ipaddr.js';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatAddress, formatPrefix, lastWords, parseAddress } from '../../../orchestrator/address/ip.ts';
import { PrefixSet } from '../../../orchestrator/address/prefix-set.ts';
import { notGlobal, scopeOf } from '../../../orchestrator/address/scope.ts';

const scope = suite('scope');
const none = new PrefixSet([]);
const lab = new PrefixSet(['198.18.0.0/15', '2001:db8::/32']);

const cases: [address: string, scope: string][] = [
  ['8.8.8.8', 'global'],
  ['9.255.255.255', 'global'],
  ['10.1.2.3', 'private'],
  ['172.15.255.255', 'global'],
  ['172.16.0.0', 'private'],
  ['172.31.255.255', 'private'],
  ['172.32.0.0', 'global'],
  ['192.168.255.1', 'private'],
  ['100.64.0.1', 'shared'],
  ['100.128.0.0', 'global'],
  ['169.254.1.1', 'link_local'],
  ['127.8.8.8', 'loopback'],
  ['192.0.0.8', 'reserved'],
  ['192.0.0.9', 'global'],
  ['192.0.2.1', 'documentation'],
  ['198.18.0.1', 'reserved'],
  ['198.51.100.1', 'documentation'],
  ['203.0.113.1', 'documentation'],
  ['223.255.255.255', 'global'],
  ['224.0.0.1', 'reserved'],
  ['240.0.0.1', 'reserved'],
  ['255.255.255.255', 'reserved'],
  ['0.1.2.3', 'reserved'],
  ['::', 'reserved'],
  ['::1', 'loopback'],
  ['::ffff:8.8.8.8', 'reserved'],
  ['64:ff9b::808:808', 'global'],
  ['64:ff9b:1::1', 'reserved'],
  ['100::1', 'reserved'],
  ['2001::1', 'reserved'],
  ['2001:4:112::1', 'global'],
  ['2001:200::1', 'global'],
  ['2001:db8::1', 'documentation'],
  ['2002:808:808::1', 'reserved'],
  ['2a00::1', 'global'],
  ['3fff::1', 'documentation'],
  ['3fff:1000::1', 'global'],
  ['5f00::1', 'reserved'],
  ['fd00::1', 'private'],
  ['fe80::1', 'link_local'],
  ['fec0::1', 'reserved'],
  ['ff02::1', 'reserved'],
];
for (const [address, expected] of cases) {
  scope(`${address} is ${expected}`, () => assert.is(scopeOf(address, none), expected));
}

scope('the prefixes that are not global hold exactly the addresses that are not', () => {
  const prefixes = [...notGlobal(4), ...notGlobal(6)];
  const set = new PrefixSet(prefixes.map(formatPrefix));
  const ends = prefixes.flatMap((prefix) => [
    formatAddress(prefix),
    formatAddress({ ...prefix, words: lastWords(prefix) }),
  ]);
  for (const text of [
    ...cases.map(([address]) => address),
    ...ends,
    '2001:1::1',
    '2001:1::4',
    '2620:4f:8000::1',
    '192.0.0.10',
  ]) {
    const address = parseAddress(text);
    assert.is(address !== null && set.contains(address), scopeOf(text, none) !== 'global', text);
  }
});

scope('the ranges of a lab are global, addresses beside them are what they were', () => {
  assert.is(scopeOf('198.18.4.7', lab), 'global');
  assert.is(scopeOf('2001:db8::7', lab), 'global');
  assert.is(scopeOf('10.1.2.3', lab), 'private');
});

scope('a text that is no address is a mistake of the caller', () => {
  assert.throws(() => scopeOf('a.example', none), RangeError);
});

/** ipaddr.js's words for the same blocks. */
const theirs: Record<string, string[]> = {
  private: ['private'],
  shared: ['carrierGradeNat'],
  link_local: ['linkLocal'],
  loopback: ['loopback'],
};
scope('one address of every IPv4 /16 has the scope that ipaddr.js gives it', () => {
  for (let block = 0; block < 65_536; block += 1) {
    const address = `${block >> 8}.${block & 255}.77.1`;
    const ours = scopeOf(address, none);
    const range = ipaddr.IPv4.parse(address).range();
    assert.is(ours === 'global', range === 'unicast', `${address}: ${ours} against ${range}`);
    for (const [name, ranges] of Object.entries(theirs)) assert.is(ours === name, ranges.includes(range), address);
  }
});

scope.run();
