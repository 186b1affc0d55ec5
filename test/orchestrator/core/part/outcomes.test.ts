import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Outcome, OutcomeNumbers } from '../../../../orchestrator/core/part/outcomes.ts';

const test = suite('outcomes');

const outcomes: Outcome[] = [
  { kind: 'answered', reason: null, counted: null },
  { kind: 'answered', reason: null, counted: 'synacks' },
  { kind: 'failed', reason: 'timeout', counted: null },
  { kind: 'failed', reason: 'refused', counted: null },
  { kind: 'rejected', reason: 'refused', counted: null },
];

test('each outcome has one number, whatever came between', () => {
  const numbers = new OutcomeNumbers();
  const order = outcomes.flatMap((one) => outcomes.flatMap((other) => [one, one, other]));
  const given = order.map(({ kind, reason, counted }) => numbers.of(kind, reason, counted));
  assert.equal(
    given.map((number) => numbers.at(number)),
    order,
  );
  assert.is(new Set(given).size, outcomes.length);
});

test('a number that was never given has no outcome', () => {
  assert.throws(() => new OutcomeNumbers().at(0), /no outcome has the number 0/);
});

test.run();
