import { readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { appendFile } from '../writing.ts';
import { nowIso } from './entries.ts';
import { exists, filesBelow, makeFolder, renameForGood, sha256File, syncPath, writeWhole } from './files.ts';
import { RunFolder } from './folder.ts';
import { rawExists, rawText } from './raw-files.ts';
import { sealText } from './sealed.ts';

/** Says in a folder of superseded raw files what it holds; no entry does any more. */
export const supersededList = 'superseded.json';

export const Superseded = z.strictObject({
  /** Of each file as it lies there, by its path in the folder. */
  sha256: z.record(z.string(), z.string()),
});

/** Writes down what a folder of superseded raw files holds. */
export async function listSuperseded(root: string, folder: string): Promise<void> {
  const sha256: Record<string, string> = {};
  for (const file of await filesBelow(folder)) {
    if (file !== supersededList) sha256[file] = await sha256File(join(folder, file));
  }
  const path = join(folder, supersededList);
  await writeWhole(path, sealText(relative(root, path), { sha256 }, 1));
}

/** Whether a raw folder holds units alone, and parts that were ended: nothing that could be decoded. */
async function isUnmeasured(from: string): Promise<boolean> {
  return (await readdir(from)).every((name) => name === 'input' || name.endsWith('.partial'));
}

/**
 * Files of this ending outlive what ends a part: lines of what must not be done a second time, each on disk before it is done. All else in
 * the folder of a part that is begun again goes.
 */
const isJournal = (name: string) => name.endsWith('.journal');

/** The folder of a part that is begun, or begun again: with its journals alone. */
export async function clearPartial(partial: string): Promise<void> {
  await makeFolder(partial);
  for (const name of await readdir(partial))
    if (!isJournal(name)) await rm(join(partial, name), { recursive: true, force: true });
}

const triesJournal = 'tries.journal';

/** Says in the folder of a part that is begun again when that was: whoever is in it may be sent all of it once more. */
export async function noteTry(partial: string): Promise<void> {
  if (await exists(partial)) await appendFile(join(partial, triesJournal), `${nowIso()}\n`, { flush: true });
}

/** How often a part was begun again before it was whole; nothing of one that never was. */
export async function triesFacts(raw: string): Promise<Record<string, number>> {
  const path = join(raw, triesJournal);
  if (!(await rawExists(path))) return {};
  return { begun_again: (await rawText(path)).split('\n').length - 1 };
}

/** Moves the lines of one journal; a kill in between leaves them twice, which says no more than once. */
async function moveLines(from: string, to: string): Promise<void> {
  await makeFolder(dirname(to));
  await appendFile(to, await readFile(from), { flush: true });
  await syncPath(dirname(to));
  await rm(from);
}

/**
 * Takes the journals of parts that were ended together in one folder, for parts that are cut anew; false where there are none.
 * @param first that folder: the one of a part which there is in any cut
 */
async function gatherJournals(stage: string, first: string): Promise<boolean> {
  for (const name of (await filesBelow(stage)).filter(isJournal)) {
    const [partial = '', journal = '', ...deeper] = name.split('/');
    if (deeper.length > 0 || !partial.endsWith('.partial') || join(stage, partial) === first) continue;
    await moveLines(join(stage, name), join(first, journal));
  }
  return (await exists(first)) && (await readdir(first)).some(isJournal);
}

/** Who was sent what must be sent once only is known by the journals of parts that were ended, whatever is cut now. */
async function forgetUnmeasured(folder: RunFolder, stage: string, from: string): Promise<void> {
  const first = folder.rawPartial(stage, RunFolder.partName(0));
  if (!(await gatherJournals(from, first))) return await rm(from, { recursive: true });
  for (const name of await readdir(from))
    if (join(from, name) !== first) await rm(join(from, name), { recursive: true, force: true });
  await clearPartial(first);
}

/** Moves raw files aside that are about to be measured again; units that nobody was asked about are written again. */
export async function supersede(folder: RunFolder, stage: string, from: string): Promise<void> {
  if (!(await exists(from))) return;
  if (await isUnmeasured(from)) return await forgetUnmeasured(folder, stage, from);
  let count = 0;
  while (await exists(folder.superseded(stage, count))) count += 1;
  const to = folder.superseded(stage, count);
  await makeFolder(dirname(to));
  await renameForGood(from, to);
  await listSuperseded(folder.root, to);
}
