import { z } from 'zod';
import { Counts } from '../core/folder/entries.ts';
import { type ErrorCode, errorCodes } from '../errors.ts';

/** Counts changes of the events that old readers would not survive; fields and types are added without one. */
export const eventsVersion = 1;

const codes = Object.keys(errorCodes).filter((code): code is ErrorCode => code in errorCodes);
const Code = z.enum(codes);

const Reasons = z.record(z.string(), z.int());

/** What every event has. */
const Every = z.strictObject({
  events_version: z.literal(eventsVersion).describe('of this list'),
  time: z.iso.datetime().describe('UTC'),
  run: z.string().describe('name of the run folder'),
});

const OfStage = Every.extend({ stage: z.string().describe('name of the stage') });
const OfPart = OfStage.extend({ part: z.string().describe('five digits') });

const stageProgress = {
  parts: z.int().describe('parts of the stage'),
  parts_done: z.int().describe('parts that are done, including those of earlier starts'),
  units: z.int().describe('units that the stage asks; 0 for a stage without parts'),
} as const;

/** The closed list of what `run --events` writes, one line each. */
export const events = {
  run_started: Every.extend({
    type: z.literal('run_started').describe('first event of every start'),
    census_version: z.string().describe('of mptcp-census'),
    folder: z.string().describe('absolute path of the run folder'),
    pid: z.int().describe('process ID of the run'),
  }),
  folder_check: Every.extend({
    type: z.literal('folder_check').describe('an earlier start is compared with its hashes; at most one a second'),
    files: z.int().describe('files compared so far'),
    files_in_all: z.int().describe('files that are there'),
    bytes: z.int().describe('bytes compared so far'),
  }),
  input_check: Every.extend({
    type: z
      .literal('input_check')
      .describe(
        'a file that takes longer than two seconds is read through before the first packet; at most one a second',
      ),
    file: z.string().describe('its path, as the configuration names it'),
    share: z.number().min(0).max(1).describe('share of it that was read'),
    eta_seconds: z.number().describe('until all of it is read'),
  }),
  stage_started: OfStage.extend({
    type: z.literal('stage_started').describe('a stage has something to do'),
    ...stageProgress,
  }),
  stage_skipped: OfStage.extend({
    type: z.literal('stage_skipped').describe('a stage has nothing to do'),
    reason: z.enum(['disabled', 'already_done']).describe('disabled in the configuration, or done by an earlier start'),
  }),
  stage_progress: OfStage.extend({
    type: z
      .literal('stage_progress')
      .describe(
        'progress of a stage: at most one per second, at least one every ten seconds, dropped while the reader is slow',
      ),
    ...stageProgress,
    units_done: z.int().describe('units of parts that are done, and an estimate for those under way'),
    share: z.number().min(0).max(1).describe('share of the stage that is done'),
    units_per_second: z.number().nullable().describe('since this start; null before the first unit'),
    eta_seconds: z
      .number()
      .nullable()
      .describe('until the stage is done, including the wait for late answers; null while there is no estimate'),
    packets_sent: z.int().nullable().describe('of the part that reported last; null where no program reports it'),
    packets: z.int().nullable().describe('maximum that this part sends; null where no program reports it'),
    text: z.string().describe("the program's own words"),
  }),
  part_done: OfPart.extend({
    type: z.literal('part_done').describe('a part was measured, decoded and entered in the manifest'),
    ...stageProgress,
    counts: Counts.describe('of the part'),
  }),
  losses: OfPart.extend({
    type: z.literal('losses').describe('a part lost packets on this machine; its counts are too low by that much'),
    losses: Reasons.describe('by kind, as the report names them'),
  }),
  rejects: OfPart.extend({
    type: z.literal('rejects').describe('lines of a part were rejected; rejects/ lists each with its reason'),
    lines: z.int().describe('lines of the program that became no record'),
    units: Reasons.describe('units that were rejected, by reason'),
  }),
  stage_finished: OfStage.extend({
    type: z.literal('stage_finished').describe('all parts of a stage are done'),
    seconds: z.number().describe('that this start took'),
    counts: Counts.describe('of the stage, including parts of earlier starts'),
  }),
  stage_failed: OfStage.extend({
    type: z.literal('stage_failed').describe('a stage did not finish; parts that are done are kept'),
    code: Code.nullable().describe('of the error; null for a defect of mptcp-census'),
  }),
  opt_outs_read: Every.extend({
    type: z.literal('opt_outs_read').describe('the blocklist was reread, and had changed or could not be read'),
    added: z.int().describe('prefixes that get no further probe from now on'),
    rejected_lines: z.int().describe('lines that were not understood and have no effect'),
    dropped: z.int().describe('prefixes that are no longer in the file but stay in effect for this run'),
    text: z.string().describe('the same in words, or what could not be done, and why'),
  }),
  error: Every.extend({
    type: z.literal('error').describe('why the run ends; docs/errors.md lists the codes'),
    code: Code.nullable().describe('null for a defect of mptcp-census'),
    message: z.string().describe('what happened'),
    hint: z.string().nullable().describe('what to do about it; null for a defect'),
  }),
  run_finished: Every.extend({
    type: z.literal('run_finished').describe('last event of every start, unless it was killed'),
    outcome: z.enum(['done', 'stopped', 'failed']).describe('of this start'),
    seconds: z.number().describe('that this start took'),
    result_sha256: z.string().nullable().describe('of the result; null without one'),
    report: z.string().nullable().describe('absolute path of the page; null without a result'),
  }),
} as const;

export const CensusEvent = z.discriminatedUnion('type', [
  events.run_started,
  events.folder_check,
  events.input_check,
  events.stage_started,
  events.stage_skipped,
  events.stage_progress,
  events.part_done,
  events.losses,
  events.rejects,
  events.stage_finished,
  events.stage_failed,
  events.opt_outs_read,
  events.error,
  events.run_finished,
]);
export type CensusEvent = z.infer<typeof CensusEvent>;
