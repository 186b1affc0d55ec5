import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Beside an unfinished file: what it is a part of. A changed file on the server is begun again. */
export interface PartNote {
  url: string;
  validator: string | null;
  size: number | null;
}

function notePath(part: string): string {
  return `${part}.json`;
}

/** The note of a part of this URL, or undefined when the part is to be begun again. */
export async function readNote(part: string, url: string): Promise<PartNote | undefined> {
  try {
    const note: unknown = JSON.parse(await readFile(notePath(part), 'utf8'));
    if (typeof note !== 'object' || note === null || !('url' in note) || note.url !== url) return undefined;
    const validator = 'validator' in note && typeof note.validator === 'string' ? note.validator : null;
    const size = 'size' in note && typeof note.size === 'number' ? note.size : null;
    return { url, validator, size };
  } catch {
    return undefined; // no note, or half a note
  }
}

/** Writes what a part is a part of. */
export async function writeNote(part: string, note: PartNote): Promise<void> {
  await writeFile(notePath(part), JSON.stringify(note));
}

/** Removes the note: the part is begun again, or is whole. */
export async function removeNote(part: string): Promise<void> {
  await rm(notePath(part), { force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'; // there, and another user's
  }
}

async function moves(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch {
    return false; // another process was faster, or there is none
  }
}

/**
 * The part that this process writes on the way to `path`: each process has its own, `PATH.PID.part`. What a process that
 * has ended left is taken over.
 */
export async function claimPart(path: string): Promise<string> {
  const mine = `${path}.${process.pid}.part`;
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(`${basename(path)}.`)) continue;
    const pid = Number(/^\.(\d+)\.part$/.exec(name.slice(basename(path).length))?.[1] ?? process.pid);
    const left = join(dirname(path), name);
    if (pid === process.pid || isAlive(pid) || !(await moves(left, mine))) continue;
    if (!(await moves(notePath(left), notePath(mine)))) await removeNote(mine);
  }
  return mine;
}
