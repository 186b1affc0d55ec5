import { readdir, readlink, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from './command.ts';
import { removeData } from './data.ts';
import { removeNetnsFiles } from './netns-files.ts';
import { allLabs, forget, isOwnerless, type LabState } from './registry.ts';

/** Ids of the processes that live in one of the namespaces (their /proc/PID/ns/net is its file under /run/netns). */
export async function processesIn(namespaces: readonly string[]): Promise<number[]> {
  const inodes = new Set<string>();
  for (const name of namespaces) {
    const file = await stat(`/run/netns/${name}`).catch(() => null);
    if (file) inodes.add(`net:[${file.ino}]`);
  }
  const found: number[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const network = await readlink(`/proc/${entry}/ns/net`).catch(() => '');
    if (inodes.has(network) && Number(entry) !== process.pid) found.push(Number(entry));
  }
  return found;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself in the meantime.
  }
}

/** Namespaces that exist now. */
export async function standingNamespaces(): Promise<string[]> {
  return readdir('/run/netns').catch(() => []);
}

/**
 * Ends every process of a lab, removes its namespaces with all that is in them, its files and its state. May run twice at a time (owner
 * and watchdog): what the other one removed already is not missed.
 */
export async function tearDown(state: LabState): Promise<void> {
  for (let round = 0; round < 100; round++) {
    const alive = await processesIn(state.namespaces);
    if (alive.length === 0) break;
    alive.forEach(kill);
    await sleep(10);
  }
  const standing = new Set(await standingNamespaces());
  const lines = state.namespaces.filter((name) => standing.has(name)).map((name) => `netns del ${name}\n`);
  if (lines.length > 0) await run(['ip', '-force', '-batch', '-'], { input: lines.join('') }).catch(() => undefined);
  const left = new Set(await standingNamespaces());
  const stuck = state.namespaces.filter((name) => left.has(name));
  await removeNetnsFiles(state.scanner);
  if (!state.keep_data) await removeData(state.data);
  if (stuck.length > 0) throw new Error(`lab ${state.id}: could not remove ${stuck.join(' ')}`);
  await forget(state.id);
}

/** Takes down every lab whose owner died together with its watchdog. Returns their ids. */
export async function sweep(): Promise<string[]> {
  const swept: string[] = [];
  for (const state of await allLabs()) {
    if (!(await isOwnerless(state))) continue;
    await tearDown(state);
    swept.push(state.id);
  }
  return swept;
}
