import { readdir, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { exists, filesBelow, makeFolder, renameForGood, sha256File, writeWhole } from './files.ts';
import type { RunFolder } from './folder.ts';
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

/** Moves raw files aside that are about to be measured again; units that nobody was asked about are written again. */
export async function supersede(folder: RunFolder, stage: string, from: string): Promise<void> {
  if (!(await exists(from))) return;
  if (await isUnmeasured(from)) return await rm(from, { recursive: true });
  let count = 0;
  while (await exists(folder.superseded(stage, count))) count += 1;
  const to = folder.superseded(stage, count);
  await makeFolder(dirname(to));
  await renameForGood(from, to);
  await listSuperseded(folder.root, to);
}
