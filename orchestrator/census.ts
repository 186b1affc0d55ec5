import { basename, join, resolve } from 'node:path';
import { requireBudget } from './config/budget.ts';
import type { Config } from './config/config.ts';
import { refuseUnsafe } from './config/file.ts';
import { drawsControls, mayChange, namesTable, readOptOuts } from './config/restraint.ts';
import { givenSentinels } from './config/sentinels.ts';
import { storedConfig } from './config/stored.ts';
import { databaseVersion } from './core/database/duckdb.ts';
import { hasFinishedParts } from './core/folder/finished.ts';
import { RunFolder, requireInPlace, requirePlainPath } from './core/folder/folder.ts';
import { lockFolder } from './core/folder/lock.ts';
import { type Manifest, ManifestFile, readManifest } from './core/folder/manifest.ts';
import { openRun, type Start } from './core/folder/open-run.ts';
import type { OptOuts } from './core/folder/opt-outs.ts';
import { untilStopped } from './core/folder/stop-file.ts';
import { checkSources, hasFetched } from './core/inputs/fetched.ts';
import { LateOptOuts } from './core/opt-outs/late.ts';
import { OptOutReader } from './core/opt-outs/reader.ts';
import { makeOwnFolder } from './core/process/owner.ts';
import { type Found, type Need, requirePrograms } from './core/process/programs.ts';
import type { Reporter } from './core/progress.ts';
import { type Replayed, replayStages, requireSameInputs } from './core/replay.ts';
import { runStages } from './core/run.ts';
import type { Program } from './core/tool.ts';
import { CensusError } from './errors.ts';
import { checkInputs, decodeInputs, inputsOf, partStages, wishesOf } from './inputs/inputs.ts';
import { leavingNothing } from './machine/afterwards.ts';
import { watchingClock } from './machine/clock.ts';
import { requirePrivileges } from './machine/privileges.ts';
import { provenance } from './machine/provenance.ts';
import { requireReachable, requireReady } from './machine/ready.ts';
import { requireRoom } from './machine/room.ts';
import { vantagePoint } from './machine/vantage.ts';
import { pipeline } from './pipeline.ts';
import type { RuleSetName } from './schemas/lists.ts';
import { requireSentinels } from './sentinels/require.ts';
import { Sentinels } from './sentinels/sentinels.ts';
import { findTool } from './tools/finder.ts';
import { uplinkOf } from './uplink/uplink.ts';
import { requireNamed, requireReplays, requireUntaken, requireWritable } from './verify/own-folder.ts';
import { requireUndamaged } from './verify/undamaged.ts';
import type { Progress } from './verify/verify.ts';

/** Names of all stages, in order of reading. */
export function stageNames(): string[] {
  return pipeline(findTool).map(({ name }) => name);
}

/** The programs that a run with this configuration starts, by stage. */
export function needsOf(config: Config): Need[] {
  const ofStages = partStages(config).map((stage) => ({
    stage: stage.name,
    programs: stage.tool(config).programs ?? [],
  }));
  const { programs = [] } = findTool('sentinel_prober', 'zmap');
  return givenSentinels(config).length === 0 ? ofStages : [...ofStages, { stage: 'sentinels', programs }];
}

/** @throws CensusError when a tool cannot serve this configuration with the programs that were found */
export function checkTools(config: Config, found: readonly Found[]): void {
  const runsAs = (program: Program) => found.find((one) => one.program.name === program.name)?.runsAs ?? null;
  for (const stage of partStages(config)) stage.tool(config).check?.(config, runsAs);
}

/**
 * Asks where files of the day will be fetched from, before anything else is asked of anybody.
 * @throws CensusError when a source cannot be reached or has nothing near enough
 */
export async function checkSourcesOf(config: Config, before: { folder: RunFolder; manifest: Manifest } | null) {
  await checkSources(partStages(config), config, before);
}

export interface CensusInput {
  /** Path of the run folder; its last name is the run's. */
  folder: string;
  config: Config;
  report: Reporter;
  signal: AbortSignal;
  terminal: boolean;
}

/**
 * Makes a census, or what is missing of one. Everything that can stop it is checked before the first packet: refusals, programs,
 * privileges, inputs, an earlier run with other settings.
 */
export async function runCensus(input: CensusInput): Promise<Manifest> {
  const { config } = input;
  refuseUnsafe(config);
  requireBudget(config);
  requireSentinels(config);
  const optOuts = readOptOuts(config);
  const needs = needsOf(config);
  const programs = await requirePrograms(needs);
  checkTools(config, programs);
  requirePrivileges(needs);
  await requireReady(config);
  requireNamed(input.folder);
  const folder = resolve(input.folder);
  requirePlainPath(folder);
  await makeOwnFolder(folder);
  await requireWritable(folder, pipeline(findTool));
  // The blocklist too: it is read again while the run sends.
  await requireReachable([folder, ...inputsOf(config), ...(optOuts === null ? [] : [optOuts.path])]);
  const release = await lockFolder(folder);
  return await leavingNothing(async () => await censusIn(folder, input, { optOuts, programs }))
    .catch(async (error: unknown) => {
      await requireInPlace(folder);
      throw error;
    })
    .finally(release);
}

