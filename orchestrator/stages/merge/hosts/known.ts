import { z } from 'zod';
import type { Config } from '../../../config/config.ts';
import { type Ranges, type Span, spansOf } from '../../../core/rows/ranges.ts';
import { inOrder, twoAtATime } from '../../../core/side-by-side/at-once.ts';
import type { WholeContext } from '../../../core/stage.ts';
import { unjudgedOf } from '../judging.ts';
import type { Scratch } from '../scratch.ts';
import { askedOf, askedSql } from './asked.ts';
import type { Others, Setting } from './setting.ts';

const Weight = z.object({ range: z.int(), weight: z.int() });

/** By range, rows about hosts that were asked for more than all are. */
async function weightsOf({ query }: WholeContext<Config>, ranges: Ranges, others: Others): Promise<number[]> {
  const asked = askedOf.map((table) => `SELECT address FROM ${others.get(table)}`);
  const numbered = `SELECT ${ranges.numberOf('address')} AS range FROM (${asked.join(' UNION ALL ')})`;
  const weights = inOrder(ranges.count).map(() => 0);
  for await (const value of query(`SELECT range, count(*) AS weight FROM (${numbered}) GROUP BY range`)) {
    const { range, weight } = Weight.parse(value);
    weights[range] = weight;
  }
  return weights;
}

const fileOf = ({ first }: Span) => `known/${first}.parquet`;

/**
 * What is known of the hosts that were asked for more than all are, in order of their addresses: written for several ranges at a time, since
 * they are few and a dozen tables are looked into for them, and read range by range.
 */
export class KnownHosts {
  readonly #scratch: Scratch;
  readonly #ranges: Ranges;
  readonly #spans: readonly Span[];

  private constructor(scratch: Scratch, ranges: Ranges, spans: readonly Span[]) {
    this.#scratch = scratch;
    this.#ranges = ranges;
    this.#spans = spans;
  }

  /**
   * @param of tables by their names in tables.ts, as SQL of what some ranges have of them
   * @param most rows of those tables that are held at a time
   */
  static async write(
    context: WholeContext<Config>,
    { scratch, ranges, setting }: { scratch: Scratch; ranges: Ranges; setting: Setting },
    of: (span: Span) => Others,
    most: number,
  ): Promise<KnownHosts> {
    const all = { first: 0, last: ranges.count - 1 };
    const spans = spansOf(await weightsOf(context, ranges, of(all)), most);
    await twoAtATime(spans, async (span) => {
      await scratch.writeSliced(fileOf(span), askedSql(setting, unjudgedOf(scratch, span), of(span)));
    });
    return new KnownHosts(scratch, ranges, spans);
  }

  /** SQL of those of a range. */
  of(range: number): string {
    const span = this.#spans.find(({ last }) => range <= last) ?? { first: range, last: range };
    return `(FROM ${this.#scratch.file(fileOf(span))} WHERE ${this.#ranges.within('address', range)})`;
  }
}
