import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Draw } from '../../../orchestrator/address/draw.ts';
import { formatAddress, parsePrefix } from '../../../orchestrator/address/ip.ts';
import { wilson } from '../../../orchestrator/uncertainty/interval.ts';

const test = suite('a draw of addresses');

function prefixOf(text: string) {
  const prefix = parsePrefix(text);
  if (prefix === null) throw new Error(text);
  return prefix;
}

/** Deviations of a binomial count from what is due. */
const deviations = (n: number, of: number, share: number) => (n - of * share) / Math.sqrt(of * share * (1 - share));

const shares = [0.001, 0.01, 0.1, 0.5];
for (const share of shares) {
  test(`a /15 gives ${share} of its addresses, and so does a list of IPv6`, () => {
    for (const seed of [1, 2, 2 ** 40 + 1]) {
      const draw = new Draw(seed, 'rescan', share);
      const drawn = [...draw.within(prefixOf('198.18.0.0/15'))].length;
      assert.ok(Math.abs(deviations(drawn, 2 ** 17, share)) < 4, `seed ${seed}: ${drawn}`);
      let listed = 0;
      for (let n = 0; n < 2 ** 17; n += 1) {
        if (draw.has({ family: 6, words: [0x20010db8, n % 17, 0, n] })) listed += 1;
      }
      assert.ok(Math.abs(deviations(listed, 2 ** 17, share)) < 4, `seed ${seed}, IPv6: ${listed}`);
    }
  });
}

test('all of a share of 1, and of a prefix no address that is not in it', () => {
  const all = [...new Draw(7, 'rescan', 1).within(prefixOf('198.18.7.252/30'))];
  assert.equal(all, ['198.18.7.252', '198.18.7.253', '198.18.7.254', '198.18.7.255']);
  assert.is([...new Draw(7, 'rescan', 1).within(prefixOf('255.255.255.254/31'))].at(-1), '255.255.255.255');
});

test('an address is drawn or not wherever it comes from', () => {
  const draw = new Draw(3, 'rescan', 0.05);
  const within = new Set(draw.within(prefixOf('198.18.0.0/18')));
  const narrow = [...draw.within(prefixOf('198.18.9.0/24'))];
  assert.ok(narrow.length > 3 && narrow.every((address) => within.has(address)));
  for (let n = 0; n < 2 ** 14; n += 1) {
    const address = formatAddress({ family: 4, words: [0xc6120000 + n] });
    assert.is(draw.hasText(address), within.has(address), address);
  }
  assert.is(draw.hasText('no address'), false);
});

test('neighbours are drawn each by its own: blocks of 256 have as many as chance gives them, not more alike', () => {
  const draw = new Draw(11, 'rescan', 0.1);
  const counts = Array.from({ length: 512 }, () => 0);
  for (const address of draw.within(prefixOf('198.18.0.0/15'))) {
    const [, second = 0, third = 0] = address.split('.').map(Number);
    const block = (second - 18) * 256 + third;
    counts[block] = (counts[block] ?? 0) + 1;
  }
  const squares = counts.reduce((sum, n) => sum + deviations(n, 256, 0.1) ** 2, 0);
  // Chi-square of 512 degrees of freedom: 512 with a deviation of 32.
  assert.ok(squares > 512 - 4 * 32 && squares < 512 + 4 * 32, String(squares));
});

test('another seed, and another purpose, draw others', () => {
  const of = (seed: number, what: string) => new Set(new Draw(seed, what, 0.1).within(prefixOf('198.18.0.0/16')));
  const first = of(1, 'rescan');
  for (const other of [of(2, 'rescan'), of(1, 'other')]) {
    const both = [...first].filter((address) => other.has(address)).length;
    assert.ok(Math.abs(deviations(both, 2 ** 16, 0.01)) < 4, String(both));
  }
});

test("Wilson's interval of what is drawn holds the share of all in 95 of 100 draws", () => {
  const prefix = prefixOf('198.18.0.0/17');
  const agrees = new Set(new Draw(99, 'agrees', 0.97).within(prefix));
  const share = (100 * agrees.size) / 2 ** 15;
  let held = 0;
  for (let seed = 0; seed < 1000; seed += 1) {
    const drawn = [...new Draw(seed, 'rescan', 0.01).within(prefix)];
    const interval = wilson(drawn.filter((address) => agrees.has(address)).length, drawn.length);
    if (interval !== null && interval.low <= share && share <= interval.high) held += 1;
  }
  assert.ok(held >= 930 && held < 990, String(held));
});

test.run();
