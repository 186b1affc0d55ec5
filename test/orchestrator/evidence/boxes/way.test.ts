import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { changeOf, hopsNearer, type Quote } from '../../../../orchestrator/evidence/boxes/way.ts';

const test = suite('ways');

const words = { i: 'intact', s: 'stripped', m: 'moved', c: 'changed', x: 'too_short', '?': null } as const;

/** One letter for each TTL from 1 on; a dot is a hop that says nothing, a bracket holds several of one TTL. */
function quotes(text: string): Quote[] {
  const at = [...text.matchAll(/\[(\w+)\]|(.)/g)].map(([, several, one]) => several ?? one ?? '');
  return at.flatMap((letters, index) =>
    [...letters].flatMap((letter, n) => {
      const found = Object.entries(words).find(([key]) => key === letter);
      return found === undefined ? [] : [{ ttl: index + 1, address: `198.18.${index + 1}.${n}`, shows: found[1] }];
    }),
  );
}

const cases: [sentence: string, way: string, intact: number | null, changed: number | null, contradicted: number][] = [
  ['nobody answers', '', null, null, 0],
  ['all hops have it as it was sent', 'iiii', 4, null, 0],
  ['the fourth hop has it no more', 'iiisss', 3, 4, 0],
  ['the first hop already', 'sss', null, 1, 0],
  ['a silent hop between: the change lies on either side of it', 'iii.ss', 3, 5, 0],
  ['several silent ones', 'i....s', 1, 6, 0],
  ['short quotes tell nothing', 'iixxs', 2, 5, 0],
  ['short quotes alone', 'xxxx', null, null, 0],
  ['a quote that is no packet', 'i?s', 1, 3, 0],
  ['a router that quotes it otherwise than it passes it on', 'iisii', 5, null, 1],
  ['... and a box behind it', 'iisiss', 4, 5, 1],
  ['two ways: one hop of a TTL has it, one has not', 'ii[is]s', 3, 4, 1],
  ['changed on the way, then stripped: the first counts', 'iccss', 1, 2, 0],
  ['moved is changed', 'iimm', 2, 3, 0],
  ['short behind the change', 'iisx', 2, 3, 0],
];

for (const [sentence, way, intact, changed, contradicted] of cases) {
  test(`${sentence}: last ${intact}, first ${changed}`, () => {
    for (const given of [quotes(way), quotes(way).reverse()]) {
      const found = changeOf(given);
      assert.equal([found.lastIntact?.ttl ?? null, found.firstChanged?.ttl ?? null], [intact, changed]);
      assert.is(found.contradicted, contradicted);
    }
  });
}

const nearer: [answered: number | null, expired: number | null, hops: number][] = [
  [null, null, 0],
  [5, null, 0],
  [null, 5, 0],
  [6, 5, 0],
  [5, 5, 1],
  [3, 5, 3],
  [1, 11, 11],
  [9, 2, 0],
];
for (const [answered, expired, hops] of nearer) {
  test(`a SYN answered at ${answered}, an echo that expired at ${expired}: ${hops} hops nearer`, () => {
    assert.is(hopsNearer(answered, expired), hops);
  });
}

test.run();