/** The same within a folder that is this process's. */
async function censusIn(
  folder: string,
  input: CensusInput,
  { optOuts, programs }: { optOuts: OptOuts | null; programs: Awaited<ReturnType<typeof requirePrograms>> },
): Promise<Manifest> {
  const { config } = input;
  const before = await readManifest(folder);
  if (before !== null) {
    const tell = (checked: Progress) => input.report({ type: 'folder_check', stage: 'start', ...checked });
    await requireUndamaged(folder, pipeline(findTool), tell);
  }
  if (before === null) {
    await requireUntaken(folder, pipeline(findTool));
    await requireRoom(folder, config);
  }
  const earlier = before === null ? null : { folder: new RunFolder(folder), manifest: before };
  await checkSourcesOf(config, earlier);
  await checkInputs(config, before, (path, share, left) =>
    input.report({ type: 'input_check', stage: 'start', path, share, left }),
  );
  const manifest = await openRun({
    ...(await startOf(folder, config, optOuts)),
    seed: config.seed,
    programs,
    census: { ...(await provenance()), duckdb: databaseVersion() },
    vantage: vantagePoint(config),
  });
  // Stages read the run's own copy: what was understood at the start holds to the end.
  const copy = manifest.data.starts.at(-1)?.blocklist?.copy;
  const kept = { ...config, scan: { ...config.scan, blocklist: copy === undefined ? null : join(folder, copy) } };
  const of = { manifest, folder: new RunFolder(folder), stages: pipeline(findTool), uplink: uplinkOf(config) };
  const run = { ...input, ...of, config: kept, memory: config.memory };
  const sending = (late: LateOptOuts | null) =>
    untilStopped(folder, input.signal, (signal) =>
      runStages({ ...run, signal, optOuts: late, watcher: watcherOf(kept, { manifest, folder, signal, late }) }),
    );
  const reading = { folder, manifest, report: input.report };
  await watchingClock(manifest, () => whileReading(config, optOuts, reading, sending));
  return manifest.data;
}

/** What a start with this configuration is compared with the folder by. */
export async function startOf(folder: string, config: Config, optOuts: OptOuts | null): Promise<Start> {
  const wishes = wishesOf(config);
  // Switched off, the stage reads no table; switched on again, it is compared with what it was measured with.
  const isOn = wishes.some(({ name, enabled }) => name === 'asn' && enabled);
  const tableIsFixed = isOn && (await hasFetched(new RunFolder(folder), 'asn'));
  // Whom handshake asks follows from them: it would ask everybody again.
  const isAsked = await hasFinishedParts(new RunFolder(folder), 'handshake', undefined);
  return {
    folder,
    name: basename(folder),
    config,
    stages: wishes,
    optOuts,
    stored: storedOf,
    mayChange: (change) =>
      (tableIsFixed && namesTable(change)) || (isAsked && drawsControls(change)) ? false : mayChange(change),
  };
}

/** Who asks the sentinels; null without any. */
function watcherOf(
  config: Config,
  of: { manifest: ManifestFile; folder: string; signal: AbortSignal; late: LateOptOuts | null },
): Sentinels | null {
  if (givenSentinels(config).length === 0) return null;
  const { manifest, folder, signal, late } = of;
  const { seed, programs } = manifest.data;
  const entries = Object.entries(programs);
  const versions = Object.fromEntries(entries.map(([name, { version }]) => [name, version]));
  const runsAs = Object.fromEntries(entries.map(([name, { runs_as }]) => [name, runs_as]));
  return new Sentinels(manifest, { config, seed, signal, optOuts: late, versions, runsAs, temp: join(folder, '.tmp') });
}

/** Does the work while the blocklist is read again and again: who is added to it is sent nothing more. */
async function whileReading(
  config: Config,
  optOuts: OptOuts | null,
  of: { folder: string; manifest: ManifestFile; report: Reporter },
  work: (late: LateOptOuts | null) => Promise<void>,
): Promise<void> {
  if (optOuts === null) return await work(null);
  const late = new LateOptOuts(optOuts.prefixes);
  const reader = new OptOutReader({ ...of, path: optOuts.path, late }, optOuts.bytes);
  reader.start(1000 * config.scan.reread);
  try {
    await work(late);
  } finally {
    await reader.end();
  }
}

function storedOf(config: Record<string, unknown>) {
  const stored = storedConfig(config);
  return { config: stored, blocklist: stored.scan.blocklist, stages: wishesOf(stored) };
}

/**
 * Decodes a finished run again, offline, into `into`, and judges it by a table of rules.
 * @throws CensusError E_RUN_FOLDER if there is no finished run, or an input has changed since
 */
export async function replayCensus(input: {
  folder: string;
  into: string;
  rules: RuleSetName;
  report: Reporter;
  signal: AbortSignal;
}): Promise<Replayed[]> {
  requireNamed(input.into);
  const root = resolve(input.folder);
  for (const path of [root, resolve(input.into)]) requirePlainPath(path);
  await requireReplays(root, resolve(input.into));
  const before = await readManifest(root);
  if (before === null)
    throw new CensusError('E_RUN_FOLDER', `${root} holds no manifest.json`, 'name a run folder, such as runs/lab');
  const config = storedConfig(before.config);
  const read = new Set(decodeInputs(config));
  const inputs = Object.entries(before.inputs).filter(([path]) => read.has(path));
  await requireSameInputs({ ...before, inputs: Object.fromEntries(inputs) });
  const out = resolve(input.into);
  await makeOwnFolder(out, root);
  const manifest = new ManifestFile(out, { ...structuredClone(before), replay: true, rule_set: input.rules });
  const folder = new RunFolder(root, out);
  return await replayStages({
    ...input,
    folder,
    manifest,
    config,
    memory: config.memory,
    before,
    terminal: false,
    stages: pipeline(findTool),
  });
}
