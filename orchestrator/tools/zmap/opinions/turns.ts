import type { ZmapRun } from '../command.ts';

/** Whom runs ask: groups of targets, told apart by family too. */
export function targetsOf({ family, group = '' }: ZmapRun): string {
  return `${group} ${family}`;
}

/** Runs of several groups take turns: until the first group is asked again, each of the others was. */
export function holdOf(due: readonly ZmapRun[], apart: number): number {
  const groups = new Set(due.map(targetsOf)).size;
  const inTurns = due.every((run, index) => index < groups || targetsOf(run) === targetsOf(due[index - groups] ?? run));
  const again = due.length > groups;
  return again ? apart / (inTurns ? groups : 1) : 0;
}
