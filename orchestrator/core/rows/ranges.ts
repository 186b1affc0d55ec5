import { z } from 'zod';
import { sqlText } from '../database/sql.ts';

/** Keys of a range that the borders are found from: its weight is right within some 2 % then. */
const sampled = 4096;

const Border = z.object({ key: z.string() });

/** Ranges that follow each other, by their numbers. */
export interface Span {
  first: number;
  last: number;
}

/** Spans as they fill: ranges that follow each other, together of so much weight at most; one range alone may have more. */
export class Spans {
  readonly #most: number;
  #open: Span | null = null;
  #reached = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** @returns the span that is complete, since this range, the next in order, is too much for it */
  add(range: number, weight: number): Span | null {
    this.#reached += weight;
    if (this.#open !== null && this.#reached <= this.#most) {
      this.#open.last = range;
      return null;
    }
    const complete = this.#open;
    this.#open = { first: range, last: range };
    this.#reached = weight;
    return complete;
  }

  /** The last one; null where there is no range. */
  end(): Span | null {
    return this.#open;
  }
}

/**
 * Ranges in spans. A query over a span costs what one over a range does, beside its rows.
 * @param weights by range
 */
export function spansOf(weights: readonly number[], most: number): Span[] {
  const spans = new Spans(most);
  const complete = weights.map((weight, range) => spans.add(range, weight));
  return [...complete, spans.end()].filter((span) => span !== null);
}

/** Ranges of a text key, in text order: rows distributed to them fit into memory range by range, however many there are. */
export class Ranges {
  readonly #borders: readonly string[];

  /** @param borders first key of every range after the first, in order */
  constructor(borders: readonly string[]) {
    this.#borders = borders;
  }

  get count(): number {
    return this.#borders.length + 1;
  }

  /** The key that this range ends before; undefined: it has no end. */
  endOf(range: number): string | undefined {
    return this.#borders[range];
  }

  /** SQL: the condition that a key is in this range, or in one up to `last`. Records are in order of their key, so little beside them is read. */
  within(key: string, range: number, last = range): string {
    const [first, end] = [this.#borders[range - 1], this.endOf(last)];
    const sides = [
      ...(first === undefined ? [] : [`${key} >= ${sqlText(first)}`]),
      ...(end === undefined ? [] : [`${key} < ${sqlText(end)}`]),
    ];
    return sides.length === 0 ? 'true' : sides.join(' AND ');
  }

  /** SQL: number of the range that a key is in, from 0. A tree of comparisons asks seven times among a hundred ranges, and no row waits for another. */
  numberOf(key: string): string {
    const below = (first: number, last: number): string => {
      if (first === last) return String(first);
      const middle = Math.floor((first + last) / 2);
      const border = sqlText(this.#borders[middle] ?? '');
      return `CASE WHEN ${key} < ${border} THEN ${below(first, middle)} ELSE ${below(middle + 1, last)} END`;
    };
    return `CAST(${below(0, this.#borders.length)} AS INTEGER)`;
  }
}

/** @param drawn SQL of the condition that what a row goes by is in the sample */
type Keys = (drawn: (by: string) => string) => string;

/** Gives the rows of a query as JSON values. */
type Query = (sql: string) => AsyncIterable<unknown>;

/**
 * Ranges of about one weight each; one key alone may have more.
 * @param keys SQL of one row with a `key`, and its `weight`, per row of the sample, in any order
 * @param most weight of a range
 */
export async function rangesOf(query: Query, keys: Keys, most: number): Promise<Ranges> {
  const every = Math.max(1, Math.floor(most / sampled));
  const upTo = 'sum(weight) OVER (ORDER BY key ROWS UNBOUNDED PRECEDING)';
  const sample = `SELECT key, weight, ${upTo} AS reached FROM (${keys((by) => `hash(${by}) % ${every} = 0`)})`;
  const step = Math.max(1, Math.floor(most / every));
  const borders: string[] = [];
  const sql = `SELECT DISTINCT key FROM (${sample}) WHERE reached // ${step} > (reached - weight) // ${step} ORDER BY key`;
  for await (const value of query(sql)) borders.push(Border.parse(value).key);
  return new Ranges(borders);
}
