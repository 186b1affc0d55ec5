import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatPrefix, lastWords, parsePrefix } from '../../../orchestrator/address/ip.ts';
import { type Shard, shardPrefixes, shardSize, shardsOf } from '../../../orchestrator/address/shards.ts';

const test = suite('shards');

function prefixOf(text: string) {
  const prefix = parsePrefix(text);
  if (prefix === null) throw new Error(text);
  return prefix;
}

function listed(text: string, shard: Shard): number[] {
  return [...shardPrefixes(prefixOf(text), shard)].flatMap((piece) => {
    const [first = 0] = piece.words;
    return Array.from({ length: (lastWords(piece)[0] ?? 0) - first + 1 }, (_, index) => first + index);
  });
}

const cases: [prefix: string, most: number, shards: number, length: number, why: string][] = [
  ['198.18.0.0/15', 65_536, 2, 24, 'blocks of 256 where there is room'],
  ['198.18.0.0/15', 100_000, 2, 24, 'a limit that is no power of two'],
  ['198.18.0.0/16', 10_000, 7, 24, 'a rest in the last one'],
  ['198.18.9.0/24', 100, 4, 26, 'smaller blocks where there is no room for 256'],
  ['198.18.9.0/28', 3, 8, 31, 'a prefix below 256'],
  ['198.18.9.0/28', 1, 16, 32, 'one address each'],
  ['198.18.9.0/28', 0.5, 16, 32, 'an address alone is more than a part holds'],
  ['198.18.9.0/30', 3.5, 2, 31, 'a limit that is no whole number'],
];
for (const [prefix, most, count, length, why] of cases) {
  test(`${prefix} in shards of ${most}: every address once, none too large; ${why}`, () => {
    const shards = shardsOf(prefix, most) ?? [];
    assert.is(shards.length, count);
    assert.is(shards[0]?.length, length);
    const all = shards.flatMap((shard) => {
      const addresses = listed(prefix, shard);
      assert.is(addresses.length, shardSize(prefixOf(prefix), shard));
      assert.ok(addresses.length <= Math.max(1, most), `${addresses.length} of ${most}`);
      return addresses;
    });
    const [first = 0] = prefixOf(prefix).words;
    assert.equal(
      all.sort((a, b) => a - b),
      Array.from({ length: 2 ** (32 - prefixOf(prefix).length) }, (_, index) => first + index),
    );
  });
}

test('a shard is spread over the whole prefix', () => {
  const [first, second] = shardsOf('198.18.0.0/15', 65_536) ?? [];
  assert.ok(first && second);
  const starts = (shard: Shard) => [...shardPrefixes(prefixOf('198.18.0.0/15'), shard)].map(formatPrefix);
  assert.equal(starts(first).slice(0, 2), ['198.18.0.0/24', '198.18.2.0/24']);
  assert.is(starts(second).at(-1), '198.19.255.0/24');
});

test('all of IPv4 is 4,295 shards of a million; their sizes add up', () => {
  const shards = shardsOf('0.0.0.0/0', 1_000_000) ?? [];
  assert.is(shards.length, 4296);
  const sizes = shards.map((shard) => shardSize(prefixOf('0.0.0.0/0'), shard));
  assert.is(
    sizes.reduce((sum, size) => sum + size, 0),
    2 ** 32,
  );
  assert.ok(Math.max(...sizes) <= 1_000_000);
});

for (const [text, why] of [
  ['198.18.9.0/24', 'no larger than a part'],
  ['2001:db8::/64', 'IPv6'],
  ['a.example', 'no prefix'],
]) {
  test(`${text} is not divided: ${why}`, () => assert.is(shardsOf(String(text), 256), null));
}

test.run();
