import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { CensusError } from '../errors.ts';

/**
 * Makes V8 allocate every object in the young generation. Otherwise it decides by the first hundred that a line of code allocates. Those from
 * the start of the program live long, so millions of later ones, which are garbage at once, go to the old generation and keep whatever
 * they refer to alive. A reply then takes a fifth longer to decode.
 */
export function makeObjectsYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}

/** Open files that this process needs: its modules are read in parallel, and a run has pipes to its programs. */
export const leastOpenFiles = 256;

/** Limit of open files, which Node raises to the hard limit; null if the system does not say. */
export function openFiles(): number | null {
  try {
    const [, soft] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return soft === undefined ? null : Number(soft);
  } catch {
    return null;
  }
}

/** @throws CensusError E_MEMORY if the limit is too low for modules, programs and records */
export function requireOpenFiles(may = openFiles()): void {
  if (may === null || may >= leastOpenFiles) return;
  throw new CensusError(
    'E_MEMORY',
    `the limit of open files is ${may} here, and this program needs ${leastOpenFiles}`,
    'raise the hard limit: ulimit -Hn, LimitNOFILE= of a systemd unit, --ulimit nofile= of a container',
  );
}
