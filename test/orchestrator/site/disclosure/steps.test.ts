import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Step } from '../../../../orchestrator/site/counts.ts';
import { rollUp } from '../../../../orchestrator/site/disclosure/roll-up.ts';
import { tellSteps } from '../../../../orchestrator/site/disclosure/steps.ts';

const test = suite('disclosure: steps');
const k = 5;

const parts = (sizes: Record<string, number>) =>
  Object.entries(sizes).map(([name, n]) => ({ name, count: { endpoints: n, addresses: n } }));

const rolled: [says: string, sizes: Record<string, number>, kept: string[], other: number | null][] = [
  ['large parts stay', { a: 5, b: 9 }, ['a', 'b'], null],
  ['a small one takes the smallest with it', { a: 2, b: 9, c: 7 }, ['b'], 9],
  ['two small ones of different addresses do not make one of k: they may be the same', { a: 3, b: 4, c: 7 }, [], 14],
  ['nobody hides nobody', { a: 0, b: 9 }, ['a', 'b'], null],
];
for (const [says, sizes, kept, other] of rolled) {
  test(says, () => {
    const found = rollUp(parts(sizes), k, 'shared');
    assert.equal([found.kept.map(({ name }) => name), found.other], [kept, other]);
  });
}

/** Steps of one version: by step, then by verdict, as many addresses as endpoints. */
function stepsOf(found: Record<number, Record<string, number>>): Step[] {
  const row = (step: number | null, verdict: string | null, n: number): Step => ({
    version: 'v1',
    step,
    verdict,
    endpoints: n,
    addresses: n,
  });
  const sum = (sizes: Record<string, number>) => Object.values(sizes).reduce((all, n) => all + n, 0);
  const all = Object.values(found).reduce((n, sizes) => n + sum(sizes), 0);
  return [
    row(null, null, all),
    ...Object.entries(found).flatMap(([step, sizes]) => [
      row(Number(step), null, sum(sizes)),
      ...Object.entries(sizes).map(([verdict, n]) => row(Number(step), verdict, n)),
    ]),
  ];
}

const large = {
  0: { refused: 80, unknown: 10 },
  1: { not_offered: 700 },
  2: { echoed_option: 40, inconsistent: 8 },
  3: { capable: 60 },
};
const told = (found: Record<number, Record<string, number>>, more: { asked?: number; lost?: number } = {}) => {
  const of = (step: number) => Object.values(found[step] ?? {}).reduce((all, n) => all + n, 0);
  const whole = { answered: of(1) + of(2) + of(3), capable: of(3), confirmed: null };
  const asked = { endpoints: more.asked ?? 2000, ports: 2, lost: more.lost ?? 0 };
  return tellSteps(stepsOf(found), { version: 'v1', whole, asked, k });
};

test('of large steps all is told; undecided are the inconsistent, the unknown, and what was lost', () => {
  const { asked, replied, offered, undecided, exact, verdicts } = told(large, { lost: 3 });
  assert.equal(
    { asked, replied, offered, undecided, exact },
    { asked: 2000, replied: 898, offered: 108, undecided: 21, exact: true },
  );
  assert.is(verdicts.length, 3);
});

const cases: [
  says: string,
  found: Record<number, Record<string, number>>,
  expected: Record<string, unknown>,
  more?: { asked: number },
][] = [
  [
    'few without a SYN/ACK: how many answered is withheld, and how many were asked',
    { ...large, 0: { refused: 4 } },
    { replied: null, asked: null, offered: 108 },
  ],
  [
    'few silent: how many were asked is withheld; two ports may be one address',
    { ...large },
    { asked: null, replied: 898 },
    { asked: 906 },
  ],
  [
    'few with an option that are not capable: how many had one is withheld',
    { ...large, 2: { echoed_option: 4 } },
    { offered: null },
  ],
  [
    'few unknown beside the refused are told as k - 1 at most',
    { ...large, 0: { refused: 80, unknown: 2 } },
    { undecided: 12, exact: false },
  ],
  [
    'few inconsistent are told with the echoes',
    { ...large, 2: { echoed_option: 40, inconsistent: 2 } },
    { undecided: 52, exact: false },
  ],
];
for (const [says, found, expected, more = {}] of cases) {
  test(says, () => {
    const all: Record<string, unknown> = { ...told(found, more) };
    for (const [key, value] of Object.entries(expected)) assert.is(all[key], value, key);
  });
}

test('a step that cannot be told apart has its verdicts together with the other', () => {
  const { verdicts } = told({ ...large, 2: { echoed_option: 4 } });
  assert.equal(verdicts, [{ step: 'any', verdict: 'other', endpoints: 704 }]);
});

test('where the whole is withheld, so is every step of it', () => {
  const whole = { answered: null, capable: null, confirmed: null };
  const { offered, verdicts } = tellSteps(stepsOf(large), {
    version: 'v1',
    whole,
    asked: { endpoints: null, ports: 1, lost: 0 },
    k,
  });
  assert.equal([offered, verdicts], [null, []]);
});

test.run();
