import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CensusError } from '../../errors.ts';
import { makePlace } from './place.ts';

/** Whom a run folder belongs to. */
export interface Owner {
  uid: number;
  gid: number;
}

let owner: Owner | null = null;

/** Whom programs are started as; null: whom this process is. */
export function ownerNow(): Owner | null {
  return owner;
}

/**
 * A process of root's goes on as the owner of a run folder: it reads, decodes and writes with no more rights than theirs, and what it
 * writes is theirs. Only the launcher of programs (launch.ts) takes root's capabilities up again, and hands on those that a program
 * needs. For anybody but root nothing changes.
 */
export async function becomeOwner(folder: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  process.seteuid?.(0); // from the owner of another run to this one's
  process.setegid?.(0);
  const { uid, gid } = await stat(folder);
  owner = { uid, gid };
  if (uid === 0) return;
  process.setgroups?.([gid]);
  process.setegid?.(gid);
  process.seteuid?.(uid);
}

/** The path itself, or what there is above it. */
async function nearestFolder(path: string): Promise<string> {
  const there = await stat(path).then(
    () => true,
    () => false,
  );
  return there ? path : await nearestFolder(dirname(path));
}

/** @throws CensusError E_RUN_FOLDER where what is made would be closed to its own owner */
function requireUmask(): void {
  const mask = process.umask();
  if ((mask & 0o700) === 0) return;
  throw new CensusError(
    'E_RUN_FOLDER',
    `the umask is ${mask.toString(8).padStart(3, '0')}: what a run makes would be closed to its own owner`,
    'set another for the command, such as umask 027; nothing was made',
  );
}

/**
 * Makes a run folder, or a replay's, as whoever owns it, or owns what it lies in: what is made there is open to them and their group
 * alone, and root's own files are out of reach of what happens in a folder that somebody else may write to.
 */
export async function makeOwnFolder(path: string, owned = path): Promise<void> {
  requireUmask();
  process.umask(process.umask() | 0o027);
  await becomeOwner(await nearestFolder(owned));
  await makePlace(path);
}
