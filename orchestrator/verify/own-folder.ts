import { readdir } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import type { Config } from '../config/config.ts';
import { ifMissing } from '../core/folder/files.ts';
import { readManifest } from '../core/folder/manifest.ts';
import { requirePlaces } from '../core/process/place.ts';
import type { Stage } from '../core/stage.ts';
import { CensusError } from '../errors.ts';

type Stages = readonly Stage<Config>[];

/**
 * @param given the path of a run folder as it was given
 * @throws CensusError E_RUN_FOLDER for one without a name, as an unset variable of a shell gives: the folder that one is in would be filled
 */
export function requireNamed(given: string): void {
  if (given.trim() !== '' && resolve(given) !== sep) return;
  throw new CensusError(
    'E_RUN_FOLDER',
    given.trim() === '' ? 'the folder has no name' : `${given} cannot be emptied or filled for a run`,
    'name a folder of its own for each run, such as runs/2026-11',
  );
}

const partsOf = (stages: Stages) => stages.filter(({ kind }) => kind === 'parts').map(({ name }) => name);

/** @throws CensusError E_RUN_FOLDER naming the first thing in a run folder that stands where a run needs a folder */
export async function requireWritable(folder: string, stages: Stages): Promise<void> {
  const parts = partsOf(stages);
  await requirePlaces(folder, [
    'raw',
    'rejects',
    'blocklists',
    '.tmp',
    ...parts,
    ...parts.map((name) => join('raw', name)),
  ]);
}

async function namesIn(folder: string): Promise<string[]> {
  return await readdir(folder).catch(ifMissing([]));
}

/**
 * A new run replaces what has the names of its results. A folder that holds such names and nothing that a run asked is somebody's own.
 * @throws CensusError E_RUN_FOLDER naming the first of them
 */
export async function requireUntaken(folder: string, stages: Stages): Promise<void> {
  const parts = partsOf(stages);
  const outputs = stages.flatMap((stage) => (stage.kind === 'parts' ? [] : stage.outputs));
  const written = new Set([...parts, ...outputs]);
  const taken = (await namesIn(folder)).find((name) => written.has(name));
  if (taken === undefined) return;
  const raw = new Set([...parts, 'superseded']);
  if ((await namesIn(join(folder, 'raw'))).some((name) => raw.has(name))) return;
  throw new CensusError(
    'E_RUN_FOLDER',
    `${folder} is no run folder, and holds ${taken}, which a run in it would replace`,
    'name a folder of its own for the run, or move that elsewhere',
  );
}

/**
 * A replay empties its folder first: it may be anywhere outside the run where there is nothing or a replay, and within it only beside what
 * belongs to the run.
 * @throws CensusError E_INPUT for any other
 */
export async function requireReplays(root: string, out: string): Promise<void> {
  const [first = ''] = relative(root, out).split(sep);
  const holdsRun = !relative(out, root).startsWith('..');
  const within = first !== '..' && first.startsWith('replay');
  const isFree = async () =>
    (await namesIn(out)).length === 0 || (await readManifest(out).catch(() => null))?.replay === true;
  if (!holdsRun && (within || (first === '..' && (await isFree())))) return;
  throw new CensusError(
    'E_INPUT',
    `${out} is no folder for a replay: what is there would be removed`,
    'name a folder outside the run that is not there yet or holds a replay, or one in the run whose name begins with replay',
  );
}
