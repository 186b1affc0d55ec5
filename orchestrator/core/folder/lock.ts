import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { link, lstat, readdir, readFile, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { CensusError } from '../../errors.ts';
import { startOf } from '../process/left-behind.ts';
import { writeFile } from '../writing.ts';
import { sha256Of } from './files.ts';
import { hold, lockName } from './folder.ts';

/** Who works in a folder: a process of one start of one machine, as one /proc shows it. Earlier versions knew the first two alone. */
const Owner = z.strictObject({
  pid: z.int(),
  started: z.string(),
  host: z.string().optional(),
  boot: z.string().optional(),
  processes: z.string().optional(),
});
type Owner = z.infer<typeof Owner>;

function self(): Required<Owner> {
  return {
    pid: process.pid,
    started: startOf(process.pid) ?? '',
    host: hostname(),
    boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
    processes: readlinkSync('/proc/self/ns/pid'),
  };
}

/** gone: it can be told that the process is no more. unknown: another machine or container has it, whose processes cannot be seen. */
function stateOf(owner: Owner): 'alive' | 'gone' | 'unknown' {
  const { host, boot, processes } = self();
  if (owner.boot !== undefined && owner.boot !== boot) return owner.host === host ? 'gone' : 'unknown';
  if (owner.processes !== undefined && owner.processes !== processes) return 'unknown';
  return startOf(owner.pid) === owner.started ? 'alive' : 'gone';
}

function parsed(text: string): Owner | null {
  try {
    return Owner.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

async function textOf(path: string): Promise<string | null> {
  return await readFile(path, 'utf8').catch(() => null);
}

/** PID of the process that works in a folder; null when none does. */
export async function ownerOf(folder: string): Promise<number | null> {
  const owner = parsed((await textOf(join(folder, lockName))) ?? '');
  return owner !== null && stateOf(owner) !== 'gone' ? owner.pid : null;
}

/** Gives a whole file a second name; false when there is one of that name. Some file systems have no links: a copy does there. */
async function named(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') throw error;
      await writeFile(to, await readFile(from), { flag: 'wx' });
    });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** @throws CensusError E_RUN_FOLDER when another run works in the folder, or may */
function requireGone(folder: string, text: string): void {
  const owner = parsed(text);
  if (owner === null) return;
  const state = stateOf(owner);
  if (state === 'gone') return;
  const at = state === 'alive' ? '' : ` of ${owner.host}, which cannot be seen from here,`;
  const hint =
    state === 'alive'
      ? 'wait for it, or give this run another name'
      : `wait for it; once it is certain that it is gone, remove ${join(folder, lockName)}`;
  throw new CensusError('E_RUN_FOLDER', `process ${owner.pid}${at} is at work in ${folder}`, hint);
}

/**
 * Takes the lock of a process that is gone. Whoever gives the file named after its content a first name has it, one of all that try;
 * of one that was ended in between the same holds again.
 */
async function takeOver(folder: string, own: string): Promise<boolean> {
  const path = join(folder, lockName);
  const stale = await textOf(path);
  if (stale === null) return await named(own, path);
  const claims: string[] = [];
  for (let text = stale; ; ) {
    requireGone(folder, text);
    const claim = join(folder, `${lockName}.${sha256Of(text).slice(0, 16)}`);
    const mine = await named(own, claim);
    claims.push(claim);
    if (mine) break;
    const next = await textOf(claim);
    if (next === null) return false;
    text = next;
  }
  const unchanged = (await textOf(path)) === stale;
  if (unchanged) await rename(own, path);
  for (const claim of unchanged ? claims : claims.slice(-1)) await rm(claim, { force: true });
  return unchanged;
}

/** Why the lock cannot be had and nobody is known to have it. */
async function whyTaken(folder: string): Promise<CensusError> {
  const path = join(folder, lockName);
  const itself = await lstat(path).catch(() => null);
  return itself === null || itself.isFile()
    ? new CensusError('E_RUN_FOLDER', `another run has just started in ${folder}`, 'wait for it')
    : new CensusError('E_RUN_FOLDER', `${path} is not a file, so it is not the lock of a run`, `remove ${path}`);
}

/** Removes what starts that were killed while they took the lock left beside it: names of processes that are gone, and claims on theirs. */
async function removeLeft(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const found = /^\.lock\.(?:(\d+)\.[0-9a-f]{12}|[0-9a-f]{16})$/.exec(name);
    if (found === null) continue;
    const path = join(folder, name);
    const owner = parsed((await textOf(path)) ?? '');
    // Half a file says whose it is by its name alone.
    const gone = owner === null ? startOf(Number(found[1])) === null : stateOf(owner) === 'gone';
    if (gone) await rm(path, { force: true });
  }
}

/**
 * Takes a run folder for this process; the function returned gives it back. The lock of a process that is gone is taken over.
 * @throws CensusError E_RUN_FOLDER when another run works in the folder
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, lockName);
  const own = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`;
  const text = JSON.stringify(self());
  await writeFile(own, text, { flag: 'wx', flush: true });
  try {
    if (!(await named(own, path)) && !(await takeOver(folder, own))) {
      throw await whyTaken(folder);
    }
  } finally {
    await rm(own, { force: true });
  }
  await removeLeft(folder);
  const letGo = hold(folder, text);
  return async () => {
    letGo();
    if ((await textOf(path)) === text) await rm(path, { force: true });
  };
}
