// runs: behind
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cluster, clusterInterval } from '../../../orchestrator/uncertainty/clusters.ts';
import { type Random, randomFrom } from '../../../orchestrator/uncertainty/random.ts';
import { binomial, habits, heavySize } from './populations.ts';

const test = suite('uncertainty/clusters');

interface World {
  habit: (random: Random, size: number) => number;
  ases: number;
  /** Sizes of ASes: how heavy the tail is, and where it is cut. */
  tail: number;
  most: number;
}

function drawnFrom({ habit, ases, tail, most }: World, random: Random): Cluster[] {
  return Array.from({ length: ases }, () => {
    const of = heavySize(random, tail, most);
    return { n: binomial(random, of, habit(random, of)), of };
  });
}

/** The share over more ASes than any draw has. */
function truthOf({ habit, tail, most }: World): number {
  const random = randomFrom(1, 'truth');
  let [n, of] = [0, 0];
  for (let i = 0; i < 300_000; i += 1) {
    const size = heavySize(random, tail, most);
    n += size * habit(random, size);
    of += size;
  }
  return n / of;
}

const worlds: [title: string, world: World][] = [
  ['half of the ASes have some', { habit: habits.common, ases: 120, tail: 1.2, most: 3000 }],
  ['one AS in ten has any', { habit: habits.rare, ases: 250, tail: 1, most: 2000 }],
  ['larger ASes have more', { habit: habits.larger, ases: 120, tail: 1, most: 2000 }],
  ['ASes are wholly so or not at all, and none is large', { habit: habits.whole, ases: 150, tail: 1.1, most: 40 }],
];
for (const [title, world] of worlds) {
  test(`930 of 1,000 intervals or more hold the truth where ${title}`, () => {
    const truth = truthOf(world);
    const random = randomFrom(7, title);
    let [held, claimed] = [0, 0];
    for (let draw = 0; draw < 1000; draw += 1) {
      const found = clusterInterval(drawnFrom(world, random), random, 100);
      if ('why' in found) continue;
      claimed += 1;
      if (found.low <= truth && truth <= found.high) held += 1;
    }
    assert.ok(claimed >= 750, `${claimed} claimed`);
    assert.ok(held >= 0.93 * claimed, `${held} of ${claimed}`);
  });
}

/** The plain percentiles of a bootstrap over ASes: what the house does not publish, and why. */
test('where one AS in ten has any, the plain percentiles would hold the truth in fewer than 270 of 300', () => {
  const world: World = { habit: habits.rare, ases: 300, tail: 1, most: 2000 };
  const truth = truthOf(world);
  const random = randomFrom(8, 'percentiles');
  let held = 0;
  for (let draw = 0; draw < 300; draw += 1) {
    const clusters = drawnFrom(world, random);
    const shares = Array.from({ length: 100 }, () => {
      let [n, of] = [0, 0];
      for (let i = 0; i < clusters.length; i += 1) {
        const one = clusters[Math.floor(random() * clusters.length)];
        n += one?.n ?? 0;
        of += one?.of ?? 0;
      }
      return n / of;
    }).sort((a, b) => a - b);
    if ((shares[2] ?? 0) <= truth && truth <= (shares[97] ?? 0)) held += 1;
  }
  assert.ok(held < 270, String(held));
});

const alike = (ases: number, holding: number): Cluster[] =>
  Array.from({ length: ases }, (_, i) => ({ n: i < holding ? 2 : 0, of: 10 }));
const claims: [title: string, clusters: Cluster[], why: string | null][] = [
  ['29 ASes', alike(29, 10), '29 ASes answered, 30 are needed'],
  ['30 ASes', alike(30, 10), null],
  ['40 ASes, of which 2 have any', alike(40, 2), '2 ASes have any, 3 are needed'],
  ['ASes that answered nothing', [...alike(29, 10), { n: 0, of: 0 }], '29 ASes answered, 30 are needed'],
];
for (const [title, clusters, why] of claims) {
  test(`of ${title} ${why === null ? 'there is an interval' : 'nothing is claimed, and why is said'}`, () => {
    const found = clusterInterval(clusters, randomFrom(1, title), 100);
    assert.is('why' in found ? found.why : null, why);
  });
}

test('the interval holds the share, lies within 0 and 1, and is the same for the same seed', () => {
  const found = clusterInterval(alike(60, 10), randomFrom(5, 'one'));
  assert.equal(found, clusterInterval(alike(60, 10), randomFrom(5, 'one')));
  assert.ok(!('why' in found) && 0 <= found.low && found.low < 20 / 600 && 20 / 600 < found.high && found.high <= 1);
  const all = clusterInterval(
    alike(60, 60).map(({ of }) => ({ n: of, of })),
    randomFrom(5, 'all'),
  );
  assert.equal(all, { low: 1, high: 1 });
});

test.run();
