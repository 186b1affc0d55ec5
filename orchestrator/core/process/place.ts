import type { Stats } from 'node:fs';
import { lstat, mkdir, readlink, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { CensusError } from '../../errors.ts';

/** Bytes of a path that Linux takes, and those that the longest path within a run folder needs of them. */
const [mostBytes, within] = [4095, 255];

const hint = 'name another folder, or put this right';

function refusal(message: string, cause?: unknown): CensusError {
  return new CensusError('E_RUN_FOLDER', message, hint, cause);
}

function kindOf(there: Stats): string {
  if (there.isFIFO()) return 'a named pipe';
  if (there.isSocket()) return 'a socket';
  return there.isFile() ? 'a file' : 'a device';
}

const codeOf = (cause: unknown) => (cause instanceof Error && 'code' in cause ? cause.code : null);

/** Why a link leads to nothing that is there. */
async function linkFault(path: string, cause: unknown): Promise<CensusError> {
  const what = codeOf(cause) === 'ELOOP' ? 'and the links there lead in a circle' : 'which does not exist';
  return refusal(`${path} is a link to ${await readlink(path)}, ${what}`, cause);
}

/** What is at one path: a folder, nothing, or what cannot be one. */
async function isFolder(path: string): Promise<boolean> {
  const itself = await lstat(path).catch((cause: unknown) => {
    if (codeOf(cause) === 'ENOENT') return null;
    if (codeOf(cause) !== 'ENAMETOOLONG') throw cause;
    throw refusal(`the last name of ${path} is longer than its file system allows`, cause);
  });
  if (itself === null) return false;
  const there = await stat(path).catch(async (cause: unknown) => {
    if (itself.isSymbolicLink() && ['ENOENT', 'ELOOP'].includes(String(codeOf(cause))))
      throw await linkFault(path, cause);
    throw cause;
  });
  if (there.isDirectory()) return true;
  throw refusal(`${path} is ${kindOf(there)}, and a folder is needed there`);
}

/** The folders of a path that do not exist yet, the outermost first. */
async function toMake(path: string): Promise<string[]> {
  const missing: string[] = [];
  for (const at of wayTo(path)) if (!(await isFolder(at))) missing.push(at);
  return missing;
}

/** A path and all above it, the outermost first. */
function wayTo(path: string): string[] {
  return path === dirname(path) ? [path] : [...wayTo(dirname(path)), path];
}

/**
 * Makes a folder and those above it, one by one: Node's own way tells little of what stands in it, and never ends where a file system
 * makes none (/proc).
 * @throws CensusError E_RUN_FOLDER naming what is in the way: a link that leads nowhere or in a circle, what is no folder, a name too long
 */
export async function makePlace(given: string): Promise<void> {
  const path = resolve(given);
  if (Buffer.byteLength(path) > mostBytes - within) {
    throw refusal(
      `${path.slice(0, 60)}... has ${Buffer.byteLength(path)} bytes, and a run folder's path ${mostBytes - within} at most`,
    );
  }
  for (const at of await toMake(path)) {
    await mkdir(at).catch(async (cause: unknown) => {
      // Somebody else may have made it meanwhile.
      if (codeOf(cause) === 'EEXIST' && (await isFolder(at))) return;
      throw cause;
    });
  }
}

/**
 * Looks at what a run is going to write into, before the first packet.
 * @param names of folders in it
 * @throws CensusError E_RUN_FOLDER naming the first that exists and is not a folder
 */
export async function requirePlaces(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) await isFolder(join(folder, name));
}
