import { leftOut } from '../state.ts';
import type { StageEntry } from './entries.ts';
import { differingKey } from './manifest.ts';

/** Whether what a stage reads is what it read before. A stage that is younger than the run and left out of it gives nothing to read. */
export function readsTheSame(before: StageEntry['reads'], now: Record<string, string | null>): boolean {
  const known = Object.entries(now).filter(([stage, digest]) => digest !== leftOut || stage in before);
  return differingKey(before, Object.fromEntries(known)) === null;
}
