import { z } from 'zod';
import { Dimension, Measure } from '../../history.ts';
import { Moment } from '../../values.ts';

const count = z.int().min(0);
const bound = (words: string) => z.number().min(0).nullable().describe(words);

/** One number of one run. A combination without a row is 0 of 0. */
export const HistorySeries = z.strictObject({
  run: z.string().describe('name of the run in this series'),
  time: Moment.describe('when its scan began, UTC'),
  version: z
    .enum(['v1', 'v0'])
    .nullable()
    .describe('MPTCP version probed; null for measures of addresses, of either version'),
  dimension: Dimension.describe('what the key is'),
  key: z
    .string()
    .nullable()
    .describe(
      'country code, AS64500, port, or 4 and 6; unknown where it is not known; other for all places where no run of the series saw an MPTCP option; null when the dimension is all',
    ),
  label: z
    .string()
    .nullable()
    .describe('newest known name of the AS; null for all other keys, and where no name is known'),
  measure: Measure.describe('what is counted (docs/history.md)'),
  count: count.describe('how many'),
  of: count.nullable().describe('denominator of this measure; null where it is not known'),
  low: bound(
    'lowest share that the measurement allows, 0 to 1; null except for capable, and when the denominator is 0',
  ),
  high: bound('highest share that it allows, if everything undecided were capable; null when low is'),
});
export type HistorySeries = z.infer<typeof HistorySeries>;
