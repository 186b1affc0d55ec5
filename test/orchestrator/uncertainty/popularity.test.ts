import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Operator, popularityTest } from '../../../orchestrator/uncertainty/popularity.ts';
import { type Random, randomFrom } from '../../../orchestrator/uncertainty/random.ts';
import { heavySize } from './populations.ts';

const test = suite('uncertainty/popularity');

/** An AS of which these domains are capable. */
function operator(places: number[], isCapable: (place: number, i: number) => boolean): Operator {
  const capable = places.filter(isCapable);
  const mean = capable.reduce((sum, place) => sum + place, 0) / Math.max(1, capable.length);
  return { places: Float64Array.from(places), domains: places.length, capable: capable.length, mean };
}

/** Domains of one AS stand near one another: a hoster of small sites has no large ones. */
function placesOf(random: Random): number[] {
  const middle = random();
  return Array.from({ length: heavySize(random, 1.1, 400) }, () =>
    Math.min(1, Math.max(0, middle + (random() - 0.5) * 0.4)),
  );
}

/** How often p is below 5 % over draws of 250 ASes, of which some have capable domains by this rule. */
async function found(what: string, draws: number, chance: (place: number) => number): Promise<number> {
  const random = randomFrom(11, what);
  let few = 0;
  for (let draw = 0; draw < draws; draw += 1) {
    const operators = Array.from({ length: 250 }, () => {
      const places = placesOf(random);
      const whole = random() < chance(places.reduce((sum, place) => sum + place, 0) / places.length);
      return operator(places, () => whole && random() < 0.8);
    });
    const tested = await popularityTest(operators, random, 99);
    if (tested !== null && tested.p <= 0.05) few += 1;
  }
  return few;
}

test('where operators decide without regard to rank, p is below 5 % in about 5 of 100 draws', async () => {
  const few = await found('null', 400, () => 0.15);
  assert.ok(few >= 6 && few <= 34, String(few));
});

test('where operators of better ranked sites decide for it three times as often, it is found in 3 of 4 draws or more', async () => {
  const few = await found('true', 100, (place) => (place < 0.5 ? 0.24 : 0.08));
  assert.ok(few >= 75, String(few));
});

test('a thousand capable sites of one operator at the top of the list are one operator', async () => {
  const random = randomFrom(3, 'one operator');
  const others = Array.from({ length: 200 }, () => operator(placesOf(random), () => random() < 0.05));
  const top = operator(
    Array.from({ length: 1000 }, (_, i) => i / 20_000),
    () => true,
  );
  const tested = await popularityTest([...others, top], random, 499);
  assert.ok(tested !== null && tested.p > 0.05, JSON.stringify(tested));
});

test('the statistic is the mean place, an AS counting once', async () => {
  const one = operator([0.1, 0.2, 0.9], (place) => place < 0.5);
  const other = operator([0.6], () => true);
  const tested = await popularityTest([one, other, operator([0.5], () => false)], randomFrom(1, 'mean'), 99);
  assert.is(tested?.operators, 2);
  assert.ok(Math.abs((tested?.seen ?? 0) - (0.15 + 0.6) / 2) < 1e-6, String(tested?.seen));
});

test('where all are capable, every exchange is what was seen and p is 1', async () => {
  const random = randomFrom(2, 'all');
  const all = Array.from({ length: 40 }, () => operator(placesOf(random), () => true));
  assert.is((await popularityTest(all, random, 99))?.p, 1);
});

test('without a capable domain nothing is tested', async () => {
  assert.is(await popularityTest([operator([0.5], () => false)], randomFrom(1, 'none'), 9), null);
});

test('domains of an AS are drawn without putting back, however often', async () => {
  const only = { places: Float64Array.of(0, 0, 1), domains: 3, capable: 2, mean: 0.5 };
  const tested = await popularityTest([only], randomFrom(1, 'drawn'));
  assert.is(tested?.p, 1, 'the last place was drawn twice');
  assert.ok(Math.abs((tested?.expected ?? 0) - 1 / 3) < 0.03, `they stand at ${tested?.expected}`);
});

test.run();
