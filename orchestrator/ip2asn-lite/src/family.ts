import type { Width } from './prefix.ts';
import type { Trie } from './trie.ts';

/**
 * All prefixes of one address family, in order of address and length, as arrays that a cache file can hold as they are.
 * A prefix is known by its row.
 */
export interface Family {
  readonly width: Width;
  readonly count: number;
  /** count * width groups. */
  readonly groups: Uint16Array;
  readonly lengths: Uint8Array;
  /** The decided origin. */
  readonly asns: Uint32Array;
  /** Flag bits, see asn-class.ts. */
  readonly flags: Uint8Array;
  /** Rows with more than one origin, ascending; their origins are multiAsns[multiStarts[i] .. multiStarts[i + 1]). */
  readonly multiRows: Uint32Array;
  readonly multiStarts: Uint32Array;
  readonly multiAsns: Uint32Array;
  readonly trie: Trie;
}

/** All origins of a row that has several, the decided one first; undefined for the others. */
export function severalOrigins(family: Family, row: number): readonly number[] | undefined {
  const { multiRows, multiStarts, multiAsns } = family;
  let low = 0;
  let high = multiRows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((multiRows[middle] ?? 0) < row) low = middle + 1;
    else high = middle;
  }
  if (multiRows[low] !== row) return undefined;
  return Array.from(multiAsns.subarray(multiStarts[low] ?? 0, multiStarts[low + 1] ?? 0));
}
