import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../orchestrator/config/config.ts';
import { roles } from '../../orchestrator/roles.ts';

const test = suite('roles');

const config = Config.parse({ targets: { prefixes: ['198.18.0.0/15'] }, scan: { ports: [80, 443], versions: [1] } });
const prober = roles.syn_prober;
const rows = [
  { target: '198.18.9.0/24' },
  { target: '198.19.0.0/22', shard: { index: 1, of: 2, length: 24 } },
  { target: '198.18.200.7' },
];

const units: [unit: string, within: boolean, why: string][] = [
  ['198.18.9.0 80 v1', true, 'the first address of a prefix'],
  ['198.18.9.255 443 v1', true, 'the last one, on the other port'],
  ['198.18.10.0 80 v1', false, 'one above'],
  ['198.18.9.7 81 v1', false, 'a port that was not asked'],
  ['198.18.9.7 80 v0', false, 'a version that was not asked'],
  ['198.18.9.7 80 v1 again', false, 'more words'],
  ['198.19.1.1 80 v1', true, 'a block of the shard'],
  ['198.19.3.1 80 v1', true, 'its next block'],
  ['198.19.0.1 80 v1', false, 'a block of the other shard'],
  ['198.18.200.7 80 v1', true, 'an address by itself'],
  ['2001:db8::1 80 v1', false, 'IPv6'],
  ['a.example 80 v1', false, 'a name'],
  ['198.18.9.7', false, 'an address alone'],
];
for (const [unit, within, why] of units) {
  test(`${unit} was ${within ? '' : 'not '}asked: ${why}`, () =>
    assert.is(prober.within?.(rows, config)(unit), within));
}

test('the pieces of a prefix have no more units than a part holds, and all of them together', () => {
  const whole = { target: '198.18.0.0/15' };
  const pieces = prober.divided?.(whole, 10_000, config) ?? [];
  const sizes = pieces.map((piece) => prober.askedCount?.(piece, config) ?? 0);
  assert.ok(Math.max(...sizes) <= 10_000);
  assert.is(
    sizes.reduce((sum, size) => sum + size, 0),
    2 * 2 ** 17,
  );
  assert.is(prober.divided?.({ target: '198.18.9.7' }, 1, config), null);
});

test.run();
