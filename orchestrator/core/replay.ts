import { rm } from 'node:fs/promises';
import { CensusError } from '../errors.ts';
import { compareFewerFields, compareOldRecords, sameRows } from './compare-rows.ts';
import { openDatabase } from './database/duckdb.ts';
import { exists, makeFolder, sha256File } from './folder/files.ts';
import { type Manifest, schemaVersion } from './folder/manifest.ts';
import { RawReader } from './folder/raw-files.ts';
import { fetchedBefore } from './inputs/fetched.ts';
import { readCut, requireInput } from './part/cut.ts';
import { decodePart } from './part/decode.ts';
import { joinRejects } from './rejects.ts';
import type { RunInput } from './run.ts';
import type { PartStage, WholeStage } from './stage.ts';
import { createState, leftOut, type RunState, viewStage } from './state.ts';
import { runWholeStage } from './whole-stage.ts';

/** What became of one stage in a replay. */
export interface Replayed {
  stage: string;
  /** It has no parts: its result follows from the rules too. */
  whole: boolean;
  /** Outputs whose rows, or bytes where they are no records, differ from those of the run, and raw files that were changed since. */
  differs: string[];
  /** Outputs compared. */
  compared: number;
  /** What was compared in another way than by its digest, in words. */
  notes: string[];
}

/** @throws CensusError E_RUN_FOLDER naming the first input (a RIB, a geo database) that is not the run's any more */
export async function requireSameInputs(manifest: Pick<Manifest, 'inputs'>, work = 'replay'): Promise<void> {
  for (const [path, { sha256 }] of Object.entries(manifest.inputs)) {
    const why = !(await exists(path)) ? 'is gone' : (await sha256File(path)) === sha256 ? null : 'has other content';
    if (why === null) continue;
    throw new CensusError(
      'E_RUN_FOLDER',
      `${path} ${why}; the run read sha256 ${sha256}`,
      `put the file back to ${work} the run`,
    );
  }
}

/** Raw files of a part that are not what the run kept: whatever is decoded from them is another measurement. */
function changedRaw(kept: Record<string, string>, read: Record<string, string>): string[] {
  return Object.entries(kept).flatMap(([file, sha256]) => (read[file] === sha256 ? [] : [file]));
}

async function replayParts<C>(state: RunState<C>, stage: PartStage<C>): Promise<Replayed> {
  const entry = state.manifest.data.stages[stage.name];
  const cut = await readCut(state.folder, stage.name);
  if (entry?.status !== 'done')
    throw new CensusError('E_RUN_FOLDER', `${stage.name} is not done`, 'complete the run first: mptcp-census run');
  if (cut === null)
    throw new CensusError(
      'E_RUN_FOLDER',
      `the raw files of ${stage.name} are gone: its records cannot be made again`,
      'put raw/ back from a copy of the run; a run of an earlier version without them can be read by that version alone (census.version in its manifest)',
    );
  const tool = stage.tool(state.config);
  const fetched = await fetchedBefore(state.folder, stage.name, entry);
  const differs: string[] = [];
  const notes = new Set<string>();
  await makeFolder(state.folder.stage(stage.name));
  for (const part of cut.parts) {
    await requireInput(state.folder, stage.name, part, cut);
    const before = entry.parts[part];
    // no folder for compressed files: a replay changes nothing in the run
    const { output_sha256, records_sha256, rejects_sha256, raw_sha256 } = await decodePart(
      state.job(stage, tool, part, fetched),
      new RawReader(state.folder.raw(stage.name, part), null),
    );
    differs.push(
      ...changedRaw(before?.raw_sha256 ?? {}, raw_sha256).map((file) => `raw/${stage.name}/${part}/${file}`),
    );
    if (before?.records_sha256 === null) {
      const compared = await compareOldRecords(state, stage, part);
      if (compared.note !== null) notes.add(compared.note);
      if (compared.differ) differs.push(`${stage.name}/${part}.ndjson`);
    } else if (output_sha256 !== before?.output_sha256) {
      const compared = await compareFewerFields(state, stage, part);
      if (compared !== null) notes.add(compared.note);
      if (compared?.differ ?? true) differs.push(`${stage.name}/${part}.parquet`);
    }
    // The manifest of the replay speaks of the replay's own files.
    if (before !== undefined) entry.parts[part] = { ...before, output_sha256, records_sha256, rejects_sha256 };
  }
  entry.rejects_sha256 = await joinRejects(state.folder, stage.name, cut.parts);
  return { stage: stage.name, whole: false, differs, compared: cut.parts.length, notes: [...notes] };
}

async function replayWhole<C>(state: RunState<C>, stage: WholeStage<C>, before: Manifest): Promise<Replayed> {
  const was = before.stages[stage.name]?.outputs ?? {};
  delete state.manifest.data.stages[stage.name];
  await runWholeStage(state, stage);
  const is = state.manifest.data.stages[stage.name]?.outputs ?? {};
  const files = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  const differs: string[] = [];
  const notes: string[] = [];
  for (const file of files) {
    if (was[file] === is[file]) continue;
    if (was[file] === undefined && stage.repeats?.includes(file)) {
      notes.push(`${file} was not written when the run was made: not compared`);
      continue;
    }
    if (await sameRows(state, file, was[file])) notes.push(`${file} has the same rows in other bytes`);
    else differs.push(file);
  }
  return { stage: stage.name, whole: true, differs, compared: files.length, notes };
}

/**
 * Decodes a finished run again from its raw files into `folder.out`: no packet, no privilege, no change to the run. The manifest
 * handed in is a copy whose file lies in `folder.out` too.
 */
export async function replayStages<C>(input: RunInput<C> & { before: Manifest }): Promise<Replayed[]> {
  await rm(input.folder.out, { recursive: true, force: true });
  // One that is ended on its way is known as a replay too: the next may take its place.
  await input.manifest.save();
  const database = await openDatabase({ temp: input.folder.temp(), memoryLimit: input.memory ?? null });
  input.manifest.data.schema_version = schemaVersion;
  const state = createState({ ...input, database });
  const results: Replayed[] = [];
  for (const stage of input.stages) {
    const entry = input.before.stages[stage.name];
    // A stage that is younger than the run is one that it left out.
    const younger = entry === undefined && stage.kind === 'parts' && !stage.enabled(input.config);
    const left = younger || entry?.status === leftOut;
    if (!left) {
      results.push(
        stage.kind === 'parts' ? await replayParts(state, stage) : await replayWhole(state, stage, input.before),
      );
    }
    await viewStage(database, state, stage);
  }
  database.closeSync();
  await rm(input.folder.temp(), { recursive: true, force: true });
  return results;
}
