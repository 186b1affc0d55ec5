import { compareGroups, type Width } from '../prefix.ts';

/** Prefixes as parallel arrays: `width` groups and one length per row. */
export interface PrefixRows {
  width: Width;
  count: number;
  groups: Uint16Array;
  lengths: Uint8Array;
}

/** Order of two rows: by address, then shorter prefix first. */
export function compareRows(rows: PrefixRows, a: number, b: number): number {
  const { groups, width, lengths } = rows;
  return compareGroups(groups, a * width, groups, b * width, width) || (lengths[a] ?? 0) - (lengths[b] ?? 0);
}

function isSorted(rows: PrefixRows): boolean {
  for (let row = 1; row < rows.count; row++) if (compareRows(rows, row - 1, row) > 0) return false;
  return true;
}

/** One stable counting pass of a least-significant-digit radix sort. */
function countingPass(order: Uint32Array, key: (row: number) => number, keys: number): Uint32Array {
  const starts = new Uint32Array(keys + 1);
  for (const row of order) {
    const at = key(row) + 1;
    starts[at] = (starts[at] ?? 0) + 1;
  }
  for (let i = 1; i <= keys; i++) starts[i] = (starts[i] ?? 0) + (starts[i - 1] ?? 0);
  const next = new Uint32Array(order.length);
  for (const row of order) {
    const at = key(row);
    const slot = starts[at] ?? 0;
    next[slot] = row;
    starts[at] = slot + 1;
  }
  return next;
}

/** Row numbers in order of address and length; equal rows keep their order. RIB dumps are mostly sorted already: then this is one scan. */
export function sortedOrder(rows: PrefixRows): Uint32Array {
  let order: Uint32Array = new Uint32Array(rows.count);
  for (let row = 0; row < rows.count; row++) order[row] = row;
  if (isSorted(rows)) return order;
  const { groups, lengths, width } = rows;
  order = countingPass(order, (row) => lengths[row] ?? 0, 256);
  for (let group = width - 1; group >= 0; group--) {
    order = countingPass(order, (row) => groups[row * width + group] ?? 0, 65536);
  }
  return order;
}
