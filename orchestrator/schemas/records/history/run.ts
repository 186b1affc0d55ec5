import { z } from 'zod';
import { Confidence, ConfidenceReason, Mark } from '../../history.ts';
import { RuleSetName } from '../../lists.ts';
import { Moment } from '../../values.ts';

const count = z.int().min(0);
const share = (words: string) => z.number().min(0).max(1).nullable().describe(words);
const ofVersion = (words: string) =>
  count.nullable().describe(`${words}; null where that is not known or was not asked`);
const ofRescan = (words: string) => count.nullable().describe(`${words}; null: not rescanned`);

/** One run of a series: what it counted, how it was made, and what that bears on the comparison with the others. */
export const HistoryRun = z.strictObject({
  run: z.string().describe('name of the run, followed by the time of its start where two have the same name'),
  time: Moment.describe('when its scan began, UTC: its place on the time axis'),
  time_end: Moment.describe('when its scan ended, UTC'),
  lab: z.boolean().describe('a run in a test Internet'),
  vantage: z.int().describe('number of the vantage point within this series: one number per place, without its name'),
  vantage_checked: z.boolean().describe('sentinels were probed while it was sending'),
  kernel: z.string().describe('kernel series, such as 6.18'),
  setting: z
    .array(
      z.strictObject({
        name: z.string().describe('what: architecture, a sysctl, ...'),
        value: z.string().describe('its value'),
      }),
    )
    .describe('what else about the vantage point affects the numbers'),
  software: z.string().describe('version and commit of the software that made it'),
  module_sha256: z.string().nullable().describe('of the probe module as it was loaded; null where that is not known'),
  rule_set: RuleSetName.describe('the rule set that gave its verdicts in this series'),
  rules_version: z.int().describe('their version: equal in all runs of a series'),
  judged_by: z
    .int()
    .nullable()
    .describe('version of the rules that it was judged by at the time; null in runs from before 2026-11'),
  rejudged: z
    .boolean()
    .describe('its records were judged again for this series; false: they had been judged by the same rules'),
  placed: z.boolean().describe('its addresses were looked up again, in the tables of this series'),
  keys_compared: z
    .boolean()
    .describe('its keys were compared with those of the other runs; false: its records are gone'),
  result_sha256: z.string().nullable().describe('of the result as the run had it; null in a run without one'),
  lists: z
    .array(
      z.strictObject({
        name: z.string().describe('file name of the list, or prefixes'),
        sha256: z.string().nullable().describe('of its content; null where it came through a pipe'),
      }),
    )
    .describe('what was probed'),
  ports: z.array(z.int()).describe('ports asked'),
  versions: z.array(z.int()).describe('MPTCP versions asked'),
  rate: z.int().nullable().describe("maximum packets per second; null: the prober's own default"),
  stages: z.array(z.string()).describe('stages that were on'),
  asked: ofVersion('endpoints asked, each once per version'),
  lost: count.describe(
    'upper bound of the replies to the scan that may be missing from every count, by its own counts',
  ),
  replied: count.describe('endpoints that answered anything'),
  answered_v1: ofVersion('endpoints with a SYN/ACK to the v1 probe'),
  answered_v0: ofVersion('the same for the v0 probe'),
  capable_v1: ofVersion('of these, capable'),
  capable_v0: ofVersion('the same in v0'),
  confirmed_v1: ofVersion('capable in v1, and confirmed by a connection'),
  addresses_answered: count.describe('addresses with a SYN/ACK at any port'),
  addresses_capable: count.describe('of these, capable in v1 or v0'),
  rescan_answered_v1: ofRescan('endpoints that were scanned twice and answered the v1 probe at least once'),
  rescan_equal_v1: ofRescan('of these, with the same verdict in both scans'),
  rescan_answered_v0: ofRescan('the same for the v0 probe'),
  rescan_equal_v0: ofRescan('of those for v0, with the same verdict in both scans'),
  coverage: share(
    'share of the endpoints among the targets that were asked: the rest was blocked, had opted out, or was beyond a cap; null where it is not known',
  ),
  coverage_as: share('share of the addresses that answered whose AS is known; null if none answered'),
  coverage_country: share('the same for the country; null if none answered'),
  confidence: Confidence.describe('how reliable the point is'),
  confidence_reasons: z
    .array(
      z.strictObject({
        reason: ConfidenceReason.describe('why it is not sound'),
        level: Confidence.describe('best confidence that this reason allows'),
        text: z.string().describe('the same in words, with its numbers'),
      }),
    )
    .describe('empty: sound'),
  marks: z
    .array(
      z.strictObject({
        mark: Mark.describe('what changed since the run before'),
        before: z.string().describe('what it was then'),
        after: z.string().describe('what it is in this run'),
      }),
    )
    .describe('empty in the first run of a series'),
  missed: count.describe(
    'runs that were due since the one before and are missing; above 0: no line leads to this point',
  ),
});
export type HistoryRun = z.infer<typeof HistoryRun>;
