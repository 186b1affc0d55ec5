import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { accounted } from '../../../../orchestrator/core/folder/entries.ts';
import { type Outcome, outlasting } from '../../../../orchestrator/core/part/outcomes.ts';
import { Tally } from '../../../../orchestrator/core/part/tally.ts';
import type { PartStage } from '../../../../orchestrator/core/stage.ts';
import { CensusError } from '../../../../orchestrator/errors.ts';
import { squareTool, type ToyConfig, toyConfig } from '../toy.ts';

const test = suite('tally');

const Row = z.object({ units: z.array(z.string()), many: z.int().optional() });

/** A row lists its units, or says how many it stands for. */
const stage: PartStage<ToyConfig> = {
  kind: 'parts',
  name: 'toy',
  reads: [],
  role: {
    unit: 'letter',
    input: Row,
    record: z.unknown(),
    asked: (row) => (Row.parse(row).many === undefined ? Row.parse(row).units : null),
    askedCount: (row) => Row.parse(row).many ?? 0,
    answered: String,
  },
  enabled: () => true,
  tool: () => squareTool,
  async *units() {},
  unanswered: 'timeout',
  partSize: () => 1,
};

type Step = 'answer' | 'fail' | 'reject';
type Sums = { answered?: number; failed?: Record<string, number>; rejected?: Record<string, number> };

/** What is heard of one unit, in every order, and where it ends. */
const single: [sentence: string, steps: Step[], sums: Sums][] = [
  ['a unit with a record is answered', ['answer'], { answered: 1 }],
  ['one whose record is a failure has failed', ['fail'], { failed: { refused: 1 } }],
  ['one whose only line was bad is rejected', ['reject'], { rejected: { schema: 1 } }],
  ['one of which nothing was heard has failed as its stage says', [], { failed: { timeout: 1 } }],
  ['two records are one answer', ['answer', 'answer'], { answered: 1 }],
  ['two failures are one', ['fail', 'fail'], { failed: { refused: 1 } }],
  ['two bad lines are one', ['reject', 'reject'], { rejected: { schema: 1 } }],
  ['an answer outlasts a failure', ['answer', 'fail'], { answered: 1 }],
  ['an answer outlasts a reject', ['answer', 'reject'], { answered: 1 }],
  ['a failure outlasts a reject', ['fail', 'reject'], { failed: { refused: 1 } }],
  ['an answer outlasts both', ['answer', 'fail', 'reject'], { answered: 1 }],
];

function orders<T>(items: T[]): T[][] {
  if (items.length < 2) return [items];
  return items.flatMap((item, index) =>
    orders(items.filter((_, other) => other !== index)).map((rest) => [item, ...rest]),
  );
}

const said: Record<Step, Outcome> = {
  answer: { kind: 'answered', reason: null, counted: null },
  fail: { kind: 'failed', reason: 'refused', counted: null },
  reject: { kind: 'rejected', reason: 'schema', counted: null },
};

for (const [sentence, steps, sums] of single) {
  for (const order of orders(steps)) {
    test(`${sentence}: ${order.join(', ') || 'silence'}`, () => {
      const tally = new Tally(stage);
      tally.ask({ units: ['a'] }, toyConfig);
      const end = order.reduce<Outcome | null>((before, step) => outlasting(before, said[step]), null);
      if (end !== null) tally.settle(end);
      const { units_in, answered, failed, rejected, skipped } = tally.finish(0);
      assert.equal(
        { units_in, answered, failed, rejected, skipped },
        {
          units_in: 1,
          answered: 0,
          failed: {},
          rejected: {},
          skipped: {},
          ...sums,
        },
      );
    });
  }
}

/** Many units: how many are answered, fail, are rejected; the program's own blocklist took some; the rest is silent. */
const many: [sentence: string, units: number, answers: number, fails: number, rejects: number, blocked: number][] = [
  ['no unit', 0, 0, 0, 0, 0],
  ['all answered', 4, 4, 0, 0, 0],
  ['all silent', 4, 0, 0, 0, 0],
  ['all blocked', 4, 0, 0, 0, 4],
  ['one of each kind', 5, 1, 1, 1, 1],
  ['several of each kind', 256, 100, 20, 7, 64],
];

