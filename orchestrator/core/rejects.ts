import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import type { StageEntry } from './folder/entries.ts';
import { exists, renameForGood, sha256File, syncPath } from './folder/files.ts';
import type { RunFolder } from './folder/folder.ts';

/** Puts the rejects of all parts into one file per stage and gives its sha256; none, and null, when nothing was rejected. */
export async function joinRejects(folder: RunFolder, stage: string, parts: string[]): Promise<string | null> {
  const path = folder.rejects(stage);
  const beside = `${path}.tmp`;
  for (const old of [path, beside]) await rm(old, { force: true });
  let any = false;
  for (const part of parts) {
    const text = await readFile(folder.rejectsPart(stage, part));
    if (text.length === 0) continue;
    if (!any) await writeFile(beside, '');
    any = true;
    await appendFile(beside, text);
  }
  if (!any) return null;
  await syncPath(beside);
  await renameForGood(beside, path);
  return await sha256File(path);
}

/** Whether the rejects of a stage are those that were joined from its parts. */
export async function sameRejects(folder: RunFolder, stage: string, { rejects_sha256 }: StageEntry): Promise<boolean> {
  if (rejects_sha256 === null) return true;
  const path = folder.rejects(stage);
  return (await exists(path)) && (await sha256File(path)) === rejects_sha256;
}
