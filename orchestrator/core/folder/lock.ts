import { readFileSync } from 'node:fs';
import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CensusError } from '../../errors.ts';

const Owner = z.strictObject({ pid: z.int(), started: z.string() });
type Owner = z.infer<typeof Owner>;

/** When a process started, in clock ticks since boot (proc(5), field 22), which tells it from a later one of the same number; null when there is none. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

async function lockedBy(path: string): Promise<Owner | null> {
  const text = await readFile(path, 'utf8').catch(() => '');
  try {
    return Owner.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** PID of the process that works in a folder; null when none does. */
export async function ownerOf(folder: string): Promise<number | null> {
  const owner = await lockedBy(join(folder, '.lock'));
  return owner !== null && startOf(owner.pid) === owner.started ? owner.pid : null;
}

/**
 * Takes a run folder for this process; the function returned gives it back. The lock of a process that is gone is taken over.
 * @throws CensusError E_RUN_FOLDER when another run works in the folder
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, '.lock');
  const before = await lockedBy(path);
  if (before !== null && startOf(before.pid) === before.started) {
    const hint = 'wait for it, or give this run another name';
    throw new CensusError('E_RUN_FOLDER', `process ${before.pid} is at work in ${folder}`, hint);
  }
  await rm(path, { force: true });
  const file = await open(path, 'wx').catch((cause: unknown) => {
    throw new CensusError('E_RUN_FOLDER', `another run has just started in ${folder}`, 'wait for it', cause);
  });
  await file.writeFile(JSON.stringify({ pid: process.pid, started: startOf(process.pid) ?? '' }));
  await file.close();
  return async () => await rm(path, { force: true });
}
