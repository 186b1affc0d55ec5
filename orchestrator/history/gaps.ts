const day = 86_400_000;
/** Runs nearer to each other than this are of one day: they say nothing of how often there is one. */
const sameDay = day / 2;
/** An interval longer than so many of the usual ones has a hole in it. */
const hole = 1.5;

function intervals(times: readonly string[]): number[] {
  return times.slice(1).map((time, i) => Date.parse(time) - Date.parse(times[i] ?? time));
}

/** Days from run to run: the median of the intervals, the shorter one of two; null where there are fewer than two. */
export function usualDays(times: readonly string[]): number | null {
  const lengths = intervals(times)
    .filter((length) => length >= sameDay)
    .sort((a, b) => a - b);
  const median = lengths[Math.floor((lengths.length - 1) / 2)];
  return median === undefined || lengths.length < 2 ? null : Math.round((median / day) * 1000) / 1000;
}

/** How many runs were due before each and are not there. */
export function missedRuns(times: readonly string[], every: number | null): number[] {
  const missed = intervals(times).map((length) => {
    const due = every === null ? 0 : length / (every * day);
    return due > hole ? Math.max(1, Math.round(due) - 1) : 0;
  });
  return times.length === 0 ? [] : [0, ...missed];
}
