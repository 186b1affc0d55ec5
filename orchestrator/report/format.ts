import type { Cell } from './rows.ts';

/** How a column is read: text, a count, a share in percent, a number with two decimals, an identifier that has no thousands. */
export type Kind = 'text' | 'count' | 'percent' | 'number' | 'id';

/** 1234567 as 1,234,567, in every locale. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Decimals at most: a share of all IPv4 addresses needs no more. */
const MOST_DECIMALS = 12;

/**
 * A percentage with two decimals, and with more where two would print some as none or all but some as all: 3 of 10 million is not 0.00.
 * Two digits that are not 0 (or not 9) are then shown.
 */
export function percentText(percent: number): string {
  const away = Math.min(Math.abs(percent), Math.abs(100 - percent));
  const short = percent.toFixed(2);
  if (away === 0 || (short !== '0.00' && short !== '100.00')) return short;
  return percent.toFixed(Math.min(MOST_DECIMALS, 1 - Math.floor(Math.log10(away))));
}

/** n of base as a percentage; a dash of a base of 0. */
export function formatShare(n: number, base: number): string {
  return base === 0 ? '–' : `${percentText((100 * n) / base)}\u00a0%`;
}

/** "12 of 3,456 (0.35 %)" */
export function formatOf(n: number, base: number): string {
  return `${formatCount(n)} of ${formatCount(base)} (${formatShare(n, base)})`;
}

/** A cell as people read it; a value that could not be had is a dash. */
export function formatCell(cell: Cell | undefined, kind: Kind): string {
  if (cell === null || cell === undefined) return '–';
  if (typeof cell === 'string') return cell;
  if (kind === 'count') return formatCount(cell);
  if (kind === 'percent') return `${percentText(cell)}\u00a0%`;
  return kind === 'number' ? cell.toFixed(2) : String(cell);
}

/** A cell as programs read it: no thousands, no percent sign, empty for null. */
export function plainCell(cell: Cell | undefined, kind: Kind): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell !== 'number') return cell;
  if (kind === 'percent') return percentText(cell);
  return kind === 'number' ? cell.toFixed(2) : String(cell);
}

/** "1 address", "2 addresses" */
export function plural(n: number, one: string, many: string): string {
  return `${formatCount(n)} ${n === 1 ? one : many}`;
}
