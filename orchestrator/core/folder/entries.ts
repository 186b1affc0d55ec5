import { z } from 'zod';

/** Now, as records and the manifest write times: UTC, ISO 8601. */
export function nowIso(): string {
  return new Date().toISOString();
}

const Reasons = z.record(z.string(), z.int());

/** Where the units of a stage went. units_in = answered + the sums of failed, rejected and skipped. */
export const Counts = z.strictObject({
  units_in: z.int().describe('units that the stage was given'),
  answered: z.int().describe('units with an answer'),
  failed: Reasons.describe('units without one, by reason'),
  rejected: Reasons.describe('units whose answer was unusable, by reason'),
  skipped: Reasons.describe('units not asked, by reason: duplicate, blocked, not_a_candidate, ...'),
  records_out: z.int().describe('records written; a unit may give several'),
  rejected_lines: z.int().describe('lines kept in rejects/'),
});
export type Counts = z.infer<typeof Counts>;

export const CommandEntry = z.strictObject({
  argv: z.array(z.string()).describe('the command, program first'),
  version: z.string().nullable().describe('version of the program, as it prints it; null when it prints none'),
  started_at: z.string().describe('UTC'),
  ended_at: z.string().describe('UTC'),
  exit_code: z.int().nullable().describe('null when ended by a signal'),
  times: z
    .int()
    .describe('how many similar commands this entry represents; all of them are in raw/<stage>/<part>/commands.json'),
});
export type CommandEntry = z.infer<typeof CommandEntry>;

/** One part that is done. */
export const PartEntry = z.strictObject({
  started_at: z.string().describe('UTC'),
  ended_at: z.string().describe('UTC'),
  input_sha256: z.string().describe('of raw/<stage>/input/<part>.ndjson'),
  output_sha256: z
    .string()
    .describe(
      'over the records in order, each as one line of JSON: equal for equal rows, however the file is laid out',
    ),
  records_sha256: z
    .string()
    .nullable()
    .default(null)
    .describe('of the file <stage>/<part>.parquet: shows whether it is complete; null in runs of schema_version 1'),
  raw_sha256: z
    .record(z.string(), z.string())
    .describe('of each file in raw/<stage>/<part>/, as the program wrote it, compressed or not'),
  packed_sha256: z
    .record(z.string(), z.string())
    .default({})
    .describe('of each of these files that is compressed, as stored; empty in runs from before verify'),
  rejects_sha256: z
    .string()
    .nullable()
    .default(null)
    .describe('of rejects/parts/<stage>-<part>.ndjson; null in runs from before verify'),
  counts: Counts.describe('of this part; skipped units are counted for the stage'),
  unknown_fields: Reasons.describe('fields that the program printed but the schema does not know, and how often'),
  facts: z
    .record(z.string(), z.union([z.string(), z.number()]))
    .describe('what the program reported about its own work, including receive drops'),
  commands: z
    .array(CommandEntry)
    .describe(
      'commands run for this part; many commands of one program with one exit code share one entry, with the argv of the first',
    ),
});
export type PartEntry = z.infer<typeof PartEntry>;

/** A file that a stage fetched once for the run: a table of the day. */
export const FetchedEntry = z.strictObject({
  file: z.string().describe('where it is, relative to the run folder'),
  url: z.string().describe('where it came from, without the query'),
  content_at: z.string().describe('time of its content, UTC'),
  wanted_at: z.string().describe('time that it should be nearest to, UTC: the middle of the scan'),
  distance_hours: z.number().describe('between the two, in hours'),
  sha256: z.string().describe('of the file'),
  bytes: z.int().describe('size'),
  fetched_at: z.string().describe('UTC'),
});
export type FetchedEntry = z.infer<typeof FetchedEntry>;

