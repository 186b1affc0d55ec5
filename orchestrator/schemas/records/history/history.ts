import { z } from 'zod';
import { RuleSetName } from '../../lists.ts';
import { HistoryRun } from './run.ts';

const Table = z.strictObject({
  file: z.string().describe('name of the file'),
  sha256: z.string().describe('of its content'),
});

/** runs.json: the runs of a series in order of their scans, and what the series was made with. */
export const History = z.strictObject({
  history_version: z.literal(1).describe('incremented with changes of this file that break old readers'),
  rule_set: RuleSetName.describe('the rule set that gave all verdicts'),
  rules_version: z.int().describe('their version'),
  rib: Table.nullable().describe('prefix table in which all addresses were looked up; null: each in that of its run'),
  country: Table.nullable().describe('the same for countries; null: each in that of its run'),
  city: Table.nullable().describe('the same for cities; null: each in that of its run'),
  every_days: z
    .number()
    .nullable()
    .describe('days between runs: as given, or the median; null with fewer than two intervals'),
  runs: z.array(HistoryRun).describe('the points, in order of time'),
  left_out: z
    .array(
      z.strictObject({
        folder: z.string().describe('last name of the folder that was given'),
        reason: z.string().describe('why it is no point of the series'),
      }),
    )
    .describe('what was given and could not be taken'),
});
export type History = z.infer<typeof History>;
