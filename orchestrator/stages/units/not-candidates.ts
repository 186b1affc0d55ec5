import { z } from 'zod';
import type { Config } from '../../config/config.ts';
import type { UnitRow, UnitsContext } from '../../core/stage.ts';

const Counted = z.looseObject({ rows: z.int() });

/**
 * All rows of a stage that are no candidates, as one unit: of ten million hosts nearly all are none, and to sort them, and read each, takes
 * longer than to ask the others.
 * @param columns SQL of the fields of a unit, made of many rows
 * @param from SQL of what the rows are read from, and the condition of those that are not asked
 */
export async function* notCandidates(
  { batches }: Pick<UnitsContext<Config>, 'batches'>,
  columns: string,
  from: string,
): AsyncGenerator<UnitRow[]> {
  for await (const batch of batches(`SELECT count(*) AS rows, ${columns} FROM ${from}`)) {
    const units = batch.flatMap((value) => {
      const { rows, ...row } = Counted.parse(value);
      return rows === 0 ? [] : [{ row, skip: 'not_a_candidate', others: rows - 1 }];
    });
    yield units;
  }
}
