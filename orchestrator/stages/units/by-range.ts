import type { Config } from '../../config/config.ts';
import { rangesOf } from '../../core/rows/ranges.ts';
import type { UnitsContext } from '../../core/stage.ts';

/** Rows that the database groups or sorts at once: some 100 MB. */
const rowsAtOnce = 1_000_000;

/**
 * Makes a table of all that answered, once in a run. Grouping or sorting so many addresses at once takes memory that grows with them, so
 * it is done range by range of the address.
 * @param rows SQL of the rows that the table is made of, with an `address`
 * @param tableSql gives SQL of the table, made of those of its rows that a condition holds for
 */
export async function shareByRange(
  { batches, shareTable }: Pick<UnitsContext<Config>, 'batches' | 'shareTable'>,
  name: string,
  rows: string,
  tableSql: (rows: string) => string,
  most = rowsAtOnce,
): Promise<void> {
  async function* query(sql: string): AsyncGenerator<unknown> {
    for await (const batch of batches(sql)) yield* batch;
  }
  await shareTable(name, async () => {
    const keys = (drawn: (by: string) => string) =>
      `SELECT address AS key, 1 AS weight FROM (${rows}) WHERE ${drawn('address')}`;
    const ranges = await rangesOf(query, keys, most);
    return Array.from({ length: ranges.count }, (_, range) =>
      tableSql(`(FROM (${rows}) WHERE ${ranges.within('address', range)})`),
    );
  });
}
