import { z } from 'zod';

/** How much of a run is disclosed. Each level holds what the one before does, except for what that one leaves out to protect single addresses. */
export const Level = z.enum(['aggregate', 'prefix', 'full']);
export type Level = z.infer<typeof Level>;

/** What stands in each level, for the README and the help. */
export const meanings: Readonly<Record<Level, string>> = {
  aggregate: 'counts per country, AS, port, verdict and rank; no count of fewer than k',
  prefix: 'the same counts unsuppressed, and counts per /24 and /48; no addresses, names or times',
  full: 'every host, domain and record of the run; no raw packets, nothing of the scanner',
};

/** Whether a level holds what another one does. */
export function holds(level: Level, other: Level): boolean {
  return Level.options.indexOf(level) >= Level.options.indexOf(other);
}
