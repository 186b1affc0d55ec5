import { CensusError } from '../../errors.ts';
import type { StageEntry } from './entries.ts';
import { hasFinishedParts } from './finished.ts';
import { RunFolder } from './folder.ts';
import { type Change, differences, type Manifest } from './manifest.ts';

/** What a configuration wants of one stage; its section in it has the stage's name. */
export interface StageWish {
  name: string;
  /** false: the configuration leaves the stage out. */
  enabled: boolean;
  /** Files outside the run folder that its parts are made from. */
  inputs: string[];
}

/** A configuration as a manifest keeps it. */
export interface Stored {
  config: Record<string, unknown>;
  blocklist: string | null;
  stages: StageWish[];
}

/** A start of a run that was started before. */
export interface Restart {
  folder: string;
  name: string;
  before: Manifest;
  config: Record<string, unknown>;
  stages: StageWish[];
  inputs: Manifest['inputs'];
  stored: (config: Record<string, unknown>) => Stored;
  /** Whether a started run lets a change through; null: that depends on the stage it concerns. */
  mayChange: (change: Change) => boolean | null;
}

/** What a start may change of a started run, and what it changes. */
export interface Allowed {
  /** Keys that differ from the start before. */
  changes: Change[];
  /** Files that stages read, those of stages that are switched off and keep their records included. */
  inputs: Manifest['inputs'];
  /** Files whose content differs from that of the start before. */
  corrected: Manifest['starts'][number]['corrected'];
  /** Path of the blocklist as the configuration had it. */
  blocklist: string | null;
  /** Stages without finished parts whose settings or inputs are others now: their split into parts may have followed from them. */
  anew: string[];
}

function shown(value: unknown): string {
  return value === undefined ? 'not there' : JSON.stringify(value);
}

/** The section of the configuration that a stage has; null where it has none. */
export function sectionOf(config: Record<string, unknown>, stage: string): StageEntry['settings'] {
  const section = config[stage];
  return typeof section === 'object' && section !== null ? { ...section } : null;
}

/** The configuration of before, stages that were switched off with the settings that their records were made with. */
export function asMeasured({ config, stages }: Manifest): Record<string, unknown> {
  const kept = Object.entries(stages).flatMap(([name, { status, settings }]) =>
    status === 'left_out' && settings !== null ? [[name, settings] as const] : [],
  );
  return { ...config, ...Object.fromEntries(kept) };
}

/** Settings of the stage come under its name, and its size of parts under `parts`. */
function stageOfKey(key: string, stages: StageWish[]): StageWish | undefined {
  const [first, second] = key.split('.');
  const name = first === 'parts' ? second : first;
  return stages.find((stage) => stage.name === name);
}

/** What is known of a restart: the configuration as it was measured, and the stages with finished parts. */
interface Known {
  was: Stored;
  finished: ReadonlySet<string>;
  /** What helps whoever is refused. */
  other: string;
}

/**
 * Stages that get other settings before any of their parts is finished.
 * @throws CensusError E_RUN_FOLDER naming the first key that may not change
 */
function newlySet({ name, config, stages, mayChange }: Restart, { was, finished, other }: Known): string[] {
  return differences(was.config, config).flatMap((change) => {
    const { key, before, after } = change;
    const restrains = mayChange(change);
    if (restrains === true) return [];
    const stage = stageOfKey(key, stages);
    if (restrains === null && stage !== undefined && !(stage.enabled && finished.has(stage.name))) return [stage.name];
    const why = restrains === null && stage !== undefined ? `, and ${stage.name} has finished parts` : '';
    throw new CensusError(
      'E_RUN_FOLDER',
      `run ${name} was started with another configuration${why}: ${key} was ${shown(before)} and is ${shown(after)} now`,
      `${other}; docs/run-folder.md says what a started run may change`,
    );
  });
}

/**
 * Files whose content differs from that of the start before, those that only stages without finished parts read.
 * @throws CensusError E_RUN_FOLDER naming the first file that others read too
 */
function readAnew({ name, before, inputs, stages }: Restart, { was, finished, other }: Known) {
  const kept: Manifest['inputs'] = {};
  const corrected: Allowed['corrected'] = {};
  const readBy: string[] = [];
  for (const [path, input] of Object.entries(before.inputs)) {
    const now = inputs[path];
    if (now?.sha256 === input.sha256 || path === was.blocklist) continue;
    const readers = was.stages.filter((stage) => stage.inputs.includes(path)).map((stage) => stage.name);
    const bound = readers.filter((reader) => finished.has(reader));
    const active = bound.find((reader) => stages.some((stage) => stage.name === reader && stage.enabled));
    if (active !== undefined) {
      const message = `run ${name} was started with another content of ${path}, and ${active} has finished parts: sha256 was ${input.sha256} and is ${now?.sha256 ?? 'not there'} now`;
      throw new CensusError('E_RUN_FOLDER', message, other);
    }
    if (now !== undefined) corrected[path] = { before: input.sha256, after: now.sha256 };
    else if (bound.length > 0) kept[path] = input;
    readBy.push(...readers);
  }
  return { kept, corrected, readBy };
}

/**
 * What this start changes. Three things may be: what only restrains sending, a stage that is switched on or off, and settings and
 * inputs of a stage of which no part is finished.
 * @throws CensusError E_RUN_FOLDER naming the first key or file that may not
 */
export async function allowedChanges(restart: Restart): Promise<Allowed> {
  const { before, inputs, stages } = restart;
  const folder = new RunFolder(restart.folder);
  const finished = new Set<string>();
  for (const { name } of stages) {
    if (await hasFinishedParts(folder, name, before.stages[name])) finished.add(name);
  }
  const was = restart.stored(asMeasured(before));
  const other = 'give the run another name, or put back what manifest.json has';
  const set = newlySet(restart, { was, finished, other });
  const { kept, corrected, readBy } = readAnew(restart, { was, finished, other });
  const anew = [...new Set([...set, ...readBy])].filter((stage) => !finished.has(stage));
  const changes = differences(restart.stored(before.config).config, restart.config);
  return { changes, inputs: { ...kept, ...inputs }, corrected, blocklist: was.blocklist, anew };
}
