import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { between } from '../core/process/exec.ts';
import { endOrphans, markVariable, ownMark } from '../core/process/left-behind.ts';
import { guard } from './guard.ts';
import { ownPrograms } from './version.ts';

/** A program that has these may be looked into by nobody who has them not. */
const capabilities = 'CAP_NET_ADMIN, CAP_NET_RAW';

/**
 * Does the work, and sees to it that nothing that its programs start outlives it: not even when this process is killed, for a child of ours
 * then hears the end of its input. What earlier ones left behind is ended first.
 */
export async function leavingNothing<T>(work: () => Promise<T>): Promise<T> {
  await endOrphans();
  if (!existsSync(join(ownPrograms, guard.name))) return await work();
  const child = between(guard.name, ['rest', `${markVariable}=${ownMark()}`], capabilities, true);
  child.stdin.on('error', () => undefined); // it is no part of what is measured
  for (const said of [child.stdout, child.stderr]) said.resume();
  try {
    return await work();
  } finally {
    child.stdin.end();
    await child;
  }
}
