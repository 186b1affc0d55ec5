import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CensusError } from '../errors.ts';
import { openDatabase } from './duckdb.ts';
import { exists, sha256File } from './folder/files.ts';
import type { RunFolder } from './folder/folder.ts';
import type { Manifest } from './folder/manifest.ts';
import { readCut, requireInput } from './part/cut.ts';
import { decodePart } from './part/decode.ts';
import { joinRejects } from './part/part-stage.ts';
import type { RunInput } from './run.ts';
import type { PartStage, WholeStage } from './stage.ts';
import { createState, type RunState, viewStage } from './state.ts';
import { runWholeStage } from './whole-stage.ts';

/** What became of one stage in a replay. */
export interface Replayed {
  stage: string;
  /** Outputs whose bytes differ from those of the run, and raw files that were changed since. */
  differs: string[];
  /** Outputs compared. */
  compared: number;
}

/** @throws CensusError E_RUN_FOLDER naming the first input (a RIB, a geo database) that is not the run's any more */
export async function requireSameInputs(manifest: Manifest): Promise<void> {
  for (const [path, { sha256 }] of Object.entries(manifest.inputs)) {
    const why = !(await exists(path)) ? 'is gone' : (await sha256File(path)) === sha256 ? null : 'has other content';
    if (why === null) continue;
    throw new CensusError(
      'E_RUN_FOLDER',
      `${path} ${why}; the run read sha256 ${sha256}`,
      'put the file back to replay the run',
    );
  }
}

/** Raw files of a part that are not what the run kept: whatever is decoded from them is another measurement. */
async function changedRaw(
  folder: RunFolder,
  stage: string,
  part: string,
  kept: Record<string, string>,
): Promise<string[]> {
  const changed: string[] = [];
  for (const [file, sha256] of Object.entries(kept)) {
    const path = join(folder.raw(stage, part), file);
    if (!(await exists(path)) || (await sha256File(path)) !== sha256) changed.push(`raw/${stage}/${part}/${file}`);
  }
  return changed;
}

async function replayParts<C>(state: RunState<C>, stage: PartStage<C>): Promise<Replayed> {
  const entry = state.manifest.data.stages[stage.name];
  const cut = await readCut(state.folder, stage.name);
  if (entry?.status !== 'done' || cut === null) {
    throw new CensusError('E_RUN_FOLDER', `${stage.name} is not done`, 'complete the run first: mptcp-census run');
  }
  const tool = stage.tool(state.config);
  const differs: string[] = [];
  await mkdir(state.folder.stage(stage.name), { recursive: true });
  for (const part of cut.parts) {
    await requireInput(state.folder, stage.name, part, cut);
    differs.push(...(await changedRaw(state.folder, stage.name, part, entry.parts[part]?.raw_sha256 ?? {})));
    const { output_sha256 } = await decodePart(state.job(stage, tool, part));
    if (output_sha256 !== entry.parts[part]?.output_sha256) differs.push(`${stage.name}/${part}.ndjson`);
  }
  await joinRejects(state.folder, stage.name, cut.parts);
  return { stage: stage.name, differs, compared: cut.parts.length };
}

async function replayWhole<C>(state: RunState<C>, stage: WholeStage<C>, before: Manifest): Promise<Replayed> {
  const was = before.stages[stage.name]?.outputs ?? {};
  delete state.manifest.data.stages[stage.name];
  await runWholeStage(state, stage);
  const is = state.manifest.data.stages[stage.name]?.outputs ?? {};
  const files = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return { stage: stage.name, differs: files.filter((file) => was[file] !== is[file]), compared: files.length };
}

/**
 * Decodes a finished run again from its raw files into `folder.out`: no packet, no privilege, no change to the run. The manifest
 * handed in is a copy whose file lies in `folder.out` too.
 */
export async function replayStages<C>(input: RunInput<C> & { before: Manifest }): Promise<Replayed[]> {
  await rm(input.folder.out, { recursive: true, force: true });
  const database = await openDatabase({ temp: input.folder.temp(), memoryLimit: input.memory ?? null });
  const state = createState({ ...input, database });
  const results: Replayed[] = [];
  for (const stage of input.stages) {
    const left = input.before.stages[stage.name]?.status === 'left_out';
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
