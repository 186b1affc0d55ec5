import { join } from 'node:path';
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
