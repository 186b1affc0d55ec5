import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { none, type Pieces, together } from '../../../../orchestrator/site/disclosure/pieces.ts';
import { type Counted, type Node, type Piece, tellTree } from '../../../../orchestrator/site/disclosure/tree.ts';
import { type Equation, foundOut, reduced } from '../attack.ts';

const test = suite('disclosure: trees');
const k = 5;

/** Endpoints of one address each. */
const count = (n: number) => ({ endpoints: n, addresses: n });

function pieces(rest: number, unconfirmed = 0, confirmed = 0): Pieces {
  return {
    answered: count(rest + unconfirmed + confirmed),
    capable: count(unconfirmed + confirmed),
    rest: count(rest),
    confirmed: count(confirmed),
    unconfirmed: count(unconfirmed),
  };
}

function sum(parts: Counted[]): Pieces {
  const of = (pick: (pieces: Pieces) => Pieces['confirmed']) =>
    together(
      parts.map((part) => pick(part.pieces) ?? none),
      'disjoint',
    );
  return {
    answered: of((p) => p.answered),
    capable: of((p) => p.capable),
    rest: of((p) => p.rest),
    confirmed: of((p) => p.confirmed),
    unconfirmed: of((p) => p.unconfirmed),
  };
}

const leaf = (key: string, ...sizes: [number, number?, number?]): Counted => ({
  key,
  name: null,
  pieces: pieces(...sizes),
  parts: [],
});
const group = (key: string, ...parts: Counted[]): Counted => ({ key, name: null, pieces: sum(parts), parts });

const told = (whole: Counted) => tellTree(whole, { k, overlap: 'disjoint' });
const numbers = (node: Node | undefined) =>
  node && [node.numbers.answered, node.numbers.capable, node.numbers.confirmed];

const cases: [says: string, parts: Counted[], expected: Record<string, unknown>][] = [
  ['large parts are told whole', [leaf('a', 50, 10, 20), leaf('b', 30, 5, 5)], { a: [80, 30, 20], b: [40, 10, 5] }],
  [
    'a part with few capable ones tells how many answered, and takes the smallest other with it',
    [leaf('a', 50, 0, 3), leaf('b', 60, 0, 7), leaf('c', 70, 0, 20)],
    { a: [53, null, null], b: [67, null, null], c: [90, 20, 20] },
  ],
  [
    'two parts with few hide each other',
    [leaf('a', 50, 0, 3), leaf('b', 60, 0, 3), leaf('c', 70, 0, 20)],
    { a: [53, null, null], b: [63, null, null], c: [90, 20, 20] },
  ],
  [
    'nobody capable is told as little as few',
    [leaf('a', 50), leaf('b', 60, 0, 9)],
    { a: [50, null, null], b: [69, 9, 9] },
  ],
  [
    'few that are not capable are hidden too',
    [leaf('a', 2, 0, 30), leaf('b', 9, 0, 40)],
    { a: [32, null, null], b: [49, null, null] },
  ],
  [
    'few unconfirmed ones hide the confirmed',
    [leaf('a', 50, 2, 30), leaf('b', 60, 6, 9)],
    { a: [82, 32, null], b: [75, 15, null] },
  ],
  [
    'a part of few takes the smallest with it',
    [leaf('a', 4), leaf('b', 6), leaf('c', 60)],
    { a: undefined, b: undefined, c: [60, null, null] },
  ],
];
for (const [says, parts, expected] of cases) {
  test(says, () => {
    const whole = told(group('all', ...parts));
    for (const [key, value] of Object.entries(expected))
      assert.equal(numbers(whole?.parts.find((part) => part.key === key)), value, key);
  });
}

