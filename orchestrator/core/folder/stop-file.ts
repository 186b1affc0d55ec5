import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { CensusError } from '../../errors.ts';
import { eitherSignal } from '../process/signals.ts';
import { every } from '../process/timer.ts';

/** A file of this name in a run folder ends the run, as SIGTERM does: for whoever may write there and knows no process. */
const stopFile = 'stop';
const everyMs = 1000;

/** A link that leads nowhere was put there to stop the run like any other file. */
function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/**
 * Does the work until it is through or the file is there.
 * @throws CensusError E_STOPPED before anything is done when the file is there already
 */
export async function untilStopped<T>(
  folder: string,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const path = join(folder, stopFile);
  if (await isThere(path)) {
    throw new CensusError('E_STOPPED', `${path} is there: nothing may be sent`, 'remove the file to resume the run');
  }
  const controller = new AbortController();
  const end = every(everyMs, async () => {
    if (await isThere(path)) controller.abort();
  });
  try {
    return await work(eitherSignal(signal, controller.signal));
  } finally {
    controller.abort();
    await end();
  }
}
