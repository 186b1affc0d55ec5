import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { newStageEntry, nowIso } from './folder/entries.ts';
import { areWhole, exists, filesBelow, sha256File, sha256Of } from './folder/files.ts';
import { differingKey } from './folder/manifest.ts';
import { stageDigest } from './part/part-stage.ts';
import type { WholeContext, WholeStage } from './stage.ts';
import type { RunState } from './state.ts';

/** It is done in one piece. */
const onlyPart = '00000';

async function hashOutputs(folder: string, outputs: readonly string[]): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const output of outputs) {
    const below = await filesBelow(join(folder, output));
    const alone = (await exists(join(folder, output))) ? [output] : [];
    const files = below.length === 0 ? alone : below.map((file) => join(output, file));
    // What a stage writes only where there is something to say, such as rejects, may not be there.
    for (const file of files) hashes[file] = await sha256File(join(folder, file));
  }
  return hashes;
}

function wholeContext<C>(state: RunState<C>, stage: WholeStage<C>): WholeContext<C> {
  return {
    config: state.config,
    folder: state.folder.out,
    query: state.query,
    run: state.run,
    manifest: state.manifest.data,
    setResult: (sha256, rulesVersion) => {
      state.manifest.data.rules_version = rulesVersion;
      state.manifest.data.result_sha256 = sha256;
    },
    progress: (done, text = '') => state.report({ type: 'units', stage: stage.name, part: onlyPart, done, text }),
  };
}

/** Digest of the files outside the run folder that a stage reads, by the manifest; none where it reads none. */
function besideDigest<C>({ manifest, config }: RunState<C>, stage: WholeStage<C>): { inputs?: string } {
  const paths = stage.inputs?.(config) ?? [];
  if (paths.length === 0) return {};
  return { inputs: sha256Of(JSON.stringify(paths.map((path) => manifest.data.inputs[path]?.sha256 ?? null))) };
}

/** Runs a stage without parts when what it reads has changed or what it wrote is gone; true when it ran. */
export async function runWholeStage<C>(state: RunState<C>, stage: WholeStage<C>): Promise<boolean> {
  const { manifest, folder } = state;
  const shown = stage.showsConfig ? { configuration: sha256Of(JSON.stringify(manifest.data.config)) } : {};
  const reads = { ...state.digests(stage.reads), ...shown, ...besideDigest(state, stage) };
  const before = manifest.data.stages[stage.name];
  if (before?.status === 'done' && differingKey(before.reads, reads) === null) {
    if (await areWhole(folder.out, before.outputs)) return false;
  }
  const begun = performance.now();
  const known = { unit: stage.unit, tool: stage.name, reads, started_at: nowIso() };
  const entry = newStageEntry({ status: 'running', ...known });
  manifest.data.stages[stage.name] = entry;
  await manifest.save();
  state.report({ type: 'stage_start', stage: stage.name, parts: 1, partsDone: 0, units: 0 });
  for (const output of stage.outputs) await rm(join(folder.out, output), { recursive: true, force: true });
  const counts = await stage.run(wholeContext(state, stage));
  const outputs = await hashOutputs(folder.out, stage.outputs);
  const digest = stageDigest(Object.values(outputs));
  manifest.data.stages[stage.name] = { ...entry, status: 'done', counts, outputs, digest, ended_at: nowIso() };
  await manifest.save();
  state.report({ type: 'part_done', stage: stage.name, part: onlyPart, counts, facts: {} });
  state.report({ type: 'stage_done', stage: stage.name, counts, seconds: (performance.now() - begun) / 1000 });
  return true;
}
