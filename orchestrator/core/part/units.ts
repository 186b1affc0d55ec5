import type { SortedRow } from '../sort/sorted-runs.ts';
import { type Outcome, type OutcomeNumbers, outlasting } from './outcomes.ts';
import type { Repeats } from './repeats.ts';
import type { Tally } from './tally.ts';

const wordEnd = ' ';
/** Digits of the largest whole number that JavaScript holds. */
const digits = 16;
const zeros = '0'.repeat(digits);

/**
 * The name of a unit as a key to sort by: its words one by one, numbers as numbers.
 * @param numbers which of its words are numbers; none: the name is the key
 */
export function unitKey(unit: string, numbers: readonly boolean[]): string {
  if (!numbers.includes(true)) return unit;
  let key = '';
  let from = 0;
  for (const isNumber of numbers) {
    const space = unit.indexOf(wordEnd, from);
    const end = space === -1 ? unit.length : space;
    if (isNumber) key += zeros.slice(0, Math.max(0, digits - (end - from)));
    key += unit.slice(from, end + 1);
    from = end + 1;
  }
  return key + unit.slice(from);
}

/** Rows sorted by unit, without those that say again what was said; settles every unit as its last row passes. */
export function* settledRows<C>(
  rows: Iterable<SortedRow>,
  books: { outcomes: OutcomeNumbers; tally: Tally<C>; repeats: Repeats<C> },
): Generator<SortedRow> {
  const { outcomes, tally, repeats } = books;
  let unit = '';
  let open: Outcome | null = null;
  for (const row of rows) {
    const outcome = outcomes.at(row.mark);
    if (row.key !== unit) {
      if (open !== null) tally.settle(open);
      open = null;
      unit = row.key;
      repeats.nextUnit();
    }
    open = outlasting(open, outcome);
    if (outcome.kind !== 'rejected' && !repeats.isRepeat(row, outcome.counted)) yield row;
  }
  if (open !== null) tally.settle(open);
}
