import type { Confidence } from '../../schemas/history.ts';
import type { HistoryRun } from '../../schemas/records/history/run.ts';

/** One number of one run in a figure. */
export interface Point {
  run: string;
  time: string;
  confidence: Confidence;
  series: string;
  count: number;
  of: number | null;
  /** Shares, 0 to 1. */
  low: number | null;
  high: number | null;
}

export interface LineFigure {
  id: string;
  title: string;
  /** share: percent of the denominator, with its bounds; count: how many. */
  shows: 'share' | 'count';
  label: string;
  points: readonly Point[];
  runs: readonly HistoryRun[];
  denominator: string;
  meaning: string;
  empty: string;
}

/** A mark on more than this share of the runs is stated in words: a line at every point shows nothing. */
const often = 0.5;

/** A point where it stands. */
export interface Drawn extends Point {
  at: Date;
  value: number;
  bottom: number;
  top: number;
  /** Line and stretch of it: no line leads across what is not there. */
  stretch: string;
}

/** A point for every run that measured it; where a run was missed, or did not measure it, another stretch begins. */
export function stretches({ points, runs, shows }: LineFigure): Drawn[] {
  const names = [...new Set(points.map(({ series }) => series))];
  return names.flatMap((name) => {
    let stretch = 0;
    return runs.flatMap((run): Drawn[] => {
      const point = points.find((one) => one.series === name && one.run === run.run);
      if (point === undefined || run.missed > 0) stretch += 1;
      if (point === undefined) return [];
      const percent = (n: number) => 100 * n;
      const share = point.of === null || point.of === 0 ? 0 : percent(point.count / point.of);
      const value = shows === 'share' ? share : point.count;
      const [bottom, top] =
        shows === 'share' ? [percent(point.low ?? value / 100), percent(point.high ?? value / 100)] : [value, value];
      return [{ ...point, at: new Date(point.time), value, bottom, top, stretch: `${name} ${stretch}` }];
    });
  });
}

/** Runs at which something changed, with what; what changes nearly every time is left out. */
export function drawnMarks(runs: readonly HistoryRun[]): { at: Date; text: string }[] {
  const frequent = new Set(frequentMarks(runs));
  return runs.flatMap(({ time, marks }) => {
    const shown = marks.map(({ mark }) => mark).filter((mark) => !frequent.has(mark));
    return shown.length === 0 ? [] : [{ at: new Date(time), text: shown.join(', ') }];
  });
}

/** What changed at most of the points. */
export function frequentMarks(runs: readonly HistoryRun[]): string[] {
  const all = runs.flatMap(({ marks }) => marks.map(({ mark }) => mark));
  return [...new Set(all)].filter(
    (mark) => runs.length > 4 && all.filter((one) => one === mark).length > often * (runs.length - 1),
  );
}

/** The time between the last run before a hole and the first one after it. */
export function holes(runs: readonly HistoryRun[]): { from: Date; to: Date }[] {
  return runs.flatMap(({ time, missed }, i) => {
    const before = runs[i - 1];
    return missed === 0 || before === undefined ? [] : [{ from: new Date(before.time), to: new Date(time) }];
  });
}
