import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parsePrefix } from '../../../orchestrator/address/ip.ts';
import { PrefixSet } from '../../../orchestrator/address/prefix-set.ts';
import { scopeOf, scopeSizes } from '../../../orchestrator/address/scope.ts';
import { shardPrefixes, shardsOf } from '../../../orchestrator/address/shards.ts';
import { Config } from '../../../orchestrator/config/config.ts';
import { Holes } from '../../../orchestrator/dry-run/blocked.ts';

const test = suite('dry-run/blocked');

function holesOf(blocklist: string, lab: boolean): Holes {
  const file = join(mkdtempSync(join(tmpdir(), 'holes-')), 'blocklist');
  writeFileSync(file, blocklist);
  return new Holes(Config.parse({ lab, targets: { list: 'x' }, scan: { blocklist: file } }));
}

test('opt-outs within a prefix are counted, and special-purpose ranges that nobody opted out of', () => {
  const holes = holesOf('198.17.0.0/24\n198.18.0.0/24\n', false);
  assert.equal(holes.within('198.16.0.0/14', undefined), { optedOut: 512, special: 2 ** 17 - 256 });
  assert.equal(holes.within('198.18.0.0/16', undefined), { optedOut: 256, special: 2 ** 16 - 256 });
  assert.equal(holes.within('198.18.0.7', undefined), { optedOut: 0, special: 0 });
});

test('an opt-out of IPv4 addresses counts within a prefix of a translator', () => {
  const within = holesOf('198.18.0.0/24\n', true).within('64:ff9b::198.18.0.0/112', undefined);
  assert.equal(within, { optedOut: 256, special: 0 });
});

test('in a lab special-purpose ranges are none', () => {
  assert.equal(holesOf('198.18.0.0/24\n', true).within('198.18.0.0/16', undefined), { optedOut: 256, special: 0 });
});

const lists = ['198.18.3.9', '198.18.0.0/22', '198.18.5.0/24', '198.18.1.255-198.18.9.3', '0.0.0.0/0'];
for (const list of lists) {
  test(`the shards of a prefix lose to ${list} what their blocks lose, one by one`, () => {
    const target = '198.18.0.0/19';
    const prefix = parsePrefix(target);
    const holes = holesOf(`${list}\n`, true);
    const blocks = new PrefixSet(prefixesOf(list));
    for (const shard of shardsOf(target, 2000) ?? []) {
      let lost = 0;
      for (const block of prefix === null ? [] : shardPrefixes(prefix, shard)) {
        for (const { length } of blocks.split(block).inside) lost += 2 ** (32 - length);
      }
      assert.is(holes.within(target, shard).optedOut, lost);
    }
  });
}

function prefixesOf(list: string): string[] {
  if (!list.includes('-')) return [list];
  return ['198.18.1.255', '198.18.2.0/23', '198.18.4.0/22', '198.18.8.0/24', '198.18.9.0/30'];
}

for (const text of [
  '198.17.255.128/25',
  '198.18.0.0/25',
  '192.0.0.0/23',
  '203.0.112.0/23',
  '9.255.255.0/24',
  '10.0.0.0/24',
]) {
  test(`the addresses of ${text} have the scopes that each has by itself`, () => {
    const prefix = parsePrefix(text);
    assert.ok(prefix);
    const [first = 0] = prefix.words;
    const each = new Map<string, number>();
    for (let at = first; at < first + 2 ** (32 - prefix.length); at += 1) {
      const address = [24, 16, 8, 0].map((shift) => (at >>> shift) & 255).join('.');
      const scope = scopeOf(address, new PrefixSet([]));
      each.set(scope, (each.get(scope) ?? 0) + 1);
    }
    assert.equal([...scopeSizes(prefix)].sort(), [...each].sort());
  });
}

test('all of IPv4 has 2^32 addresses in all scopes together, and one IPv6 address has one', () => {
  const sum = (text: string) => {
    const prefix = parsePrefix(text);
    return prefix === null ? 0 : [...scopeSizes(prefix).values()].reduce((a, b) => a + b, 0);
  };
  assert.is(sum('0.0.0.0/0'), 2 ** 32);
  assert.is(sum('2001:db8::1'), 1);
});

test.run();
