import { loadavg } from 'node:os';

export interface Line {
  name: string;
  ours: string;
  theirs: string;
  /** How many times better, of each round. */
  ratios: number[];
  /** Of times, which a busy machine spoils; memory is the same on any. */
  timed: boolean;
  due: string;
  required: number | null;
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** Programs that ran at once, at the worst: one of the contestants is always among them. */
let load = 0;
const mostLoad = 1.75;

export function lookAtLoad(): void {
  load = Math.max(load, loadavg()[0] ?? 0);
}

/** On a busy machine the faster side loses more, so that a ratio of times proves nothing there. */
export function verdictOf({ ratios, timed, required }: Line): string {
  if (required === null) return '';
  if (median(ratios) >= required) return 'reached';
  if (Math.max(...ratios) >= required) return 'in some rounds';
  return timed && load > mostLoad ? 'busy machine' : 'MISSED';
}

export function saidOfLoad(): string {
  return `\nLoad of this machine: ${load.toFixed(1)}${load > mostLoad ? ': too busy for a ratio of times to be missed' : ''}`;
}