/** A file that the units of a stage were read from, and what it was found to be. */
export const SourceEntry = z.strictObject({
  as: z.string().describe('its name in the records'),
  from: z.string().describe('the file, or the URL without its query'),
  sha256: z.string().nullable().describe('of the file as found or downloaded; null for stdin'),
  bytes: z.int().nullable().describe('size of the same; null for stdin'),
  opened: z
    .array(z.string())
    .describe('compression and encoding, recognised by content: zip and its member, gzip, UTF-16'),
  kind: z.string().describe('format recognised from its first lines'),
  columns: z
    .strictObject({
      name: z.string().nullable().describe('header of the column of names, or its number; null where there is none'),
      rank: z.string().nullable().describe('the same for ranks; null for a list without ranks'),
    })
    .describe('which of its columns were read'),
  ranks: z.enum(['none', 'each', 'many']).describe('many: several names share a rank, such as the size of a bucket'),
  lines: z.int().describe('its number of lines, including the header'),
  fetched: z
    .strictObject({
      at: z.string().describe('when the server was asked, UTC'),
      cached: z.boolean().describe('the server said that the copy of an earlier download is current'),
      etag: z.string().nullable().describe("the server's mark of this content; null without one"),
      last_modified: z.string().nullable().describe('when the server got this content; null where it does not say'),
    })
    .nullable()
    .describe('how it was downloaded; null for a file'),
});
export type SourceEntry = z.infer<typeof SourceEntry>;

export const StageEntry = z.strictObject({
  status: z
    .enum(['running', 'done', 'left_out'])
    .describe(
      'left_out: not enabled in the configuration; what was measured before it was switched off stays in its folder',
    ),
  unit: z.string().describe('what one unit is'),
  tool: z.string().describe('the tool used'),
  reads: z.record(z.string(), z.string()).describe('digest of each stage that it read, at that time'),
  settings: z
    .record(z.string(), z.unknown())
    .nullable()
    .default(null)
    .describe("the stage's section of the configuration with which its parts were made; null where it has none"),
  started_at: z.string().nullable().describe('UTC, of its first part'),
  ended_at: z
    .string()
    .nullable()
    .describe('UTC, of its last part; a stage that was switched on later has its own dates'),
  counts: Counts.nullable().describe('sum over all parts and the units not asked'),
  parts: z.record(z.string(), PartEntry).describe('by part, five digits'),
  fetched: FetchedEntry.nullable()
    .default(null)
    .describe('the file that it fetched for all its parts; null where it needs none'),
  sources: z
    .array(SourceEntry)
    .default([])
    .describe('the lists that its units were read from, in their order; empty for stages that read records'),
  outputs: z.record(z.string(), z.string()).describe('files that a stage without parts wrote, with their sha256'),
  rejects_sha256: z
    .string()
    .nullable()
    .default(null)
    .describe('of rejects/<stage>.ndjson; null where there is none, and in runs of before verify'),
  digest: z.string().nullable().describe('sha256 over the outputs of all parts; null while running'),
});
export type StageEntry = z.infer<typeof StageEntry>;

/** The entry of a stage about which nothing is known but what it is. */
export function newStageEntry(
  known: Pick<StageEntry, 'status' | 'unit' | 'tool' | 'reads' | 'started_at'>,
): StageEntry {
  return {
    ...known,
    settings: null,
    ended_at: null,
    counts: null,
    parts: {},
    fetched: null,
    sources: [],
    outputs: {},
    rejects_sha256: null,
    digest: null,
  };
}

export function noCounts(): Counts {
  return { units_in: 0, answered: 0, failed: {}, rejected: {}, skipped: {}, records_out: 0, rejected_lines: 0 };
}

export function addReasons(into: Record<string, number>, from: Record<string, number>): void {
  for (const [reason, count] of Object.entries(from)) into[reason] = (into[reason] ?? 0) + count;
}

/** Adds the counts of a part to those of its stage. */
export function addCounts(into: Counts, from: Counts): void {
  into.units_in += from.units_in;
  into.answered += from.answered;
  into.records_out += from.records_out;
  into.rejected_lines += from.rejected_lines;
  addReasons(into.failed, from.failed);
  addReasons(into.rejected, from.rejected);
  addReasons(into.skipped, from.skipped);
}

/** How many units are accounted for; equal to units_in or something was lost. */
export function accounted(counts: Counts): number {
  const sum = (reasons: Record<string, number>) => Object.values(reasons).reduce((total, count) => total + count, 0);
  return counts.answered + sum(counts.failed) + sum(counts.rejected) + sum(counts.skipped);
}
