import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { CensusError } from '../errors.ts';

/**
 * Lets the engine make every object where garbage is collected often. Otherwise it guesses from the first hundred that a line of code made:
 * those of the start of the program stay, so it makes millions of later ones, which are garbage at once, where it looks seldom, and keeps
 * all that hangs on them for as long. A reply takes a fifth longer to decode then.
 */
export function makeObjectsYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}

/** Files that this process must be able to have open: its modules are read side by side, and a run has pipes to its programs. */
export const leastOpenFiles = 256;

/** Files that this process may have open, which Node raises to as many as it is let; null where the system does not say. */
export function openFiles(): number | null {
  try {
    const [, soft] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return soft === undefined ? null : Number(soft);
  } catch {
    return null;
  }
}

/** @throws CensusError E_MEMORY where too few files may be open for modules, programs and records */
export function requireOpenFiles(may = openFiles()): void {
  if (may === null || may >= leastOpenFiles) return;
  throw new CensusError(
    'E_MEMORY',
    `${may} files may be open at once here, and this program needs ${leastOpenFiles}`,
    'raise the hard limit: ulimit -Hn, LimitNOFILE= of a systemd unit, --ulimit nofile= of a container',
  );
}
