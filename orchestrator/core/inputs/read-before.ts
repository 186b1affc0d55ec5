import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { censusVersion } from '../../machine/version.ts';
import { isSeen, sha256Of } from '../folder/files.ts';

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

/** Where is remembered what was read; `as`: whom it is written as, where that is not who this process is. */
interface Cache {
  folder: string;
  as: number | null;
}

/** Who called sudo, where this process is root by it and has not become the owner of a run folder: doctor, for one. */
function caller(passwd: string): { uid: number; homedir: string } | null {
  const { SUDO_UID } = process.env;
  if (process.geteuid?.() !== 0 || SUDO_UID === undefined || !/^[1-9]\d*$/.test(SUDO_UID)) return null;
  const entry = readFileSync(passwd, 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([, , uid]) => uid === SUDO_UID);
  const homedir = entry?.[5] ?? '';
  return homedir === '' ? null : { uid: Number(SUDO_UID), homedir };
}

/**
 * Of whoever the files are read as, or called sudo to have them read, and nobody else's: it is believed. What doctor read with sudo is
 * then not read again by a run in a folder of the caller's.
 */
function ownCache(passwd: string): Cache {
  const called = caller(passwd);
  const { homedir } = called ?? userInfo();
  return { folder: join(homedir, '.cache', 'mptcp-census', 'read-through'), as: called?.uid ?? null };
}

/** Nothing of root's is written where somebody else may put a link. */
function actingAs(uid: number | null, act: () => void): void {
  if (uid !== null) process.seteuid?.(uid);
  try {
    act();
  } finally {
    if (uid !== null) process.seteuid?.(0);
  }
}

function markOf(cache: string, { tool, digests }: ReadFiles): string {
  return join(cache, sha256Of(JSON.stringify([format, censusVersion(), tool, digests])));
}

async function pays({ paths, digests }: ReadFiles): Promise<boolean> {
  if (digests.includes(null)) return false;
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size));
  return sizes.reduce((sum, size) => sum + size, 0) >= worthIt;
}

function given(cache: string | undefined, passwd: string): Cache {
  return cache === undefined ? ownCache(passwd) : { folder: cache, as: null };
}

/**
 * Whether files of this content were read through by this version on this machine: by doctor, or by another run. A full RIB takes up to a
 * minute where it is packed. Where that cannot be told, in a cache that is closed, they are read again.
 */
export async function readBefore(files: ReadFiles, cache?: string, passwd = '/etc/passwd'): Promise<boolean> {
  return (await pays(files)) && (await isSeen(markOf(given(cache, passwd).folder, files)));
}

/** Remembers that. Where it cannot (no home, no room), they are read again. */
export async function noteRead(files: ReadFiles, cache?: string, passwd = '/etc/passwd'): Promise<void> {
  if (!(await pays(files))) return;
  try {
    const { folder, as } = given(cache, passwd);
    actingAs(as, () => {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeFileSync(markOf(folder, files), '');
    });
  } catch {
    // Nothing is lost but time.
  }
}
