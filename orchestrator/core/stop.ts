import { CensusError } from '../errors.ts';

/** Ends the work in hand once the run was asked to stop; looked at before every part, every program and every row. */
export function throwIfStopped(signal: AbortSignal, place: string): void {
  if (!signal.aborted) return;
  throw new CensusError(
    'E_STOPPED',
    `${place}: stopped`,
    'finished parts are kept; run the same command again to resume',
  );
}
