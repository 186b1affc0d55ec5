import { join } from 'node:path';
import { rawExists, rawText } from '../../core/folder/raw-files.ts';
import { CensusError } from '../../errors.ts';
import { runFiles } from './command.ts';
import { ZmapMetadata } from './raw.ts';

/** What zmap says of one run; null when its file is empty: it was interrupted (it exits with 0 then). */
export async function readMetadata(folder: string, name: string): Promise<ZmapMetadata | null> {
  const path = join(folder, runFiles.metadata(name));
  const text = await rawText(path);
  if (text === '') return null;
  let value: unknown = null;
  try {
    value = JSON.parse(text);
  } catch {
    // null fits no schema
  }
  const parsed = ZmapMetadata.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new CensusError(
    'E_PROGRAM_RUBBISH',
    `${path} is not the metadata of zmap 2.1.1 or 4: it lacks what was sent, received or written`,
    'look at the file; a zmap of another release may write it otherwise',
  );
}

/**
 * Lines of the list of targets that opted out before their first packet of a pass; null where nobody wrote one: a zmap without a table,
 * or a run of before there was such a list. A purge leaves a stand-in for each line.
 * @throws CensusError E_RUN_FOLDER when they are not as many as zmap counted
 */
export async function keptBack(folder: string, name: string, counted: number): Promise<string[] | null> {
  const path = join(folder, runFiles.keptBack(name));
  if (!(await rawExists(path))) return null;
  const lines = (await rawText(path)).split('\n').filter((line) => line !== '');
  if (lines.length === counted) return lines;
  throw new CensusError(
    'E_RUN_FOLDER',
    `${path} names ${lines.length} targets, zmap counted ${counted} in ${runFiles.metadata(name)}`,
    'put the file back as it was; or move the folder of this part out of raw/ and run again, which measures the part anew',
  );
}

/**
 * Compares the replies that were read with zmap's own count: an emptied file must not be published as silence.
 * @throws CensusError E_RUN_FOLDER naming the file when they differ
 */
export async function requireAllReplies(folder: string, name: string, read: number): Promise<void> {
  if (!(await rawExists(join(folder, runFiles.metadata(name))))) return;
  const counted = (await readMetadata(folder, name))?.replies ?? read;
  if (counted === read >>> 0) return;
  throw new CensusError(
    'E_RUN_FOLDER',
    `${join(folder, runFiles.replies(name))} holds ${read} replies, zmap counted ${counted} in ${runFiles.metadata(name)}`,
    'put the file back as it was; or move the folder of this part out of raw/ and run again, which measures the part anew',
  );
}
