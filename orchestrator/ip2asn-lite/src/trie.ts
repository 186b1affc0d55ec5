/**
 * The lookup tree of a family, with a stride of 16 bits. A node is a block of edges: the values at which the answer changes,
 * ascending from 0. The block of the root begins at 0. A /32 of IPv6 is found in the root and one block, a /48 in two.
 *
 * A target is 0 (no route), row + 1 (answer), or -(start of a block + 1) (go on with the next 16 bits).
 */
export interface Trie {
  /** Values. The first edge of a block is always 0, so its place holds the number of the block's other edges instead. */
  readonly edges: Uint16Array;
  /** Target from the edge of the same index on. */
  readonly targets: Int32Array;
}

/** The last edge at or before `value` among `count` edges from `first` on; the first of them is known to be. */
export function findEdgeAmong(edges: Uint16Array, first: number, count: number, value: number): number {
  let at = first;
  let left = count;
  // Halving without a branch that depends on the data: the sign of the difference says whether to move on.
  while (left > 1) {
    const half = left >> 1;
    at += half & (((edges[at + half] as number) - value - 1) >> 31);
    left -= half;
  }
  return at;
}

/** The last edge at or before `value` in the block that begins at `start`. */
export function findEdge(edges: Uint16Array, start: number, value: number): number {
  return findEdgeAmong(edges, start, (edges[start] as number) + 1, value);
}

/** The target of each value of the first 16 bits: the block of the root written out. */
export function expandRoot({ edges, targets }: Trie): Int32Array {
  const root = new Int32Array(65536);
  const last = edges[0] ?? 0;
  for (let edge = 0; edge <= last; edge++) {
    const from = edge === 0 ? 0 : (edges[edge] ?? 0);
    root.fill(targets[edge] ?? 0, from, edge < last ? edges[edge + 1] : 65536);
  }
  return root;
}
