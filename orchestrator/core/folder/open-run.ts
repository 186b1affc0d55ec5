import { randomInt } from 'node:crypto';
import { mkdir, stat } from 'node:fs/promises';
import { CensusError } from '../../errors.ts';
import type { Found } from '../process/programs.ts';
import { nowIso } from './entries.ts';
import { exists, sha256File } from './files.ts';
import { type Change, differences, type Manifest, ManifestFile, readManifest, schemaVersion } from './manifest.ts';
import { keepOptOuts, lastOptOuts, type OptOuts, requireAllOptOuts } from './opt-outs.ts';

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
  /** The blocklist as read for this start; null without one. */
  optOuts: OptOuts | null;
  /** Reads the configuration of an earlier start, with keys that are younger than it at their defaults. */
  stored: (config: Record<string, unknown>) => { config: Record<string, unknown>; blocklist: string | null };
  /** Whether a started run lets a change through: what only restrains sending. */
  mayChange: (change: Change) => boolean;
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

function shown(value: unknown): string {
  return value === undefined ? 'not there' : JSON.stringify(value);
}

/** A run of before Parquet is not gone on with: half of its records would be of one layout and half of the other. */
function requireSameLayout(run: string, { schema_version, census }: Manifest): void {
  if (schema_version === schemaVersion) return;
  throw new CensusError(
    'E_RUN_FOLDER',
    `run ${run} was made with schema_version ${schema_version}, this version goes on with ${schemaVersion} only`,
    `mptcp-census replay and cat read it; to complete it, use the version that began it: ${census.version ?? '?'}, commit ${census.git_commit ?? '?'}`,
  );
}

/** What this start changes of the configuration. */
async function allowedChanges(before: Manifest, input: OpenRun, inputs: Manifest['inputs']): Promise<Change[]> {
  const stored = input.stored(before.config);
  const changes = differences(stored.config, input.config);
  const other = 'give the run another name, or put the configuration back as manifest.json has it';
  const refused = changes.find((change) => !input.mayChange(change));
  if (refused !== undefined) {
    throw new CensusError(
      'E_RUN_FOLDER',
      `run ${input.name} was started with another configuration: ${refused.key} was ${shown(refused.before)} and is ${shown(refused.after)} now`,
      `${other}; only what restrains sending may change: more opt-outs, a lower rate, contact, interface, gateway, and memory`,
    );
  }
  await requireAllOptOuts(input.folder, before, stored.blocklist, input.optOuts);
  for (const [path, { sha256 }] of Object.entries(before.inputs)) {
    const now = inputs[path]?.sha256;
    if (now === sha256 || path === stored.blocklist) continue;
    const message = `run ${input.name} was started with another content of ${path}: sha256 was ${sha256} and is ${now ?? 'not there'} now`;
    throw new CensusError('E_RUN_FOLDER', message, other);
  }
  return changes;
}

/**
 * Opens a run folder: a new one, or an earlier run's to go on with.
 * @throws CensusError E_RUN_FOLDER when the earlier run had another configuration or other inputs, naming the key or file
 */
export async function openRun(input: OpenRun): Promise<ManifestFile> {
  await mkdir(input.folder, { recursive: true });
  const inputs = await hashInputs(input.inputs);
  const before = await readManifest(input.folder);
  if (before !== null) requireSameLayout(input.name, before);
  const programs = Object.fromEntries(
    input.programs.map(({ program, path, version, runsAs }) => [program.name, { path, version, runs_as: runsAs }]),
  );
  const changes = before === null ? [] : await allowedChanges(before, input, inputs);
  const start = {
    at: nowIso(),
    census: input.census,
    vantage: input.vantage,
    changed: Object.fromEntries(changes.map(({ key, before, after }) => [key, { before, after }])),
    blocklist: input.optOuts === null ? null : await keepOptOuts(input.folder, input.optOuts),
    rereads: [],
  };
  if (before !== null) {
    // Each command keeps the version that it ran with; here stands what this start found.
    const starts = [...before.starts, start];
    const manifest = new ManifestFile(input.folder, { ...before, config: input.config, inputs, programs, starts });
    const last = lastOptOuts(before);
    if (changes.length > 0 || last?.sha256 !== start.blocklist?.sha256) await manifest.save();
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
    purges: [],
    rule_set: 'ours',
    rules_version: null,
    result_sha256: null,
  });
  await manifest.save();
  return manifest;
}
