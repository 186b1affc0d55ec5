import type { SortedRow } from '../sort/sorted-runs.ts';
import type { UnitName } from '../stage.ts';
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

/** A key that is a number, as a text that sorts as it does. */
export function textKey(key: UnitName): string {
  return typeof key === 'number' ? String(key).padStart(digits, '0') : key;
}

/** What is kept on the rows of a part. */
export interface Books<C> {
  outcomes: OutcomeNumbers;
  tally: Tally<C>;
  repeats: Repeats<C>;
}

/** Settles every unit once its last row has passed; rows come sorted by unit. */
export class Settling<C> {
  readonly #books: Books<C>;
  #open: Outcome | null = null;

  constructor(books: Books<C>) {
    this.#books = books;
  }

  /** @param fresh the row is of another unit than the row before */
  pass(fresh: boolean, outcome: Outcome): void {
    if (fresh) {
      this.finish();
      this.#books.repeats.nextUnit();
    }
    this.#open = outlasting(this.#open, outcome);
  }

  finish(): void {
    if (this.#open !== null) this.#books.tally.settle(this.#open);
    this.#open = null;
  }
}

/** Rows sorted by unit, without those that say again what was said. */
export function* settledRows<C>(rows: Iterable<SortedRow>, books: Books<C>): Generator<SortedRow> {
  const settling = new Settling(books);
  for (const row of rows) {
    const outcome = books.outcomes.at(row.mark);
    settling.pass(row.fresh, outcome);
    if (outcome.kind !== 'rejected' && !books.repeats.isRepeat(row, outcome.counted)) yield row;
  }
  settling.finish();
}
