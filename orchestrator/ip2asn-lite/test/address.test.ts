import { isIP, isIPv4 } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatIpv4, formatIpv6, isMapped, parseIpv4, parseIpv6 } from '../src/address.ts';
import { randomNumbers } from './scratch.ts';

const test = suite('address');

function read(text: string): string | null {
  const bits = parseIpv4(text, 0, text.length);
  if (bits !== null) return formatIpv4(bits);
  const groups = new Uint16Array(8);
  return parseIpv6(text, 0, text.length, groups) ? formatIpv6(groups, 0) : null;
}

/** Text, and how it is written back; null when it is no address. */
const CASES: [string, string | null][] = [
  ['0.0.0.0', '0.0.0.0'],
  ['255.255.255.255', '255.255.255.255'],
  ['198.18.4.7', '198.18.4.7'],
  ['256.1.1.1', null],
  ['1.2.3', null],
  ['1.2.3.', null],
  ['.1.2.3', null],
  ['1..2.3', null],
  ['1.2.3.4.', null],
  ['1.2.3.4.5', null],
  ['01.2.3.4', null],
  ['1.2.3.04', null],
  ['1.2.3.4 ', null],
  [' 1.2.3.4', null],
  ['1.2.3.4/24', null],
  ['1.2.3.1000', null],
  ['1.2.3.-1', null],
  ['0x1.2.3.4', null],
  ['1,2.3.4', null],
  ['١.2.3.4', null],
  ['1234567', null],
  ['', null],
  ['::', '::'],
  ['::1', '::1'],
  ['1::', '1::'],
  ['2001:DB8::A', '2001:db8::a'],
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
  ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
  ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
  ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
  ['::ffff:198.18.0.1', '::ffff:198.18.0.1'],
  ['::ffff:c612:1', '::ffff:198.18.0.1'],
  ['64:ff9b::198.18.0.1', '64:ff9b::c612:1'],
  ['1:2:3:4:5:6:1.2.3.4', '1:2:3:4:5:6:102:304'],
  ['1:2:3:4:5:6:7:1.2.3.4', null],
  ['1:2:3:4:5:6:7:8:9', null],
  ['1:2:3:4:5:6:7', null],
  ['1::2::3', null],
  [':::', null],
  [':1::', null],
  ['1:', null],
  ['1::2:', null],
  [':', null],
  ['12345::', null],
  ['g::', null],
  ['fe80::1%eth0', null],
  ['::1.2.3', null],
  ['::1.2.3.4:5', null],
  ['::/0', null],
  ['[::1]', null],
];

for (const [text, written] of CASES) {
  test(`${JSON.stringify(text)} reads as ${written}`, () => assert.is(read(text), written));
}

test('random strings are addresses exactly when node:net says so', () => {
  const random = randomNumbers(4);
  const letters = ['0', '1', '12', '255', '256', '.', '.', '.', ':', ':', '::', 'f', 'ffff', 'Ab', 'g', '1.2.3.4'];
  let valid = 0;
  for (let i = 0; i < 200_000; i++) {
    const parts = Array.from({ length: 1 + (random() % 12) }, () => letters[random() % letters.length]);
    const text = parts.join('');
    const isAddress = read(text) !== null;
    assert.is(isAddress, isIP(text) !== 0, text);
    if (isAddress) valid++;
  }
  assert.ok(valid > 1000, `${valid} of the strings are addresses`);
});

test('dotted quads of every digit pattern read as node:net reads them', () => {
  const octets = ['0', '9', '10', '99', '100', '199', '255', '256', '00', '001'];
  for (const a of octets) {
    for (const b of octets) {
      for (const c of octets) {
        const text = `${a}.${b}.${c}.${a}`;
        assert.is(parseIpv4(text, 0, text.length) !== null, isIPv4(text), text);
      }
    }
  }
});

test('every address is written so that it reads back', () => {
  const random = randomNumbers(5);
  for (let i = 0; i < 20_000; i++) {
    const groups = Uint16Array.from({ length: 8 }, () => (random() % 3 === 0 ? random() & 0xffff : 0));
    const text = formatIpv6(groups, 0);
    const back = new Uint16Array(8);
    assert.ok(parseIpv6(text, 0, text.length, back), text);
    assert.equal([...back], [...groups], text);
  }
});

test('only ::ffff:0:0/96 is mapped', () => {
  const groups = new Uint16Array(8);
  for (const [text, mapped] of [
    ['::ffff:1.2.3.4', true],
    ['::1.2.3.4', false],
    ['1::ffff:1.2.3.4', false],
    ['::fffe:1.2.3.4', false],
  ] as const) {
    assert.ok(parseIpv6(text, 0, text.length, groups));
    assert.is(isMapped(groups), mapped, text);
  }
});

test.run();
