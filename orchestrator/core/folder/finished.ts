import { readdir } from 'node:fs/promises';
import type { StageEntry } from './entries.ts';
import { exists, ifMissing } from './files.ts';
import type { RunFolder } from './folder.ts';

async function partsIn(path: string): Promise<string[]> {
  const names = await readdir(path).catch(ifMissing([]));
  return names.filter((name) => /^\d{5,}$/.test(name));
}

/**
 * true when anything of a stage was measured that the next start would keep: records of a part, or its raw files, which then only want
 * decoding. Raw files of a part whose records were removed are none of these: it is measured again.
 */
export async function hasFinishedParts(
  folder: RunFolder,
  stage: string,
  entry: StageEntry | undefined,
): Promise<boolean> {
  const files = await readdir(folder.stage(stage)).catch(ifMissing([]));
  if (files.some((name) => name.endsWith('.parquet'))) return true;
  for (const part of await partsIn(folder.rawStage(stage))) {
    const known = entry?.parts[part] !== undefined || (await exists(folder.entry(stage, part)));
    if (!known) return true;
  }
  return false;
}