test('parts, and what is left beside them, sum up to the whole', () => {
  const whole = told(
    group('all', leaf('a', 50, 0, 3), leaf('b', 60, 0, 7), leaf('c', 2), leaf('d', 70, 0, 20), leaf('e', 9)),
  );
  const of = (pick: Piece) =>
    (whole?.parts ?? []).reduce((total, part) => total + (part.numbers[pick] ?? 0), whole?.left[pick] ?? 0);
  assert.equal([of('answered'), of('capable'), of('confirmed')], numbers(whole ?? undefined));
});

test('five ports of one address are one address', () => {
  const shared = { endpoints: 6, addresses: 1 };
  const whole: Counted = {
    key: 'all',
    name: null,
    parts: [],
    pieces: { ...pieces(50), capable: shared, confirmed: shared },
  };
  assert.equal(numbers(told(whole) ?? undefined), [50, null, null]);
});

test('a whole under k is not told at all; k of 1 withholds nothing', () => {
  assert.is(told(group('all', leaf('a', 4))), null);
  const one = tellTree(group('all', leaf('a', 3, 0, 1), leaf('b', 1)), { k: 1, overlap: 'disjoint' });
  assert.equal(one?.parts.map(numbers), [
    [4, 1, 1],
    [1, 0, 0],
  ]);
});

/** Numbers of a world, the same each time: mulberry32. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * sides);
  };
}

function randomWorld(seed: number): Counted {
  const roll = dice(seed);
  const size = () => (roll(3) === 0 ? 0 : roll(roll(3) === 0 ? 30 : 8));
  const parts = Array.from({ length: 1 + roll(4) }, (_, i) =>
    group(`g${i}`, ...Array.from({ length: 1 + roll(4) }, (_, j) => leaf(`l${i}-${j}`, size() * 2, size(), size()))),
  );
  return group('all', ...parts);
}

type Leaf = { keys: string[]; sizes: number[] };

function leavesOf(node: Counted, above: string[] = []): Leaf[] {
  const keys = [...above, node.key];
  if (node.parts.length > 0) return node.parts.flatMap((part) => leavesOf(part, keys));
  const { rest, unconfirmed, confirmed } = node.pieces;
  return [{ keys, sizes: [rest.endpoints, unconfirmed?.endpoints ?? 0, confirmed?.endpoints ?? 0] }];
}

const inPieces = {
  answered: [1, 1, 1],
  capable: [0, 1, 1],
  confirmed: [0, 0, 1],
  rest: [1, 0, 0],
  unconfirmed: [0, 1, 0],
};

/** A 1 for each cell of the leaves below a key. */
function setOf(leaves: Leaf[], key: string, piece: keyof typeof inPieces): number[] {
  return leaves.flatMap(({ keys }) => inPieces[piece].map((one) => (keys.includes(key) ? one : 0)));
}

function equationsOf(node: Node, leaves: Leaf[]): Equation[] {
  const own = (['answered', 'capable', 'confirmed'] as const).flatMap((piece) => {
    const value = node.numbers[piece];
    return value === null ? [] : [{ of: setOf(leaves, node.key, piece), sum: value }];
  });
  return [...own, ...node.parts.flatMap((part) => equationsOf(part, leaves))];
}

test('in 400 random worlds no group, and no piece of one, is found out under k', () => {
  let withheld = 0;
  for (let seed = 1; seed <= 400; seed++) {
    const world = randomWorld(seed);
    const tree = told(world);
    if (tree === null) continue;
    const leaves = leavesOf(world);
    const basis = reduced(equationsOf(tree, leaves));
    for (const key of new Set(leaves.flatMap(({ keys }) => keys))) {
      for (const piece of ['answered', 'capable', 'rest', 'confirmed', 'unconfirmed'] as const) {
        const found = foundOut(basis, setOf(leaves, key, piece));
        if (found === null) withheld += 1;
        else assert.ok(found === 0 || found >= k, `world ${seed}: ${piece} of ${key} is ${found}`);
      }
    }
  }
  assert.ok(withheld > 1000, `${withheld} withheld`);
});

test.run();
