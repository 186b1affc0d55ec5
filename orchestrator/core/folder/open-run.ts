import { randomInt } from 'node:crypto';
import { mkdir, stat } from 'node:fs/promises';
import { CensusError } from '../../errors.ts';
import type { Found } from '../process/programs.ts';
import { nowIso } from './entries.ts';
import { exists, sha256File } from './files.ts';
import { differingKey, type Manifest, ManifestFile, readManifest, schemaVersion } from './manifest.ts';

export interface OpenRun {
  folder: string;
  name: string;
  /** Resolved configuration, plain. */
  config: Record<string, unknown>;
  /** null: drawn once per run */
  seed: number | null;
  /** Files outside the run folder that it reads. */
  inputs: string[];
  programs: Found[];
  census: Manifest['census'];
  vantage: Manifest['vantage'];
}

async function hashInputs(paths: string[]): Promise<Manifest['inputs']> {
  const inputs: Manifest['inputs'] = {};
  for (const path of [...new Set(paths)].sort()) {
    if (!(await exists(path))) {
      throw new CensusError(
        'E_INPUT',
        `${path} does not exist`,
        'the configuration names it; correct the path or make the file',
      );
    }
    inputs[path] = { sha256: await sha256File(path), bytes: (await stat(path)).size };
  }
  return inputs;
}

function refuseOtherRun(before: Manifest, input: OpenRun, inputs: Manifest['inputs']): void {
  const key = differingKey(before.config, input.config);
  const other = 'give the run another name, or put the configuration back as manifest.json has it';
  if (key !== null) {
    throw new CensusError(
      'E_RUN_FOLDER',
      `run ${input.name} was started with another configuration: ${key} differs`,
      other,
    );
  }
  const changed = Object.keys(before.inputs).find((path) => inputs[path]?.sha256 !== before.inputs[path]?.sha256);
  if (changed !== undefined) {
    throw new CensusError('E_RUN_FOLDER', `run ${input.name} was started with another content of ${changed}`, other);
  }
}

/**
 * Opens a run folder: a new one, or an earlier run's to go on with.
 * @throws CensusError E_RUN_FOLDER when the earlier run had another configuration or other inputs, naming the key or file
 */
export async function openRun(input: OpenRun): Promise<ManifestFile> {
  await mkdir(input.folder, { recursive: true });
  const inputs = await hashInputs(input.inputs);
  const before = await readManifest(input.folder);
  const programs = Object.fromEntries(
    input.programs.map(({ program, path, version, runsAs }) => [program.name, { path, version, runs_as: runsAs }]),
  );
  const start = { at: nowIso(), census: input.census, vantage: input.vantage };
  if (before !== null) {
    refuseOtherRun(before, input, inputs);
    // Each command keeps the version that it ran with; here stands what this start found.
    const starts = [...before.starts, start];
    return new ManifestFile(input.folder, { ...before, programs, starts });
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
    rules_version: null,
    result_sha256: null,
  });
  await manifest.save();
  return manifest;
}
