import { parsePrefix } from '../address/ip.ts';
import { parseRank } from './rank.ts';

const url = /^[a-z][a-z0-9+.-]*:\/\//i;
const dotted = /^(?:[\p{L}\p{N}_-]+\.)+[\p{L}\p{N}_-]*[\p{L}][\p{L}\p{N}_-]*\.?$/u;

export function isUrlText(cell: string): boolean {
  return url.test(cell.trim());
}

/** Looks like a name of the DNS with a dot in it, or a URL: whether it can be asked for, the tool says. */
export function isNameLike(cell: string): boolean {
  return dotted.test(cell.trim()) || isUrlText(cell);
}

/** Looks like what stands in a list and never in its header. */
export function isValue(cell: string): boolean {
  const text = cell.trim();
  return isNameLike(text) || /^[+-]?\d/.test(text) || parsePrefix(text) !== null;
}

/** Share of texts that pass a test; 1 if there are none. */
export function shareOf(texts: readonly string[], is: (text: string) => boolean): number {
  return texts.length === 0 ? 1 : texts.filter(is).length / texts.length;
}

/**
 * Whether a column counts upwards as ranks do, and does not stand still for longer than that: lifetimes in a zone rise once. What stands in
 * one row only may be a rank, too.
 */
export function isRanking(cells: readonly string[], mayRepeat: boolean): boolean {
  const ranks = cells.map(parseRank);
  const known = ranks.filter((rank) => rank !== null);
  if (known.length === 0 || known.length < 0.8 * ranks.length) return false;
  const rises = known.every((rank, at) => at === 0 || rank >= (known[at - 1] ?? 0));
  return rises && (mayRepeat || known.length === 1 || new Set(known).size > known.length / 2);
}
