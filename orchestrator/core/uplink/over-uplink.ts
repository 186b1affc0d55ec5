import { CensusError } from '../../errors.ts';
import { eitherSignal } from '../process/signals.ts';

/** What packets leave this machine by. While it is lost, hosts are silent that nobody asked. */
export interface Uplink {
  /**
   * Calls `lost`, once, as soon as it is seen to fail.
   * @returns looks a last time, and ends that
   */
  watch(lost: (what: string) => void): () => Promise<void>;
}

function fault(what: string, cause: unknown): CensusError {
  return new CensusError(
    'E_PROGRAM_FAILED',
    `${what}: hosts that did not answer may never have been probed`,
    'put the connection of this machine right, and run the same command again: this part is measured again, finished parts are not',
    cause,
  );
}

interface Asking {
  stage: string;
  part: string;
  /** Of the run. */
  signal: AbortSignal;
}

/**
 * Asks hosts for something while the uplink is watched. When it fails the programs are ended and what they have is none of a part: it would
 * tell of this machine's failure as of silent hosts.
 * @throws CensusError E_PROGRAM_FAILED that says what happened to the uplink, whatever the programs say of it
 */
export async function overUplink<T>(
  uplink: Uplink | null,
  { stage, part, signal }: Asking,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (uplink === null) return await ask(signal);
  const controller = new AbortController();
  let lost: string | null = null;
  const end = uplink.watch((what) => {
    lost = what;
    controller.abort();
  });
  // Over whatever ended the programs, or did not; a run that was stopped is told as that.
  async function requireUplink(cause?: unknown): Promise<void> {
    await end();
    if (lost !== null && !signal.aborted) throw fault(`${stage}/${part}: ${lost}`, cause);
  }
  let done: T;
  try {
    done = await ask(eitherSignal(signal, controller.signal));
  } catch (cause) {
    await requireUplink(cause);
    throw cause;
  }
  await requireUplink();
  return done;
}
