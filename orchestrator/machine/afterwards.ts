import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { between } from '../core/process/exec.ts';
import { endOrphans, markVariable, ownMark } from '../core/process/left-behind.ts';
import { guard } from './guard.ts';
import { ownPrograms } from './version.ts';

/** A process can only inspect programs whose capabilities it has itself. */
const capabilities = 'CAP_NET_ADMIN, CAP_NET_RAW';

/**
 * Does the work, and makes sure that nothing its programs start outlives it, even if this process is killed: its child (the guard) then sees
 * the end of its input. Processes that earlier runs left behind are ended first.
 */
export async function leavingNothing<T>(work: () => Promise<T>): Promise<T> {
  await endOrphans();
  if (!existsSync(join(ownPrograms, guard.name))) return await work();
  const child = between(guard.name, ['rest', `${markVariable}=${ownMark()}`], capabilities, true);
  child.stdin.on('error', () => undefined); // it takes no part in the measurement
  for (const said of [child.stdout, child.stderr]) said.resume();
  try {
    return await work();
  } finally {
    child.stdin.end();
    await child;
  }
}
