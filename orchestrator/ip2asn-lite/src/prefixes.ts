import { FLAG_BITS } from './asn-class.ts';
import { compareGroups, formatPrefix, type Width } from './prefix.ts';

/** The arrays that a cache file holds for the prefixes of a family. A prefix is known by its row: order of address, then length. */
export interface PrefixArrays {
  /** width groups for each row. */
  readonly groups: Uint16Array;
  readonly lengths: Uint8Array;
  /** The decided origin. */
  readonly asns: Uint32Array;
  /** Flag bits, see asn-class.ts. */
  readonly flags: Uint8Array;
  /** Rows with more than one origin, ascending; their origins are severalAsns[severalStarts[i] .. severalStarts[i + 1]). */
  readonly severalRows: Uint32Array;
  readonly severalStarts: Uint32Array;
  readonly severalAsns: Uint32Array;
}

/** First index at which an ascending list is not below `value`. */
function lowerBound(count: number, isBelow: (index: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBelow(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** All prefixes of one address family and what is known about each. */
export class Prefixes implements PrefixArrays {
  readonly width: Width;
  readonly count: number;
  readonly groups: Uint16Array;
  readonly lengths: Uint8Array;
  readonly asns: Uint32Array;
  readonly flags: Uint8Array;
  readonly severalRows: Uint32Array;
  readonly severalStarts: Uint32Array;
  readonly severalAsns: Uint32Array;

  constructor(width: Width, arrays: PrefixArrays) {
    this.width = width;
    this.count = arrays.lengths.length;
    this.groups = arrays.groups;
    this.lengths = arrays.lengths;
    this.asns = arrays.asns;
    this.flags = arrays.flags;
    this.severalRows = arrays.severalRows;
    this.severalStarts = arrays.severalStarts;
    this.severalAsns = arrays.severalAsns;
  }

  /** More origins than one were seen, or the origin is an AS_SET. */
  isContested(row: number): boolean {
    return ((this.flags[row] ?? 0) & (FLAG_BITS.moas | FLAG_BITS.as_set)) !== 0;
  }

  text(row: number): string {
    return formatPrefix(this.groups, row * this.width, this.width, this.lengths[row] ?? 0);
  }

  /** All origins, the decided one first. */
  origins(row: number): readonly number[] {
    const { severalRows, severalStarts, severalAsns } = this;
    const at = lowerBound(severalRows.length, (index) => (severalRows[index] ?? 0) < row);
    if (severalRows[at] !== row) return [this.asns[row] ?? 0];
    return Array.from(severalAsns.subarray(severalStarts[at] ?? 0, severalStarts[at + 1] ?? 0));
  }

  /** Row of a prefix of the table. */
  rowOf(groups: Uint16Array, length: number): number {
    return lowerBound(this.count, (row) => {
      const order = compareGroups(this.groups, row * this.width, groups, 0, this.width);
      return (order || (this.lengths[row] ?? 0) - length) < 0;
    });
  }
}
