import type { SortedRow } from '../sort/sorted-runs.ts';
import { type Outcome, type OutcomeNumbers, outlasting } from './outcomes.ts';
import type { Repeats } from './repeats.ts';
import type { Tally } from './tally.ts';

const wordEnd = ' ';
/** Digits of the largest whole number that JavaScript holds. */
const digits = 16;

/**
 * The name of a unit as a key to sort by: its words one by one, numbers as numbers.
 * @param numbers which of its words are numbers; none: the name is the key
 */
export function unitKey(unit: string, numbers: readonly boolean[]): string {
  if (!numbers.includes(true)) return unit;
  const words = unit.split(wordEnd);
  return words.map((word, index) => (numbers[index] === true ? word.padStart(digits, '0') : word)).join(wordEnd);
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
