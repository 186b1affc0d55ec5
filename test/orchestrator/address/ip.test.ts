import ipaddr from 'ipaddr.js';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  canonicalAddress,
  formatPrefix,
  inPrefix,
  parseAddress,
  parsePrefix,
} from '../../../orchestrator/address/ip.ts';

const ip = suite('ip');

const addresses: [text: string, canonical: string | null, why: string][] = [
  ['198.18.4.7', '198.18.4.7', 'dotted decimal stays'],
  ['0.0.0.0', '0.0.0.0', 'the lowest address'],
  ['255.255.255.255', '255.255.255.255', 'the highest address does not turn negative'],
  ['256.1.1.1', null, 'an octet ends at 255'],
  ['1.2.3', null, 'three octets are a form of inet_aton, not an address'],
  ['1.2.3.4.5', null, 'five octets'],
  ['01.2.3.4', null, 'a leading zero is octal to some'],
  ['00.2.3.4', null, 'two zeros'],
  ['0x7f.0.0.1', null, 'hexadecimal'],
  ['1.2.3.', null, 'an empty octet'],
  [' 1.2.3.4', null, 'blanks are the caller’s to trim'],
  ['', null, 'nothing'],
  ['2001:DB8::A', '2001:db8::a', 'lower case (RFC 5952, 4.3)'],
  ['2001:0db8:0000:0000:0001:0000:0000:0001', '2001:db8::1:0:0:1', 'first of two equal runs (RFC 5952, 4.2.3)'],
  ['2001:db8:0:0:1:0:0:0', '2001:db8:0:0:1::', 'the longer run'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1', 'one zero group is not shortened (RFC 5952, 4.2.2)'],
  ['::', '::', 'all zero'],
  ['::1', '::1', 'run at the start'],
  ['1::', '1::', 'run at the end'],
  ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0', 'a gap of one group is read'],
  ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8', 'eight groups'],
  ['1:2:3:4::5:6:7:8', null, 'a gap of no group'],
  ['1:2:3:4:5:6:7', null, 'seven groups'],
  ['1:2:3:4:5:6:7:8:9', null, 'nine groups'],
  ['1::2::3', null, 'two gaps'],
  [':::', null, 'three colons'],
  [':1::', null, 'a lone colon at the start'],
  ['1:2:3:4:5:6:7:', null, 'a lone colon at the end'],
  ['12345::', null, 'five digits'],
  ['::g', null, 'not a digit'],
  ['fe80::1%eth0', null, 'a zone is of this machine only'],
  ['::ffff:1.2.3.4', '::ffff:1.2.3.4', 'mapped addresses keep their tail (RFC 5952, 5)'],
  ['::ffff:102:304', '::ffff:1.2.3.4', 'and get one'],
  ['64:ff9b::198.18.0.1', '64:ff9b::c612:1', 'other tails are read'],
  ['1:2:3:4:5:6:7:1.2.3.4', null, 'a tail takes two groups'],
  ['::1.2.3', null, 'a short tail'],
];
for (const [text, canonical, why] of addresses) {
  ip(`${JSON.stringify(text)}: ${why}`, () => assert.is(canonicalAddress(text), canonical));
}

const prefixes: [text: string, canonical: string | null, hostBits: boolean][] = [
  ['198.18.0.0/15', '198.18.0.0/15', false],
  ['198.18.4.7/22', '198.18.4.0/22', true],
  ['198.18.4.7', '198.18.4.7/32', false],
  ['0.0.0.0/0', '0.0.0.0/0', false],
  ['2001:db8::/32', '2001:db8::/32', false],
  ['2001:db8:ffff::1/33', '2001:db8:8000::/33', true],
  ['2001:db8::1', '2001:db8::1/128', false],
  ['::1/0', '::/0', true],
  ['198.18.0.0/33', null, false],
  ['198.18.0.0/', null, false],
  ['198.18.0.0/08', null, false],
  ['198.18.0.0/-1', null, false],
  ['::/129', null, false],
  ['a.example/24', null, false],
];
for (const [text, canonical, hostBits] of prefixes) {
  ip(`prefix ${text} is ${canonical}`, () => {
    const prefix = parsePrefix(text);
    assert.is(prefix === null ? null : formatPrefix(prefix), canonical);
    assert.is(prefix?.hostBits ?? false, hostBits);
  });
}

/** The same 32-bit words on every run (xorshift32). */
function* words(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    yield state >>> 0;
  }
}

ip('10,000 addresses of each family read, print and match as ipaddr.js has them', () => {
  const draw = words(2015);
  for (let count = 0; count < 10_000; count++) {
    const v4 = [...'1234'].map(() => draw.next().value & 255).join('.');
    assert.is(canonicalAddress(v4), ipaddr.IPv4.parse(v4).toString());
    const groups = [...'12345678'].map(() => (draw.next().value % 3 === 0 ? draw.next().value & 0xffff : 0));
    const v6 = groups.map((group) => group.toString(16)).join(':');
    const theirs = ipaddr.IPv6.parse(v6);
    if (!theirs.isIPv4MappedAddress()) assert.is(canonicalAddress(v6), theirs.toRFC5952String());
    for (const text of [v4, v6]) {
      const theirs = ipaddr.parse(text);
      const length = draw.next().value % (theirs.kind() === 'ipv4' ? 33 : 129);
      const prefix = parsePrefix(`${text}/${length}`);
      const other = parseAddress(text);
      assert.ok(prefix !== null && other !== null && inPrefix(other, prefix));
      const near = theirs.toByteArray();
      const flipped = draw.next().value % near.length;
      near[flipped] = (near[flipped] ?? 0) ^ (1 << (draw.next().value & 7));
      const neighbour = ipaddr.fromByteArray(near);
      const ours = parseAddress(neighbour.toString());
      assert.is(
        ours !== null && inPrefix(ours, prefix),
        matches(neighbour, theirs, length),
        `${neighbour} in ${text}/${length}`,
      );
    }
  }
});

function matches(address: ipaddr.IPv4 | ipaddr.IPv6, network: ipaddr.IPv4 | ipaddr.IPv6, length: number): boolean {
  const bits = (of: ipaddr.IPv4 | ipaddr.IPv6) =>
    of
      .toByteArray()
      .map((byte) => byte.toString(2).padStart(8, '0'))
      .join('')
      .slice(0, length);
  return bits(address) === bits(network);
}

ip.run();
