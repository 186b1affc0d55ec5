import { rm } from 'node:fs/promises';
import { codeOf, inStage } from '../errors.ts';
import { openDatabase } from './database/duckdb.ts';
import { newStageEntry, nowIso } from './folder/entries.ts';
import { exists } from './folder/files.ts';
import { writeEntry } from './part/entry-file.ts';
import { runPartStage } from './part/part-stage.ts';
import type { PartStage, Stage } from './stage.ts';
import { createState, leftOut, type RunState, type StateInput, viewStage } from './state.ts';
import { throwIfStopped } from './stop.ts';
import { runWholeStage } from './whole-stage.ts';

export type RunInput<C> = Omit<StateInput<C>, 'database'> & {
  stages: readonly Stage<C>[];
  /** What the database may hold, such as 512MB; null: a share of the machine. */
  memory?: string | null;
};

async function leaveOut<C>(state: RunState<C>, stage: PartStage<C>): Promise<void> {
  const before = state.manifest.data.stages[stage.name];
  state.report({ type: 'stage_left_out', stage: stage.name });
  if (before?.status === leftOut) return;
  const { unit } = stage.role;
  const none = newStageEntry({ status: leftOut, unit, tool: '', reads: {}, started_at: null });
  // A stage that was switched off keeps what was measured of it, each part with its entry beside it: switched on again, it takes it up.
  for (const [part, entry] of Object.entries(before?.parts ?? {})) {
    if (!(await exists(state.folder.entry(stage.name, part)))) await writeEntry(state.folder, stage.name, part, entry);
  }
  state.manifest.data.stages[stage.name] =
    before === undefined ? none : { ...before, status: leftOut, counts: null, digest: null, parts: {} };
  await state.manifest.save();
}

/** true when there was anything to do. */
async function runStage<C>(state: RunState<C>, stage: Stage<C>): Promise<boolean> {
  if (stage.kind === 'parts' && !stage.enabled(state.config)) {
    await leaveOut(state, stage);
    return false;
  }
  try {
    throwIfStopped(state.signal, stage.name);
    const ran = stage.kind === 'parts' ? await runPartStage(state, stage) : await runWholeStage(state, stage);
    if (!ran) state.report({ type: 'stage_unchanged', stage: stage.name });
    return ran;
  } catch (error) {
    state.report({ type: 'stage_failed', stage: stage.name, code: codeOf(error) });
    throw inStage(stage.name, error);
  }
}

/**
 * Does what is missing of a run, each stage as soon as those that it reads, or waits for, are done: stages that read the same run side by side.
 * A stage that fails stops those that read it; the others finish, and the first error is thrown then.
 */
export async function runStages<C>(input: RunInput<C>): Promise<void> {
  const database = await openDatabase({ temp: input.folder.temp(), memoryLimit: input.memory ?? null });
  const state = createState({ ...input, database });
  const started = new Map<string, Promise<void>>();
  let ranAny = false;
  for (const stage of input.stages) {
    const after = stage.kind === 'parts' ? (stage.after ?? []) : [];
    const awaited = [...stage.reads, ...after].map((name) => started.get(name));
    const run = Promise.all(awaited).then(async () => {
      ranAny = (await runStage(state, stage)) || ranAny;
      await viewStage(database, state, stage);
    });
    started.set(stage.name, run);
  }
  const results = await Promise.allSettled(started.values());
  database.closeSync();
  await rm(input.folder.temp(), { recursive: true, force: true });
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  if (ranAny || input.manifest.data.finished_at === null) {
    input.manifest.data.finished_at = nowIso();
    await input.manifest.save();
  }
}
