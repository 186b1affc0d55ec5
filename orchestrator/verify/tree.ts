import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Deeper than any path of a run: a link that leads back into the folder would never end. */
const deepest = 24;

/** Links are followed: whoever keeps a large file elsewhere may. */
async function isFolder(path: string, entry: Dirent): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return (await stat(path).catch(() => null))?.isDirectory() === true;
}

/** Everything below a folder that is no folder itself, relative to it: files, and what only looks like one. */
export async function pathsBelow(root: string, below = '', depth = 0): Promise<string[]> {
  if (depth > deepest) return [];
  const paths: string[] = [];
  for (const entry of await readdir(join(root, below), { withFileTypes: true })) {
    const path = join(below, entry.name);
    if (await isFolder(join(root, path), entry)) paths.push(...(await pathsBelow(root, path, depth + 1)));
    else paths.push(path);
  }
  return paths;
}
