import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatPrefix, inPrefix, parseAddress, parsePrefix } from '../../../orchestrator/address/ip.ts';
import { PrefixSet } from '../../../orchestrator/address/prefix-set.ts';
import { CensusError } from '../../../orchestrator/errors.ts';

const prefixSet = suite('prefix-set');

const set = new PrefixSet([
  '198.18.0.0/16',
  '198.18.128.0/17',
  '198.19.0.7',
  '240.0.0.0/4',
  '2001:db8:1::/48',
  '2001:db8:2::5',
  'ffff::/16',
]);
const cases: [address: string, inside: boolean, why: string][] = [
  ['198.18.0.0', true, 'first address of a prefix'],
  ['198.18.255.255', true, 'last address of a prefix, past one nested in it'],
  ['198.17.255.255', false, 'one below'],
  ['198.19.0.0', false, 'one above'],
  ['198.19.0.7', true, 'a single address'],
  ['198.19.0.8', false, 'its neighbour'],
  ['255.255.255.255', true, 'the last address there is'],
  ['0.0.0.0', false, 'before the first range'],
  ['2001:db8:1::', true, 'IPv6, first'],
  ['2001:db8:1:ffff:ffff:ffff:ffff:ffff', true, 'IPv6, last'],
  ['2001:db8:2::', false, 'IPv6, one above'],
  ['2001:db8:2::5', true, 'IPv6, a single address'],
  ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', true, 'IPv6, the last address there is'],
  ['::ffff:198.18.0.1', false, 'a mapped address is IPv6'],
  ['a.example', false, 'a name is in no set'],
];
for (const [address, inside, why] of cases) {
  prefixSet(`${address}: ${why}`, () => assert.is(set.contains(address), inside));
}

prefixSet('the empty set holds nothing', () => assert.not(new PrefixSet([]).contains('0.0.0.0')));

prefixSet('membership is that of the single prefixes, over many nested and touching ones', () => {
  const texts = Array.from({ length: 400 }, (_, n) =>
    n % 2 === 0
      ? `198.${(n * 7) % 256}.${(n * 31) % 256}.0/${14 + (n % 11)}`
      : `2001:db8:${(n * 37) % 64}::/${36 + (n % 14)}`,
  );
  const many = new PrefixSet(texts);
  const prefixes = texts.flatMap((text) => parsePrefix(text) ?? []);
  let inside = 0;
  for (let n = 0; n < 4000; n++) {
    const text =
      n % 2 === 0 ? `198.${n % 256}.${(n * 13) % 256}.${n % 256}` : `2001:db8:${(n % 80).toString(16)}::${n % 9}`;
    const address = parseAddress(text);
    assert.ok(address !== null);
    const expected = prefixes.some((prefix) => inPrefix(address, prefix));
    if (expected) inside++;
    assert.is(many.contains(text), expected, text);
  }
  assert.ok(inside > 400 && inside < 3600, `${inside} of 4000 inside: the draw decides nothing`);
});

prefixSet('a text that is no prefix is named', () => {
  assert.throws(
    () => new PrefixSet(['198.18.0.0/15', 'example.com']),
    (error: unknown) =>
      error instanceof CensusError && error.code === 'E_INPUT' && error.message.includes('example.com'),
  );
});

prefixSet('ranges that touch are one, in both families', () => {
  const halves = new PrefixSet(['198.18.9.0/25', '198.18.9.128/25', '2001:db8::/33', '2001:db8:8000::/33']);
  for (const text of ['198.18.9.0/24', '2001:db8::/32']) {
    const prefix = parsePrefix(text);
    assert.ok(prefix !== null && halves.covers(prefix), text);
  }
  const gap = new PrefixSet(['198.18.9.0/25', '198.18.9.129/32']);
  const all = parsePrefix('198.18.9.0/24');
  assert.not(all !== null && gap.covers(all));
});

const cuts: [prefix: string, set: string[], inside: string, outside: string, why: string][] = [
  ['198.18.9.0/29', ['198.18.9.3'], '198.18.9.3/32', '198.18.9.0/31 198.18.9.2/32 198.18.9.4/30', 'one address within'],
  ['198.18.9.0/29', ['198.18.9.0'], '198.18.9.0/32', '198.18.9.1/32 198.18.9.2/31 198.18.9.4/30', 'the first'],
  ['198.18.9.0/30', ['198.18.9.3'], '198.18.9.3/32', '198.18.9.0/31 198.18.9.2/32', 'the last'],
  ['198.18.9.0/30', ['198.18.9.4', '198.18.8.255'], '', '198.18.9.0/30', 'neighbours on both sides'],
  ['198.18.9.0/30', ['198.18.0.0/16'], '198.18.9.0/30', '', 'a wider prefix'],
  ['198.18.9.0/30', ['198.18.9.0/31', '198.18.9.2/31'], '198.18.9.0/30', '', 'two halves'],
  ['198.18.9.0/30', ['198.18.9.2', '198.18.9.0'], '198.18.9.0/32 198.18.9.2/32', '198.18.9.1/32 198.18.9.3/32', 'two'],
  ['0.0.0.0/0', ['128.0.0.0/1'], '128.0.0.0/1', '0.0.0.0/1', 'up to the last address there is'],
  ['255.255.255.254/31', ['255.255.255.255'], '255.255.255.255/32', '255.255.255.254/32', 'the last address there is'],
  ['2001:db8::/126', ['2001:db8::1', '0.0.0.0/0'], '2001:db8::1/128', '2001:db8::/128 2001:db8::2/127', 'IPv6'],
];
for (const [text, given, inside, outside, why] of cuts) {
  prefixSet(`${text} is cut along ${why}`, () => {
    const prefix = parsePrefix(text);
    assert.ok(prefix !== null);
    const cut = new PrefixSet(given).split(prefix);
    assert.is(cut.inside.map(formatPrefix).join(' '), inside);
    assert.is(cut.outside.map(formatPrefix).join(' '), outside);
  });
}

prefixSet('the two halves of a cut are the prefix, address by address, over many draws', () => {
  for (let draw = 0; draw < 300; draw++) {
    const given = Array.from(
      { length: 6 },
      (_, n) => `198.18.9.${(draw * 41 + n * 97) % 256}/${26 + ((draw + n) % 7)}`,
    );
    const held = new PrefixSet(given);
    const prefix = parsePrefix(`198.18.9.0/${24 + (draw % 4)}`);
    assert.ok(prefix !== null);
    const { inside, outside } = held.split(prefix);
    for (let last = 0; last < 256; last++) {
      const address = parseAddress(`198.18.9.${last}`);
      assert.ok(address !== null);
      const within = inPrefix(address, prefix);
      const count = (list: typeof inside) => list.filter((one) => inPrefix(address, one)).length;
      assert.is(count(inside), Number(within && held.contains(address)), `${last} in draw ${draw}`);
      assert.is(count(outside), Number(within && !held.contains(address)), `${last} in draw ${draw}`);
    }
  }
});

prefixSet.run();
