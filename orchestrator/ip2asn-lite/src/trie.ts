/**
 * The lookup tree of IPv6, with a stride of 16 bits. The root has one target per value. Every other node is a block of
 * edges: the values at which the answer changes, ascending from 0, searched by halving. A /32 is found in the root and one
 * block, a /48 in two.
 *
 * A target is 0 (no route), row + 1 (answer), or -(start of a block + 1) (go on with the next 16 bits).
 */
export interface Trie {
  /** 65536 targets. */
  readonly root: Int32Array;
  /** Values. The first edge of a block is always 0, so its place holds the number of the block's other edges instead. */
  readonly edges: Uint16Array;
  /** Target from the edge of the same index on. */
  readonly targets: Int32Array;
}

/** The last edge at or before `value` in the block that begins at `start`. */
export function findEdge(edges: Uint16Array, start: number, value: number): number {
  let at = start;
  let count = (edges[at] as number) + 1;
  // Halving without a branch that depends on the data: the sign of the difference says whether to move on.
  while (count > 1) {
    const half = count >> 1;
    at += half & (((edges[at + half] as number) - value - 1) >> 31);
    count -= half;
  }
  return at;
}

/** Row of the longest prefix that holds the address in groups, or -1. */
export function findRow(trie: Trie, groups: Uint16Array): number {
  const { edges, targets } = trie;
  let target = trie.root[groups[0] as number] as number;
  for (let i = 1; target < 0 && i < 8; i++)
    target = targets[findEdge(edges, -1 - target, groups[i] as number)] as number;
  return target > 0 ? target - 1 : -1;
}
