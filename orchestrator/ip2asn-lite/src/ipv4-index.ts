import type { Prefixes } from './prefixes.ts';
import { expandRoot, findEdge, type Trie } from './trie.ts';

/**
 * The lookup structure of IPv4: a block of edges for each value of the upper 16 bits, as in the tree, but with the answer beside
 * the edge, so that a lookup touches three places in memory: block start, edges, answer.
 */
export interface Ipv4Index {
  /** Start of the block of each value of the upper 16 bits. */
  readonly starts: Uint32Array;
  /** Values of the lower 16 bits, as in Trie. */
  readonly edges: Uint16Array;
  /** Origin from the edge of the same index on; 0 when there is no route. */
  readonly asns: Uint32Array;
  /** Prefix length, CONTESTED, and ROUTED unless there is no route. */
  readonly details: Uint8Array;
}

/** Bits of Ipv4Index.details. */
export const LENGTH = 63;
export const CONTESTED = 64;
export const ROUTED = 128;

/** Index of the edge that holds the answer for an address. */
export function findAnswer(index: Ipv4Index, address: number): number {
  return findEdge(index.edges, index.starts[address >>> 16] as number, address & 0xffff);
}

/** Copies the answers to the edges. Values that the root answers alone get a block of one edge, shared by equal answers. */
export function indexIpv4(trie: Trie, prefixes: Prefixes): Ipv4Index {
  const alone = new Map<number, number>();
  const starts = expandRoot(trie).map((target) => {
    if (target < 0) return -1 - target;
    const start = alone.get(target) ?? trie.edges.length + alone.size;
    alone.set(target, start);
    return start;
  });
  const edges = new Uint16Array(trie.edges.length + alone.size);
  edges.set(trie.edges);
  const targets = new Int32Array(edges.length);
  targets.set(trie.targets);
  for (const [target, start] of alone) targets[start] = target;
  const asns = new Uint32Array(edges.length);
  const details = new Uint8Array(edges.length);
  targets.forEach((target, edge) => {
    if (target === 0) return;
    const row = target - 1;
    asns[edge] = prefixes.asns[row] ?? 0;
    details[edge] = ROUTED | (prefixes.lengths[row] ?? 0) | (prefixes.isContested(row) ? CONTESTED : 0);
  });
  return { starts: Uint32Array.from(starts), edges, asns, details };
}
