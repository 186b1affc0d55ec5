import type { Cell } from './rows.ts';

/** How a column is read: text, a count, a share in percent, a number with two decimals, an identifier that has no thousands. */
export type Kind = 'text' | 'count' | 'percent' | 'number' | 'id';

/** 1234567 as 1,234,567, in every locale. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** n of base as a percentage with two decimals; a dash of a base of 0. */
export function formatShare(n: number, base: number): string {
  return base === 0 ? '–' : `${((100 * n) / base).toFixed(2)}\u00a0%`;
}

/** "353 of 428,895 (0.08 %)" */
export function formatOf(n: number, base: number): string {
  return `${formatCount(n)} of ${formatCount(base)} (${formatShare(n, base)})`;
}

/** A cell as people read it; a value that could not be had is a dash. */
export function formatCell(cell: Cell | undefined, kind: Kind): string {
  if (cell === null || cell === undefined) return '–';
  if (typeof cell === 'string') return cell;
  if (kind === 'count') return formatCount(cell);
  if (kind === 'percent') return `${cell.toFixed(2)}\u00a0%`;
  return kind === 'number' ? cell.toFixed(2) : String(cell);
}

/** A cell as programs read it: no thousands, no percent sign, empty for null. */
export function plainCell(cell: Cell | undefined, kind: Kind): string {
  if (cell === null || cell === undefined) return '';
  return typeof cell === 'number' && (kind === 'percent' || kind === 'number') ? cell.toFixed(2) : String(cell);
}

/** "1 address", "2 addresses" */
export function plural(n: number, one: string, many: string): string {
  return `${formatCount(n)} ${n === 1 ? one : many}`;
}
