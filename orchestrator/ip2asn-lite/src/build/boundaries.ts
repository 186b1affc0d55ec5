import { addressAfter, compareGroups, type Width } from '../prefix.ts';
import { withRoom } from './growable.ts';
import type { PrefixRows } from './sort.ts';

/** Where the answer changes: from each address on (`width` groups each, ascending) a row holds, or none (0; otherwise row + 1). */
export interface Boundaries {
  width: Width;
  count: number;
  groups: Uint16Array;
  values: Int32Array;
}

/** One open prefix: its value and the first address after it (absent when it reaches the last address). */
interface OpenPrefix {
  value: number;
  end: Uint16Array | undefined;
}

class Sweep implements Boundaries {
  readonly width: Width;
  count = 0;
  groups: Uint16Array;
  values: Int32Array;
  readonly #open: OpenPrefix[] = [];

  constructor(rows: PrefixRows) {
    this.width = rows.width;
    this.groups = new Uint16Array(rows.count * rows.width * 2);
    this.values = new Int32Array(rows.count * 2);
  }

  /** Closes every prefix that ends at or before the address; all of them when there is none. */
  closeUntil(groups?: Uint16Array, at = 0): void {
    for (;;) {
      const top = this.#open.at(-1);
      if (top?.end === undefined) return;
      if (groups !== undefined && compareGroups(top.end, 0, groups, at, this.width) > 0) return;
      this.#open.pop();
      this.#emit(top.end, 0, this.#open.at(-1)?.value ?? 0);
    }
  }

  open(rows: PrefixRows, row: number): void {
    const at = row * this.width;
    const end = new Uint16Array(this.width);
    const hasEnd = addressAfter(rows.groups, at, this.width, rows.lengths[row] ?? 0, end);
    this.#open.push({ value: row + 1, end: hasEnd ? end : undefined });
    this.#emit(rows.groups, at, row + 1);
  }

  /** A later boundary at the same address replaces the earlier one: it is the more specific or the next prefix. */
  #emit(groups: Uint16Array, at: number, value: number): void {
    const last = (this.count - 1) * this.width;
    const replaces = this.count > 0 && compareGroups(this.groups, last, groups, at, this.width) === 0;
    const slot = replaces ? this.count - 1 : this.count++;
    this.groups = withRoom(this.groups, this.count * this.width);
    this.values = withRoom(this.values, this.count);
    for (let i = 0; i < this.width; i++) this.groups[slot * this.width + i] = groups[at + i] ?? 0;
    this.values[slot] = value;
  }
}

/** Flattens nested prefixes (sorted, no duplicates) into the addresses at which the longest match changes. */
export function findBoundaries(rows: PrefixRows): Boundaries {
  const sweep = new Sweep(rows);
  for (let row = 0; row < rows.count; row++) {
    sweep.closeUntil(rows.groups, row * rows.width);
    sweep.open(rows, row);
  }
  sweep.closeUntil();
  return sweep;
}
