import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { CensusError } from '../../errors.ts';
import { PartEntry, type StageEntry } from '../folder/entries.ts';
import { exists, writeWhole } from '../folder/files.ts';
import type { RunFolder } from '../folder/folder.ts';
import { openSeal, type Seal, sealText } from '../folder/sealed.ts';
import type { Cut } from './cut.ts';

/** Puts the entry of a part beside its records. It comes last: where it is, the part is done. */
export async function writeEntry(folder: RunFolder, stage: string, part: string, entry: PartEntry): Promise<void> {
  const path = folder.entry(stage, part);
  await writeWhole(path, sealText(relative(folder.out, path), entry, 1));
}

/**
 * The entry beside a part; null where there is none. Parts made in another folder, from the same cut, can be copied in with theirs.
 * @throws CensusError E_RUN_FOLDER if it is not an entry, or belongs to a part of another cut
 */
export async function readEntry(folder: RunFolder, stage: string, part: string, cut: Cut): Promise<PartEntry | null> {
  const path = folder.entry(stage, part);
  if (!(await exists(path))) return null;
  const { value, seal } = opened(relative(folder.out, path), await readFile(path, 'utf8'));
  const entry = PartEntry.safeParse(value);
  const elsewhere = entry.success && entry.data.input_sha256 !== cut.inputs[part];
  if (!entry.success || (seal === 'broken' && !elsewhere)) {
    const issue = entry.error?.issues[0];
    const what = issue === undefined ? 'was changed after it was written' : `${issue.path.join('.')}: ${issue.message}`;
    const hint = 'put it back as it was; or remove it, and it is written again from the manifest or the raw files';
    throw new CensusError('E_RUN_FOLDER', `${path}: ${what}`, hint);
  }
  if (!elsewhere) return entry.data;
  throw new CensusError(
    'E_RUN_FOLDER',
    `${path} belongs to another input, sha256 ${entry.data.input_sha256}; this run asks ${folder.input(stage, part)}`,
    'a part can be copied in from a folder with the same raw/STAGE/input alone; move its files out of this run',
  );
}

/** The entry beside a part of whatever input, for who changes both; null where there is none. */
export async function entryBeside(folder: RunFolder, stage: string, part: string): Promise<PartEntry | null> {
  const path = folder.entry(stage, part);
  if (!(await exists(path))) return null;
  return PartEntry.parse(opened(relative(folder.out, path), await readFile(path, 'utf8')).value);
}

function opened(name: string, text: string): { value: unknown; seal: Seal } {
  try {
    return openSeal(name, text);
  } catch {
    return { value: null, seal: 'none' };
  }
}

/**
 * The entries of finished parts: each beside its part, or only in the manifest for runs of earlier versions.
 * @param write whether those are put beside their parts too
 */
export async function knownParts(
  folder: RunFolder,
  stage: string,
  cut: Cut,
  before: StageEntry['parts'],
  write = true,
): Promise<StageEntry['parts']> {
  const parts: StageEntry['parts'] = {};
  for (const part of cut.parts) {
    const there = await readEntry(folder, stage, part, cut);
    const entry = there ?? before[part];
    if (entry === undefined) continue;
    if (write && there === null) await writeEntry(folder, stage, part, entry);
    parts[part] = entry;
  }
  return parts;
}
