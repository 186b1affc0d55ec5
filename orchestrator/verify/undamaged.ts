import { join } from 'node:path';
import { exists } from '../core/folder/files.ts';
import { purgeMark } from '../core/folder/purge-mark.ts';
import { CensusError } from '../errors.ts';
import { cureOf, type Finding, type Kind } from './finding.ts';
import { type Progress, verifyFolder } from './verify.ts';
import type { StageShape } from './view.ts';

/** What a run reads or goes on from, and cannot make again without asking anybody. */
const relied: ReadonlySet<Kind> = new Set(['manifest', 'blocklist', 'fetched', 'cut', 'input', 'raw', 'entry']);
/** Of these, what nobody may remove: the others are removed to have them fetched, measured or written again. */
const kept: ReadonlySet<Kind> = new Set(['blocklist', 'input', 'raw']);

/**
 * Whether a run must not go on. Records and outputs that differ are made again from what they were made from; folders of raw files that
 * are gone as a whole were removed on purpose (docs/run-folder.md).
 */
function forbids({ told, kind, path }: Finding): boolean {
  if (told === 'differs') return relied.has(kind);
  if (told === 'missing') return kept.has(kind) && !path.endsWith('/');
  return told === 'unexpected' && kind === 'raw';
}

/**
 * Compares a run folder with its hashes before anything is built on it.
 * @param onRead hears of each piece that was read
 * @throws CensusError E_RUN_FOLDER where a purge was ended; else naming the first file that is not as it was written, and what to do about it
 */
export async function requireUndamaged(
  root: string,
  stages: readonly StageShape[],
  onRead: (progress: Progress) => void = () => undefined,
): Promise<void> {
  if (await exists(join(root, purgeMark))) {
    throw new CensusError(
      'E_RUN_FOLDER',
      `a purge of ${root} was ended before its end: part of the party is still there`,
      'repeat it: mptcp-census purge with the same party and folder',
    );
  }
  const progress: Progress = { files: 0, of: 0, bytes: 0 };
  for await (const finding of verifyFolder(root, stages, progress, () => onRead(progress))) {
    if (!forbids(finding)) continue;
    const { kind, path, why } = finding;
    const what = kind === 'blocklist' ? 'is not the blocklist that the run kept there' : why;
    throw new CensusError(
      'E_RUN_FOLDER',
      `${path} ${what}`,
      `${cureOf(finding)}; mptcp-census verify ${root} names every file that is damaged`,
    );
  }
}
