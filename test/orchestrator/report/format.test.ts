import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  formatCell,
  formatCount,
  formatOf,
  formatShare,
  percentText,
  plainCell,
} from '../../../orchestrator/report/format.ts';

const test = suite('report/format');

const percents: [percent: number, text: string][] = [
  [0, '0.00'],
  [100, '100.00'],
  [12.345, '12.35'],
  [0.1, '0.10'],
  [0.06, '0.06'],
  [0.005, '0.01'],
  [0.0049, '0.0049'],
  [0.00003, '0.000030'],
  [0.000000023, '0.000000023'],
  [99.99, '99.99'],
  [99.9951, '99.9951'],
  [99.999983, '99.999983'],
];
for (const [percent, text] of percents) {
  test(`${percent} % is printed as ${text}`, () => assert.is(percentText(percent), text));
}

test('some are never printed as none, nor all but some as all, in every form', () => {
  assert.is(formatShare(3, 10_000_000), '0.000030\u00a0%');
  assert.is(formatShare(9_999_997, 10_000_000), '99.999970\u00a0%');
  assert.is(formatOf(1, 428_895), '1 of 428,895 (0.00023\u00a0%)');
  assert.is(formatCell(0.00003, 'percent'), '0.000030\u00a0%');
  assert.is(plainCell(0.00003, 'percent'), '0.000030');
});

test("the paper's share has two decimals, as it was printed", () => {
  assert.is(formatShare(353, 428_895), '0.08\u00a0%');
});

test('a share of nothing is a dash, and so is a cell without a value', () => {
  assert.is(formatShare(0, 0), '–');
  assert.is(formatCell(null, 'count'), '–');
  assert.is(plainCell(null, 'count'), '');
});

test('a word in a column of counts is printed as it is', () => {
  assert.is(formatCell('not applicable', 'count'), 'not applicable');
  assert.is(plainCell('not applicable', 'percent'), 'not applicable');
});

test('thousands are set apart for people and not for programs', () => {
  assert.is(formatCount(1_234_567), '1,234,567');
  assert.is(plainCell(1_234_567, 'count'), '1234567');
});

test.run();
