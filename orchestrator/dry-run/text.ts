import type { Range } from '../core/cost/range.ts';
import { clock } from '../core/progress.ts';
import { formatCount } from '../report/format.ts';

/** Rows as columns of equal width: the first to the left, the last as it is, the others to the right. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        if (column === row.length - 1) return cell;
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd(),
  );
}

/** A range in words: 12, 0 to 12, at least 12, unknown. */
export function rangeText({ least, most }: Range, shown: (value: number) => string): string {
  if (most === null) return least === 0 ? 'unknown' : `at least ${shown(least)}`;
  return least === most ? shown(least) : `${shown(least)} to ${shown(most)}`;
}

export function countText(value: number): string {
  return formatCount(Math.round(value));
}

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

export function bytesText(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${units[power]}`;
}

/** Minutes and hours; days where there are many. */
export function timeText(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  return days < 2 ? clock(seconds) : `${formatCount(days)} days`;
}