for (const [sentence, units, answers, fails, rejects, blocked] of many) {
  for (const listed of [true, false]) {
    test(`units in are all accounted for, ${listed ? 'listed' : 'as a prefix'}: ${sentence}`, () => {
      const names = Array.from({ length: units }, (_, n) => `u${n}`);
      const tally = new Tally(stage);
      tally.ask(listed ? { units: names } : { units: [], many: units }, toyConfig);
      for (let n = 0; n < answers; n += 1) tally.settle(said.answer);
      for (let n = 0; n < fails; n += 1) tally.settle(said.fail);
      for (let n = 0; n < rejects; n += 1) tally.settle(said.reject);
      const counts = tally.finish(blocked);
      const silent = units - answers - fails - rejects - blocked;
      assert.is(counts.units_in, units);
      assert.is(counts.answered, answers);
      assert.equal(counts.failed, { ...(fails > 0 && { refused: fails }), ...(silent > 0 && { timeout: silent }) });
      assert.equal(counts.rejected, rejects > 0 ? { schema: rejects } : {});
      assert.equal(counts.skipped, blocked > 0 ? { blocked } : {});
      assert.is(accounted(counts), units);
    });
  }
}

test('units that are listed are the only ones asked; of a prefix any may be', () => {
  const tally = new Tally(stage);
  tally.ask({ units: ['a', 'b'] }, toyConfig);
  assert.equal(
    ['a', 'b', 'c'].map((unit) => tally.wasAsked(unit, toyConfig)),
    [true, true, false],
  );
  tally.ask({ units: [], many: 256 }, toyConfig);
  assert.ok(tally.wasAsked('c', toyConfig));
  assert.is(tally.finish(0).units_in, 258);
});

test('a silent unit adds to failures of the same reason', () => {
  const tally = new Tally(stage);
  tally.ask({ units: ['a', 'b', 'c'] }, toyConfig);
  tally.settle({ kind: 'failed', reason: 'timeout', counted: null });
  assert.equal(tally.finish(0).failed, { timeout: 3 });
});

const optedOut: [
  sentence: string,
  answers: number,
  blocked: number,
  optedOut: number,
  skipped: Record<string, number>,
][] = [
  ['units that were sent nothing are skipped, not silent', 1, 0, 3, { opted_out: 3 }],
  ['beside those of the blocklist', 1, 2, 3, { blocked: 2, opted_out: 3 }],
  ['all of them', 0, 0, 8, { opted_out: 8 }],
  ['one that answers all the same has answered', 6, 0, 3, { opted_out: 2 }],
  ['none', 2, 0, 0, {}],
];
for (const [sentence, answers, blocked, unsent, skipped] of optedOut) {
  test(`who opted out while the program sent: ${sentence}`, () => {
    const tally = new Tally(stage);
    tally.ask({ units: [], many: 8 }, toyConfig);
    for (let n = 0; n < answers; n += 1) tally.settle(said.answer);
    const counts = tally.finish(blocked, unsent);
    assert.equal([counts.answered, counts.skipped], [answers, skipped]);
    const silent = 8 - answers - blocked - (skipped.opted_out ?? 0);
    assert.equal(counts.failed, silent > 0 ? { timeout: silent } : {});
    assert.is(accounted(counts), 8);
  });
}

const lost: [sentence: string, given: string[], answered: number, blocked: number][] = [
  ['more answers than units', ['a'], 2, 0],
  ['more blocked than silent', ['a', 'b'], 1, 2],
];
for (const [sentence, given, answered, blocked] of lost) {
  test(`counts that do not add up are an error: ${sentence}`, () => {
    const tally = new Tally(stage);
    tally.ask({ units: given }, toyConfig);
    for (let n = 0; n < answered; n += 1) tally.settle(said.answer);
    assert.throws(
      () => tally.finish(blocked),
      (error: unknown) =>
        error instanceof CensusError && error.code === 'E_INPUT' && /accounted for/.test(error.message),
    );
  });
}

test('units with an answer that a purge took out of a prefix are purged, and those who were silent stay silent', () => {
  const tally = new Tally(stage);
  tally.ask({ units: [], many: 8 }, toyConfig);
  tally.settle(said.answer);
  const counts = tally.finish(2, 1, 3);
  assert.equal(
    [counts.answered, counts.skipped, counts.failed],
    [1, { blocked: 2, opted_out: 1, purged: 3 }, { timeout: 1 }],
  );
  assert.is(accounted(counts), 8);
});

test('more units that were left out than were asked are a defect', () => {
  assert.throws(() => new Tally(stage).finish(4), /accounted for/);
});

test.run();
