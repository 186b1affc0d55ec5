import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CensusError } from '../../errors.ts';
import { sectionOf } from '../folder/changes.ts';
import {
  accounted,
  addCounts,
  addReasons,
  type Counts,
  newStageEntry,
  noCounts,
  nowIso,
  type PartEntry,
  type SourceEntry,
  type StageEntry,
} from '../folder/entries.ts';
import { exists, makeFolder, sha256File, sha256Of } from '../folder/files.ts';
import type { RunFolder } from '../folder/folder.ts';
import { RawReader } from '../folder/raw-files.ts';
import { readsTheSame } from '../folder/reads.ts';
import { supersede } from '../folder/superseded.ts';
import { fetchInput } from '../inputs/fetched.ts';
import { joinRejects, requireUsable, sameRejects } from '../rejects.ts';
import { someAtOnce } from '../side-by-side/at-once.ts';
import { inTurn, Turns } from '../side-by-side/turns.ts';
import type { PartStage, RowScreen } from '../stage.ts';
import type { RunState } from '../state.ts';
import { throwIfStopped } from '../stop.ts';
import { requireSound } from './canary.ts';
import { collectPart, foldCommands, isCollected } from './collect.ts';
import { type Cut, cutParts, readCut, requireInput } from './cut.ts';
import { type Decoded, decodePart, LiveDecoding } from './decode.ts';
import { knownParts, writeEntry } from './entry-file.ts';
import type { PartJob } from './site.ts';

/** The entry and cut to go on from: those of an earlier start when what the stage reads is unchanged, else new ones. */
async function openStage<C>(
  state: RunState<C>,
  stage: PartStage<C>,
  tool: string,
): Promise<{ entry: StageEntry; cut: Cut }> {
  const { folder, manifest } = state;
  const reads = state.digests(stage.reads);
  const before = manifest.data.stages[stage.name];
  if (before !== undefined && readsTheSame(before.reads, reads)) {
    const cut = await readCut(folder, stage.name);
    if (cut !== null) {
      before.parts = await knownParts(folder, stage.name, cut, before.parts);
      before.sources = cut.sources;
      return { entry: before, cut };
    }
  }
  await supersede(folder, stage.name, folder.rawStage(stage.name));
  await rm(folder.stage(stage.name), { recursive: true, force: true });
  const entry = newStageEntry({ status: 'running', unit: stage.role.unit, tool, reads, started_at: nowIso() });
  entry.settings = sectionOf(manifest.data.config, stage.name);
  manifest.data.stages[stage.name] = entry;
  await manifest.save();
  const sources: SourceEntry[] = [];
  const { config, seed, batches, shareTable, signal } = state;
  const units = stage.units({
    ...{ config, seed, batches, shareTable, signal },
    tell: (source) => sources.push(source),
    progress: (text) => state.report({ type: 'units', stage: stage.name, part: 'input', done: 0, text }),
  });
  const cut = await cutParts(folder, stage, config, units, sources);
  entry.sources = cut.sources;
  return { entry, cut };
}

/** Raw files are compressed as they are read, and put in place when the part is entered in the manifest. */
function packingReader<C>({ folder, stage, part }: PartJob<C>): RawReader {
  return new RawReader(folder.raw(stage.name, part), join(folder.temp(), `${stage.name}-${part}.raw`));
}

/** @param input sha256 of what was asked: it was compared with the file before the part was begun */
export function partEntry(
  decoded: Decoded,
  packed: Record<string, string>,
  startedAt: string,
  input: string,
): PartEntry {
  return {
    started_at: startedAt,
    ended_at: nowIso(),
    input_sha256: input,
    output_sha256: decoded.output_sha256,
    records_sha256: decoded.records_sha256,
    raw_sha256: decoded.raw_sha256,
    packed_sha256: packed,
    rejects_sha256: decoded.rejects_sha256,
    counts: decoded.counts,
    unknown_fields: decoded.unknown_fields,
    facts: decoded.facts,
    commands: foldCommands(decoded.commands),
  };
}

/** Counts of a stage: its parts and the units that were not asked. */
export function stageCounts(entry: StageEntry, cut: Cut): Counts {
  const counts = noCounts();
  for (const part of cut.parts) {
    const done = entry.parts[part];
    if (done) addCounts(counts, done.counts);
  }
  counts.units_in = cut.units_in;
  addReasons(counts.skipped, cut.skipped);
  if (accounted(counts) === counts.units_in) return counts;
  throw new CensusError(
    'E_RUN_FOLDER',
    `${entry.unit}: ${counts.units_in} units in, ${accounted(counts)} accounted for`,
    'a part of the stage was changed after it was written; put it back as it was, from a copy of the run folder',
  );
}

/** Digest of a stage's records: what later stages compare to see whether they must be done again. */
export function stageDigest(outputs: string[]): string {
  return sha256Of(outputs.join('\n'));
}

/** Parts whose records are not there, or not as they were written. */
export async function missingParts(
  folder: RunFolder,
  stage: string,
  parts: StageEntry['parts'],
  cut: Cut,
): Promise<string[]> {
  const missing: string[] = [];
  for (const part of cut.parts) {
    const [records, rejects] = [folder.records(stage, part), folder.rejectsPart(stage, part)];
    const there = (await exists(records)) && (await exists(rejects));
    const known = parts[part];
    const same = there && (await sha256File(records)) === known?.records_sha256;
    const rejected = known?.rejects_sha256 ?? null;
    const whole = same && (rejected === null || (await sha256File(rejects)) === rejected);
    if (!whole) missing.push(part);
  }
  return missing;
}

