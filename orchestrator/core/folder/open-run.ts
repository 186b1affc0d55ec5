import { randomInt } from 'node:crypto';
import { mkdir, rm, stat } from 'node:fs/promises';
import { CensusError } from '../../errors.ts';
import type { Found } from '../process/programs.ts';
import { type Allowed, allowedChanges, type StageWish, type Stored, sectionOf } from './changes.ts';
import { nowIso } from './entries.ts';
import { ifMissing, sha256File } from './files.ts';
import { RunFolder } from './folder.ts';
import { type Change, type Manifest, ManifestFile, readManifest, schemaVersion } from './manifest.ts';
import { keepOptOuts, lastOptOuts, type OptOuts, requireAllOptOuts } from './opt-outs.ts';

export interface OpenRun {
  folder: string;
  name: string;
  /** Resolved configuration, plain. */
  config: Record<string, unknown>;
  /** null: drawn once per run */
  seed: number | null;
  /** What the configuration wants of each stage. */
  stages: StageWish[];
  programs: Found[];
  census: Manifest['census'];
  vantage: Manifest['vantage'];
  /** The blocklist as read for this start; null without one. */
  optOuts: OptOuts | null;
  /** Reads the configuration of an earlier start, with keys that are younger than it at their defaults. */
  stored: (config: Record<string, unknown>) => Stored;
  /** Whether a started run lets a change through: what only restrains sending; null: that depends on the stage it concerns. */
  mayChange: (change: Change) => boolean | null;
}

async function hashInput(path: string): Promise<Manifest['inputs'][string]> {
  const refused = (why: string, hint: string, cause?: unknown) =>
    new CensusError('E_INPUT', `${path} ${why}`, `the configuration names it; ${hint}`, cause);
  const there = await stat(path)
    .catch(ifMissing(null))
    .catch((cause: Error) => {
      throw refused(`cannot be read: ${cause.message}`, 'let whoever makes the run read it', cause);
    });
  if (there === null) throw refused('does not exist', 'correct the path or make the file');
  if (there.isDirectory()) throw refused('is a folder, and a file is needed there', 'name the file');
  const sha256 = await sha256File(path).catch((cause: Error) => {
    throw refused(`cannot be read: ${cause.message}`, 'let whoever makes the run read it', cause);
  });
  return { sha256, bytes: there.size };
}

async function hashInputs(paths: string[]): Promise<Manifest['inputs']> {
  const inputs: Manifest['inputs'] = {};
  for (const path of [...new Set(paths)].sort()) {
    inputs[path] = await hashInput(path);
  }
  return inputs;
}

/** A run of before Parquet is not gone on with: half of its records would be of one layout and half of the other. */
function requireSameLayout(run: string, { schema_version, census }: Manifest): void {
  if (schema_version === schemaVersion) return;
  throw new CensusError(
    'E_RUN_FOLDER',
    `run ${run} was made with schema_version ${schema_version}, this version resumes only ${schemaVersion}`,
    `mptcp-census replay and cat read it; to complete it, use the version that began it: ${census.version ?? '?'}, commit ${census.git_commit ?? '?'}`,
  );
}

/** Stages of earlier versions say with their configuration what their parts were made with; it may change with this start. */
function keepSettings({ config, stages }: Manifest): void {
  for (const [name, entry] of Object.entries(stages)) {
    if (entry.status !== 'left_out') entry.settings ??= sectionOf(config, name);
  }
}

/** What a start is compared with that the folder holds. */
export type Start = Pick<OpenRun, 'folder' | 'name' | 'config' | 'stages' | 'optOuts' | 'stored' | 'mayChange'>;

interface Compared {
  /** null: nothing was started in the folder. */
  before: Manifest | null;
  inputs: Manifest['inputs'];
  allowed: Allowed | null;
}

/**
 * Compares a start with the run that the folder holds; writes nothing.
 * @throws CensusError E_RUN_FOLDER when the earlier run had another configuration or other inputs, naming the key or file
 */
export async function compareStart(input: Start): Promise<Compared> {
  const inputs = await hashInputs(input.stages.flatMap((stage) => stage.inputs));
  const before = await readManifest(input.folder);
  if (before === null) return { before, inputs, allowed: null };
  requireSameLayout(input.name, before);
  const allowed = await allowedChanges({ ...input, before, inputs });
  await requireAllOptOuts(input.folder, before, allowed.blocklist, input.optOuts);
  return { before, inputs, allowed };
}

/**
 * Opens a run folder: a new one, or an earlier run's to go on with.
 * @throws CensusError E_RUN_FOLDER as `compareStart`
 */
export async function openRun(input: OpenRun): Promise<ManifestFile> {
  await mkdir(input.folder, { recursive: true });
  const { before, inputs, allowed } = await compareStart(input);
  const programs = Object.fromEntries(
    input.programs.map(({ program, path, version, runsAs }) => [program.name, { path, version, runs_as: runsAs }]),
  );
  if (before !== null && allowed !== null) {
    keepSettings(before);
    for (const stage of allowed.anew) await rm(new RunFolder(input.folder).cut(stage), { force: true });
  }
  const changes = allowed?.changes ?? [];
  const start = {
    at: nowIso(),
    census: input.census,
    vantage: input.vantage,
    corrected: allowed?.corrected ?? {},
    // JSON has no undefined: a key that was not there is null.
    changed: Object.fromEntries(
      changes.map(({ key, before, after }) => [key, { before: before ?? null, after: after ?? null }]),
    ),
    blocklist: input.optOuts === null ? null : await keepOptOuts(input.folder, input.optOuts),
    rereads: [],
    clock_steps: [],
  };
  if (before !== null && allowed !== null) {
    // Each command keeps the version that it ran with; here stands what this start found.
    const starts = [...before.starts, start];
    const manifest = new ManifestFile(input.folder, {
      ...before,
      config: input.config,
      inputs: allowed.inputs,
      programs,
      starts,
    });
    const last = lastOptOuts(before);
    const corrected = Object.keys(allowed.corrected).length > 0;
    if (changes.length > 0 || corrected || last?.sha256 !== start.blocklist?.sha256) await manifest.save();
    return manifest;
  }
  const manifest = new ManifestFile(input.folder, {
    schema_version: schemaVersion,
    run: input.name,
    created_at: nowIso(),
    finished_at: null,
    census: input.census,
    vantage: input.vantage,
    seed: input.seed ?? randomInt(1, 2 ** 31),
    config: input.config,
    inputs,
    programs,
    starts: [start],
    stages: {},
    sentinels: [],
    vantage_impaired: null,
    purges: [],
    rule_set: 'ours',
    rules_version: null,
    result_sha256: null,
  });
  await manifest.save();
  return manifest;
}
