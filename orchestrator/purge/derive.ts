import { rm } from 'node:fs/promises';
import { openDatabase, rows } from '../core/database/duckdb.ts';
import { parquetSql } from '../core/database/sql.ts';
import { addReasons, noCounts, type PartEntry } from '../core/folder/entries.ts';
import { sha256File } from '../core/folder/files.ts';
import type { Manifest } from '../core/folder/manifest.ts';
import { purgedUnits } from '../core/folder/ndjson.ts';
import { RawReader } from '../core/folder/raw-files.ts';
import { readsTheSame } from '../core/folder/reads.ts';
import { fetchedBefore } from '../core/inputs/fetched.ts';
import { type Cut, writeCut } from '../core/part/cut.ts';
import { decodePart } from '../core/part/decode.ts';
import { entryBeside, writeEntry } from '../core/part/entry-file.ts';
import { partEntry, stageCounts, stageDigest } from '../core/part/part-stage.ts';
import type { PartJob } from '../core/part/site.ts';
import { joinRejects } from '../core/rejects.ts';
import { NarrowRows } from '../core/rows/narrow-row.ts';
import { RecordsWriter } from '../core/rows/records-file.ts';
import type { PartStage, Stage } from '../core/stage.ts';
import { leftOut, type RunState } from '../core/state.ts';
import { rewriteLines } from './files.ts';
import { dropLine } from './lines.ts';
import type { Party } from './party.ts';

/** Why a record holds no answer; null when it holds one. */
function failureOf(record: unknown): string | null {
  if (typeof record !== 'object' || record === null || !('failure' in record)) return null;
  return typeof record.failure === 'string' ? record.failure : null;
}

/**
 * Records that were looked up in a table outside of the run, which may be gone: those of the party are left out of what is there. Such
 * tables have one record for a unit, so that the counts follow from the records.
 */
async function filterPart<C>(job: PartJob<C>, before: PartEntry, party: Party): Promise<PartEntry> {
  const { folder, stage, part } = job;
  const path = folder.records(stage.name, part);
  const counts = { ...noCounts(), units_in: before.counts.units_in, rejected: before.counts.rejected };
  const temp = `${folder.temp()}/${stage.name}-${part}.rows`;
  const writer = await RecordsWriter.create({ path, temp, form: new NarrowRows(stage.role.record) });
  const database = await openDatabase({ temp: folder.temp() });
  try {
    for await (const record of rows(database, `SELECT * FROM ${parquetSql(path)}`)) {
      const text = JSON.stringify(record);
      if (party.mentions(text)) continue;
      writer.addText(text);
      const failure = failureOf(record);
      if (failure === null) counts.answered += 1;
      else addReasons(counts.failed, { [failure]: 1 });
    }
  } finally {
    database.closeSync();
  }
  const written = await writer.finish();
  const rejects = folder.rejectsPart(stage.name, part);
  await rewriteLines(rejects, dropLine, party);
  const { units: purged } = await purgedUnits(folder.input(stage.name, part));
  if (purged > 0) counts.skipped.purged = purged;
  counts.records_out = written.rows;
  counts.rejected_lines = before.counts.rejected_lines;
  return {
    ...before,
    input_sha256: await sha256File(folder.input(stage.name, part)),
    output_sha256: written.rows_sha256,
    records_sha256: written.file_sha256,
    rejects_sha256: await sha256File(rejects),
    counts,
  };
}

/** Decodes the records of a part again from its purged raw files. */
async function decodeAgain<C>(job: PartJob<C>, before: PartEntry): Promise<PartEntry> {
  const { folder, stage, part } = job;
  const reader = new RawReader(folder.raw(stage.name, part), null);
  const decoded = await decodePart(job, reader);
  const packed = await reader.packedSha256();
  const input = await sha256File(folder.input(stage.name, part));
  return { ...partEntry(decoded, packed, before.started_at, input), ended_at: before.ended_at };
}

/** Digests of stages as a manifest has them. */
function digestsIn({ stages }: Manifest, names: readonly string[]): Record<string, string | null> {
  const digestOf = (name: string) => {
    const entry = stages[name];
    return entry === undefined || entry.status === leftOut ? leftOut : entry.digest;
  };
  return Object.fromEntries(names.map((name) => [name, digestOf(name)]));
}

/** Names of stages switched off whose records are of what the stages that they read hold now. */
export function currentOff<C>(manifest: Manifest, stages: readonly Stage<C>[]): string[] {
  return stages.flatMap((stage) => {
    const entry = manifest.stages[stage.name];
    if (stage.kind !== 'parts' || entry?.status !== leftOut) return [];
    return readsTheSame(entry.reads, digestsIn(manifest, stage.reads)) ? [stage.name] : [];
  });
}

/**
 * Renews everything of a stage that follows from its raw files: records, entries, counts, digests.
 * @param current names of stages switched off whose records were up to date before the purge
 */
export async function deriveStage<C>(
  state: RunState<C>,
  stage: PartStage<C>,
  { cut, party, current }: { cut: Cut; party: Party; current: readonly string[] },
): Promise<void> {
  const { folder, manifest } = state;
  const entry = manifest.data.stages[stage.name];
  if (entry === undefined) return;
  // Switched off, a stage keeps its records, and its entries beside them alone.
  const off = entry.status === leftOut;
  const tool = stage.tool(state.config);
  const outside = (tool.inputs?.(state.config) ?? []).length > 0;
  const fetched = await fetchedBefore(folder, stage.name, entry);
  for (const part of cut.parts) {
    const before = off ? await entryBeside(folder, stage.name, part) : (entry.parts[part] ?? null);
    if (before === null) continue;
    const job = state.job(stage, tool, part, fetched);
    const after = outside ? await filterPart(job, before, party) : await decodeAgain(job, before);
    cut.inputs[part] = after.input_sha256;
    if (!off) entry.parts[part] = after;
    await writeCut(folder, stage.name, cut);
    await writeEntry(folder, stage.name, part, after);
  }
  // Its input differs only by the party: switched on again, it probes nobody.
  if (!off || current.includes(stage.name)) entry.reads = state.digests(stage.reads);
  if (off) {
    await rm(folder.rejects(stage.name), { force: true });
    entry.rejects_sha256 = null;
    return await manifest.save();
  }
  entry.rejects_sha256 = await joinRejects(folder, stage.name, cut.parts);
  entry.counts = stageCounts(entry, cut);
  entry.digest = stageDigest(cut.parts.map((part) => entry.parts[part]?.output_sha256 ?? ''));
  await manifest.save();
}
