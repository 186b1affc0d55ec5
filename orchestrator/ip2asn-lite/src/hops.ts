import { expandRoot, findEdge, findEdgeAmong, type Trie } from './trie.ts';

/**
 * The tree of IPv6 made ready for lookups. Most routes lie under a few values of the first 16 bits: the blocks under the root
 * have thousands of edges, and halving one takes a dozen steps, each of which waits for the one before. So the root is written out, and
 * for each block under it the upper 8 of the next 16 bits say between which two edges to look.
 */
export interface Hops {
  readonly trie: Trie;
  /** By the first 16 bits: an answer as in Trie, or -(place + 1): where the places of the block begin. */
  readonly root: Int32Array;
  /** 257 for each block: the last edge at or before each multiple of 256, then the last edge of the block. */
  readonly places: Uint32Array;
}

const PER_BLOCK = 257;

function writePlaces({ edges }: Trie, start: number, places: Uint32Array, at: number): void {
  const last = start + (edges[start] ?? 0);
  let edge = start;
  for (let high = 0; high < 256; high++) {
    while (edge < last && (edges[edge + 1] ?? 0) <= high << 8) edge++;
    places[at + high] = edge;
  }
  places[at + 256] = last;
}

/** Takes about a millisecond for a full table, and 1 kB for each block under the root beside the 256 kB of the root. */
export function buildHops(trie: Trie): Hops {
  const root = expandRoot(trie);
  const blocks = [...root.keys()].filter((value) => (root[value] ?? 0) < 0);
  const places = new Uint32Array(blocks.length * PER_BLOCK);
  for (const [block, value] of blocks.entries()) {
    writePlaces(trie, -1 - (root[value] ?? 0), places, block * PER_BLOCK);
    root[value] = -1 - block * PER_BLOCK;
  }
  return { trie, root, places };
}

/** Row of the longest prefix that holds the address in groups, or -1. */
export function findRow({ trie, root, places }: Hops, groups: Uint16Array): number {
  const { edges, targets } = trie;
  let target = root[groups[0] as number] as number;
  if (target >= 0) return target - 1;
  const value = groups[1] as number;
  const hop = -1 - target + (value >> 8);
  const first = places[hop] as number;
  const count = (places[hop + 1] as number) - first + 1;
  target = targets[findEdgeAmong(edges, first, count, value)] as number;
  for (let i = 2; target < 0 && i < 8; i++)
    target = targets[findEdge(edges, -1 - target, groups[i] as number)] as number;
  return target > 0 ? target - 1 : -1;
}
