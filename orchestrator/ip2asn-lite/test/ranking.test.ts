import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildFamily } from '../src/build/family-builder.ts';
import { Observations } from '../src/build/observations.ts';
import { decideOrigin } from '../src/build/origin.ts';
import { Ranking } from '../src/build/ranking.ts';
import { randomNumbers } from './scratch.ts';

const test = suite('ranking of origins');
const random = randomNumbers(4271);

/** What peers say of one prefix: rows of the same origin stand apart, as after sorting. */
function observed(says: readonly [asn: number, peer: number][]): { seen: Observations; rows: Uint32Array } {
  const seen = new Observations(2);
  for (const [asn, peer] of says) {
    seen.openPrefix(Uint16Array.of(198 * 256 + 18, seen.rows), 32);
    seen.seeAs(asn, peer);
  }
  return { seen, rows: Uint32Array.from(says, (_, row) => row) };
}

function decided(says: readonly [asn: number, peer: number][]): readonly number[] {
  const peers = new Map<number, Set<number>>();
  for (const [asn, peer] of says) peers.set(asn, (peers.get(asn) ?? new Set()).add(peer));
  return decideOrigin(Array.from(peers, ([asn, { size }]) => ({ members: [asn], isSet: false, peers: size }))).origins;
}

for (const most of [1, 2, 5, 47, 48, 49, 50, 400]) {
  test(`of ${most} things said the order is that of decideOrigin`, () => {
    const ranking = new Ranking();
    for (let round = 0; round < 30; round++) {
      const high = random() % 2 === 0 ? 0 : 4_294_967_200;
      const origins = 1 + (random() % 90);
      const says = Array.from({ length: most }, (): [number, number] => [high + (random() % origins), random() % 100]);
      const { seen, rows } = observed(says);
      assert.ok(ranking.rank(seen, rows, rows.length));
      assert.equal([...ranking.asns.subarray(0, ranking.count)], [...decided(says)]);
    }
  });
}

test('a set is left to decideOrigin', () => {
  const { seen } = observed([[100, 0]]);
  seen.seeSet([100, 200], 1);
  assert.not.ok(new Ranking().rank(seen, Uint32Array.of(0, 1), 2));
});

test('a prefix that nothing is said of is none, wherever it stands', () => {
  const seen = new Observations(2);
  const open = (third: number) => seen.openPrefix(Uint16Array.of(198 * 256 + 18, third << 8), 24);
  open(1);
  open(2);
  seen.seeAs(7, 0);
  open(3);
  open(2);
  seen.seeAs(8, 0);
  open(4);
  assert.equal([seen.endOf(0), seen.endOf(1)], [1, 2]);
  assert.is(buildFamily(seen).prefixes.text(0), '198.18.2.0/24');
  assert.equal([...buildFamily(seen).prefixes.origins(0)], [7, 8]);
  assert.is(buildFamily(seen).prefixes.count, 1);
});

test.run();
