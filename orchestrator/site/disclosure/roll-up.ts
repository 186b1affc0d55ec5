import { type Count, fits, type Overlap, together } from './pieces.ts';

/** A part of a whole that may be told. */
export interface Part<Name> {
  name: Name;
  count: Count;
}

/** Parts told one by one, and how many endpoints the others have together; null where there are no others. */
export interface RolledUp<Name> {
  kept: Part<Name>[];
  other: number | null;
}

/**
 * Puts parts under k addresses together, and the smallest told ones with them until they have k. The whole may be told. Parts that hold
 * nobody stay: nobody is hidden by them.
 */
export function rollUp<Name>(parts: readonly Part<Name>[], k: number, overlap: Overlap): RolledUp<Name> {
  const small = new Set(parts.filter(({ count }) => !fits(count, k)));
  const candidates = parts
    .filter(({ count }) => count.endpoints > 0 && count.addresses >= k)
    .sort((a, b) => a.count.addresses - b.count.addresses);
  const isSafe = () =>
    fits(
      together(
        [...small].map(({ count }) => count),
        overlap,
      ),
      k,
    );
  while (!isSafe()) {
    const next = candidates.shift();
    if (next === undefined) break;
    small.add(next);
  }
  const kept = parts.filter((part) => !small.has(part));
  return { kept, other: small.size === 0 ? null : [...small].reduce((sum, { count }) => sum + count.endpoints, 0) };
}
