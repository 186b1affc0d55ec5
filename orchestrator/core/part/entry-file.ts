import { readFile } from 'node:fs/promises';
import { CensusError } from '../../errors.ts';
import { PartEntry } from '../folder/entries.ts';
import { exists, writeWhole } from '../folder/files.ts';
import type { RunFolder } from '../folder/folder.ts';
import type { Cut } from './cut.ts';

/** Puts the entry of a part beside its records. It comes last: where it is, the part is done. */
export async function writeEntry(folder: RunFolder, stage: string, part: string, entry: PartEntry): Promise<void> {
  await writeWhole(folder.entry(stage, part), `${JSON.stringify(entry, null, 1)}\n`);
}

/**
 * The entry beside a part; null where there is none. Parts made in another folder, from the same cut, can be copied in with theirs.
 * @throws CensusError E_RUN_FOLDER when it is no entry, or that of a part of another cut
 */
export async function readEntry(folder: RunFolder, stage: string, part: string, cut: Cut): Promise<PartEntry | null> {
  const path = folder.entry(stage, part);
  if (!(await exists(path))) return null;
  const entry = PartEntry.safeParse(parsed(await readFile(path, 'utf8')));
  if (!entry.success) {
    const [issue] = entry.error.issues;
    const hint = 'put it back as it was; or remove it, and the part is decoded again from its raw files';
    throw new CensusError('E_RUN_FOLDER', `${path}: ${issue?.path.join('.')}: ${issue?.message}`, hint);
  }
  if (entry.data.input_sha256 === cut.inputs[part]) return entry.data;
  throw new CensusError(
    'E_RUN_FOLDER',
    `${path} is of another input, sha256 ${entry.data.input_sha256}; this run asks ${folder.input(stage, part)}`,
    'a part can be copied in from a folder with the same raw/STAGE/input alone; move its files out of this run',
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
