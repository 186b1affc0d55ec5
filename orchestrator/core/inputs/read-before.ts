import { mkdir, stat, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { censusVersion } from '../../machine/version.ts';
import { exists, sha256Of } from '../folder/files.ts';

/** To be raised where a tool finds more to refuse in a file than before. */
const format = 1;
/** Bytes from which on it pays: less is read again in no time, and leaves nothing behind. */
const worthIt = 1 << 24;

/** Files as one tool reads them. */
export interface ReadFiles {
  tool: string;
  paths: readonly string[];
  /** sha256 of each, in the order of the paths; null for one that could not be read. */
  digests: readonly (string | null)[];
}

/** Of whoever the files are read as, and nobody else's: it is believed. */
function ownCache(): string {
  return join(userInfo().homedir, '.cache', 'mptcp-census', 'read-through');
}

function markOf(cache: string, { tool, digests }: ReadFiles): string {
  return join(cache, sha256Of(JSON.stringify([format, censusVersion(), tool, digests])));
}

async function pays({ paths, digests }: ReadFiles): Promise<boolean> {
  if (digests.includes(null)) return false;
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size));
  return sizes.reduce((sum, size) => sum + size, 0) >= worthIt;
}

/**
 * Whether files of this content were read through by this version on this machine: by doctor, or by another run. A full RIB takes up to a
 * minute where it is packed.
 */
export async function readBefore(files: ReadFiles, cache = ownCache()): Promise<boolean> {
  return (await pays(files)) && (await exists(markOf(cache, files)));
}

/** Remembers that. Where it cannot (no home, no room), they are read again. */
export async function noteRead(files: ReadFiles, cache = ownCache()): Promise<void> {
  if (!(await pays(files))) return;
  try {
    await mkdir(cache, { recursive: true, mode: 0o700 });
    await writeFile(markOf(cache, files), '');
  } catch {
    // Nothing is lost but time.
  }
}
