import { readFile } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { CensusError } from '../../errors.ts';

/**
 * @param path the whole path of a run folder
 * @throws CensusError E_RUN_FOLDER when the database would take it for a pattern, and might read the records of another run
 */
export function requirePlainPath(path: string): void {
  const [odd] = /[*?[\]\\]/.exec(path) ?? [];
  if (odd === undefined) return;
  throw new CensusError(
    'E_RUN_FOLDER',
    `${path} has ${odd} in it, which the database takes for a pattern`,
    'choose a folder whose whole path has none of * ? [ ] and backslash',
  );
}

export const lockName = '.lock';

/** What the lock of each folder says that this process works in, by the folder's whole path. */
const held = new Map<string, string>();

/** Says that this process works in a folder, whose lock has this text; the function returned says that it no longer does. */
export function hold(folder: string, lock: string): () => void {
  const whole = resolve(folder);
  held.set(whole, lock);
  return () => held.delete(whole);
}

/**
 * A run folder may be moved or removed while a run works in it: what is still to be written belongs to no run then, and makes no second
 * folder of that name. The lock tells, for it moves along; numbers of files change by themselves on some file systems.
 * @throws CensusError E_RUN_FOLDER when the path is in a folder that this process works in, and whose lock is no longer there
 */
export async function requireInPlace(path: string): Promise<void> {
  const whole = resolve(path);
  for (const [folder, lock] of held) {
    if (whole !== folder && !whole.startsWith(`${folder}${sep}`)) continue;
    if ((await readFile(join(folder, lockName), 'utf8').catch(() => null)) === lock) continue;
    throw new CensusError(
      'E_RUN_FOLDER',
      `${folder} is no longer the folder of this run: it was moved or removed, or its lock was`,
      'nothing more is written there; give the same command the place where the folder is now: it resumes from what is finished',
    );
  }
}

/** Every path of a run folder, made in one place (docs/run-folder.md). `root` holds raw/, `out` the records decoded from it: the same folder but in a replay. */
export class RunFolder {
  readonly root: string;
  readonly out: string;

  constructor(root: string, out = root) {
    this.root = root;
    this.out = out;
  }

  static partName(index: number): string {
    return String(index).padStart(5, '0');
  }

  /** Units of one part. */
  input(stage: string, part: string): string {
    return join(this.root, 'raw', stage, 'input', `${part}.ndjson`);
  }

  /** Says that the cut into parts is whole. */
  cut(stage: string): string {
    return join(this.root, 'raw', stage, 'input', 'cut.json');
  }

  rawStage(stage: string): string {
    return join(this.root, 'raw', stage);
  }

  /** What the programs of one part left. */
  raw(stage: string, part: string): string {
    return join(this.root, 'raw', stage, part);
  }

  /** Where a part is collected until it is whole. */
  rawPartial(stage: string, part: string): string {
    return join(this.root, 'raw', stage, `${part}.partial`);
  }

  /** Where a raw stage goes that was measured again: packets cannot be asked twice, so none are thrown away. */
  superseded(stage: string, count: number): string {
    return join(this.root, 'raw', 'superseded', `${stage}.${count}`);
  }

  /** What a stage fetched beside its parts, once for the run. */
  fetched(stage: string): string {
    return join(this.root, 'raw', 'fetched', stage);
  }

  /** Says what was fetched, and that it is whole. */
  fetchedEntry(stage: string): string {
    return join(this.root, 'raw', 'fetched', `${stage}.json`);
  }

  records(stage: string, part: string): string {
    return join(this.out, stage, `${part}.parquet`);
  }

  /** What is known of a part that is done: written last. */
  entry(stage: string, part: string): string {
    return join(this.out, stage, `${part}.json`);
  }

  stage(stage: string): string {
    return join(this.out, stage);
  }

  rejectsPart(stage: string, part: string): string {
    return join(this.out, 'rejects', 'parts', `${stage}-${part}.ndjson`);
  }

  rejects(stage: string): string {
    return join(this.out, 'rejects', `${stage}.ndjson`);
  }

  temp(): string {
    return join(this.out, '.tmp');
  }
}
