/**
 * The lookup structure: a tree with a stride of 16 bits. The root has one target per value; every other node has only the
 * values at which the answer changes, ascending from 0, and is searched by halving. An IPv4 lookup is at most one root
 * access and one node; an IPv6 address of a /32 or /48 takes two or three.
 *
 * A target is 0 (no route), row + 1 (answer), or -(node + 1) (go on with the next group).
 */
export interface Trie {
  /** 65536 targets. */
  readonly root: Int32Array;
  /** First edge of each node, and one more for the end. */
  readonly nodes: Uint32Array;
  /** Value from which the target of the same index holds. */
  readonly edges: Uint16Array;
  readonly targets: Int32Array;
}

/** The target for `value` in the node that `target` (negative) points to. */
export function descend(trie: Trie, target: number, value: number): number {
  const node = -1 - target;
  const { nodes, edges, targets } = trie;
  let at = nodes[node] as number;
  let count = (nodes[node + 1] as number) - at;
  // Halving without a branch that depends on the data: the sign bit of the difference says whether to move on.
  while (count > 1) {
    const half = count >> 1;
    at += half & (((edges[at + half] as number) - value - 1) >> 31);
    count -= half;
  }
  return targets[at] as number;
}

/** Row of the longest prefix that holds the address in groups[at ...], or -1. `width` groups are read at most. */
export function findRow(trie: Trie, groups: Uint16Array, at: number, width: number): number {
  let target = trie.root[groups[at] as number] as number;
  for (let i = 1; target < 0 && i < width; i++) target = descend(trie, target, groups[at + i] as number);
  return target > 0 ? target - 1 : -1;
}
