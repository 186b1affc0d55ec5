import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { canonicalAddress, parseAddress } from '../../../../../orchestrator/address/ip.ts';
import { Hitlist } from '../../../../../orchestrator/tools/zmap/ipv6/hitlist.ts';

const test = suite('the list of IPv6 targets');

function listOf(addresses: string[]): Hitlist {
  const words = addresses.flatMap((text) => parseAddress(text)?.words ?? []);
  const bytes = Buffer.alloc(4 * words.length);
  for (const [index, word] of words.entries()) bytes.writeUInt32BE(word, 4 * index);
  return new Hitlist(bytes);
}

const sorted = ['2001:db8::1', '2001:db8::2', '2001:db8:0:1::', '2001:db8:ffff::1', '2001:db8:ffff::ffff:ffff'];

test('the n-th address has the n-th number of 240.0.0.0/4, and back', () => {
  for (const count of [1, 2, 3, 5]) {
    const list = listOf(sorted.slice(0, count));
    for (const [index, text] of sorted.slice(0, count).entries()) {
      assert.is(list.numberOf(text), 0xf0000000 + index);
      assert.is(canonicalAddress(list.textOf(0xf0000000 + index)), text);
    }
  }
});

for (const text of ['2001:db8::', '2001:db8::3', '2001:db9::', '::', '198.18.0.1', 'nobody', '']) {
  test(`${JSON.stringify(text)} has no number`, () => assert.is(listOf(sorted).numberOf(text), null));
}

test('an empty list holds nobody', () => assert.is(listOf([]).numberOf('2001:db8::1'), null));

test.run();