/** What the parts of a stage share while they are done. */
interface Doing {
  entry: StageEntry;
  cut: Cut;
  screen: RowScreen | null;
  turns: Turns;
  /** One part at a time: a decode knows every unit of its part, and several of them at once end no sooner. */
  decodings: Turns;
  /** Ends when no part puts raw files aside: that writes the manifest, which only one may do at a time. */
  settingAside: Promise<void>;
}

/** A part that was whole once and whose records are gone is asked for again: someone removed them to measure anew. */
async function forgetRemoved<C>(
  state: RunState<C>,
  { stage, tool, part }: PartJob<C>,
  entry: StageEntry,
): Promise<void> {
  const removed = !(await exists(state.folder.records(stage.name, part)));
  if (entry.parts[part] === undefined || !removed || !tool.collect) return;
  await supersede(state.folder, `${stage.name}-${part}`, state.folder.raw(stage.name, part));
  delete entry.parts[part];
  await rm(state.folder.entry(stage.name, part), { force: true });
  await state.manifest.save();
}

/** Measures and decodes one part; its entry is written last. */
async function doPart<C>(state: RunState<C>, job: PartJob<C>, doing: Doing): Promise<PartEntry> {
  const { stage, part } = job;
  const { entry, cut, screen, turns } = doing;
  await requireInput(state.folder, stage.name, part, cut);
  doing.settingAside = doing.settingAside.then(() => forgetRemoved(state, job, entry));
  await doing.settingAside;
  const startedAt = nowIso();
  const live = new LiveDecoding(job);
  if (!(await isCollected(job))) await collectPart(job, { screen, turns, listen: (context) => live.open(context) });
  const reader = packingReader(job);
  const decoded = await inTurn(doing.decodings, part, async () => {
    throwIfStopped(state.signal, stage.name);
    return await decodePart(job, reader, live.sorting);
  });
  const done = partEntry(decoded, await reader.packedSha256(), startedAt, cut.inputs[part] ?? '');
  await writeEntry(state.folder, stage.name, part, done);
  entry.parts[part] = done;
  await reader.pack();
  return done;
}

/** Runs the unfinished parts of a stage; true if there was anything to do. */
export async function runPartStage<C>(state: RunState<C>, stage: PartStage<C>): Promise<boolean> {
  const tool = stage.tool(state.config);
  const { entry, cut } = await openStage(state, stage, tool.name);
  const missing = await missingParts(state.folder, stage.name, entry.parts, cut);
  if (missing.length === 0 && entry.status === 'done' && (await sameRejects(state.folder, stage.name, entry)))
    return false;

  const begun = performance.now();
  const screen = stage.screen?.(state.config) ?? null;
  const watcher = screen === null || missing.length === 0 ? null : state.watcher;
  await watcher?.begin(stage.name);
  const partsDone = cut.parts.length - missing.length;
  state.report({ type: 'stage_start', stage: stage.name, parts: cut.parts.length, partsDone, units: stageUnits(cut) });
  entry.status = 'running';
  entry.digest = null;
  const fetched = missing.length === 0 ? null : await fetchInput(state, stage, entry);
  const doing = { entry, cut, screen, turns: new Turns(), decodings: new Turns(), settingAside: Promise.resolve() };
  try {
    const done = async (part: string) => {
      throwIfStopped(state.signal, stage.name);
      const { counts, facts } = await doPart(state, state.job(stage, tool, part, fetched), doing);
      state.report({ type: 'part_done', stage: stage.name, part, counts, facts });
    };
    const others = missing.filter((part) => part !== cut.canary);
    for (const part of missing) if (part === cut.canary) await done(part);
    const rest = { config: state.config, folder: state.folder.root };
    if (others.length > 0) await requireSound(stage, cut, entry, rest);
    await someAtOnce(others, tool.partsAtOnce ?? 1, done);
    await watcher?.end(stage.name);
  } finally {
    await watcher?.settle(stage.name);
    // Not after each part: a stage of ten thousand would write its manifest ten thousand times.
    await state.manifest.save();
  }
  await makeFolder(state.folder.stage(stage.name));
  entry.rejects_sha256 = await joinRejects(state.folder, stage.name, cut.parts);
  entry.counts = stageCounts(entry, cut);
  requireUsable(state.folder, stage.name, entry);
  entry.digest = stageDigest(cut.parts.map((part) => entry.parts[part]?.output_sha256 ?? ''));
  entry.status = 'done';
  // A stage that was switched off and on again asks nobody: it keeps its dates.
  if (missing.length > 0 || entry.ended_at === null) entry.ended_at = nowIso();
  await state.manifest.save();
  state.report({
    type: 'stage_done',
    stage: stage.name,
    counts: entry.counts,
    seconds: (performance.now() - begun) / 1000,
  });
  return true;
}

function stageUnits(cut: Cut): number {
  return cut.units_in - Object.values(cut.skipped).reduce((total, count) => total + count, 0);
}
