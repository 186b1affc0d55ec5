import type { Width } from '../prefix.ts';
import { Prefixes } from '../prefixes.ts';
import type { Trie } from '../trie.ts';
import { findBoundaries } from './boundaries.ts';
import { withRoom } from './growable.ts';
import type { Observations } from './observations.ts';
import { type Candidate, type Decision, decideOrigin, soleOrigin } from './origin.ts';
import { compareRows, sortedOrder } from './sort.ts';
import { buildTrie } from './trie-builder.ts';

/** The origins reported for one prefix, each with all peers that reported it anywhere in the source. */
function gather(seen: Observations, rows: Uint32Array): Candidate[] {
  const firsts = new Map<number, number>(); // the first row of each origin, which takes in the peers of its later ones
  for (const row of rows) {
    const key = (seen.origins[row] ?? 0) * 2 + (seen.kinds[row] ?? 0);
    const first = firsts.get(key);
    if (first === undefined) firsts.set(key, row);
    else seen.peers.unite(first, row);
  }
  return Array.from(firsts.values(), (row) => {
    const origin = seen.origins[row] ?? 0;
    const isSet = seen.kinds[row] === 1;
    return { members: isSet ? (seen.sets[origin] ?? []) : [origin], isSet, peers: seen.peers.count(row) };
  });
}

class FamilyArrays {
  readonly width: Width;
  count = 0;
  groups: Uint16Array;
  lengths: Uint8Array;
  asns: Uint32Array;
  flags: Uint8Array;
  severalRows: Uint32Array = new Uint32Array(1024);
  severalStarts: Uint32Array = new Uint32Array(1024);
  severalAsns: Uint32Array = new Uint32Array(1024);
  #several = 0;
  #members = 0;

  constructor(width: Width, rows: number) {
    this.width = width;
    this.groups = new Uint16Array(rows * width);
    this.lengths = new Uint8Array(rows);
    this.asns = new Uint32Array(rows);
    this.flags = new Uint8Array(rows);
  }

  add(seen: Observations, first: number, { asn, flags, origins }: Decision): void {
    const row = this.count++;
    const from = first * this.width;
    for (let i = 0; i < this.width; i++) this.groups[row * this.width + i] = seen.groups[from + i] ?? 0;
    this.lengths[row] = seen.lengths[first] ?? 0;
    this.asns[row] = asn;
    this.flags[row] = flags;
    if (origins.length > 1) this.#addOrigins(row, origins);
  }

  finish(): Prefixes {
    const { width, count } = this;
    this.severalStarts[this.#several] = this.#members;
    return new Prefixes(width, {
      groups: this.groups.slice(0, count * width),
      lengths: this.lengths.slice(0, count),
      asns: this.asns.slice(0, count),
      flags: this.flags.slice(0, count),
      severalRows: this.severalRows.slice(0, this.#several),
      severalStarts: this.severalStarts.slice(0, this.#several + 1),
      severalAsns: this.severalAsns.slice(0, this.#members),
    });
  }

  #addOrigins(row: number, origins: readonly number[]): void {
    this.severalRows = withRoom(this.severalRows, this.#several + 1);
    this.severalStarts = withRoom(this.severalStarts, this.#several + 2);
    this.severalAsns = withRoom(this.severalAsns, this.#members + origins.length);
    this.severalRows[this.#several] = row;
    this.severalStarts[this.#several++] = this.#members;
    for (const asn of origins) this.severalAsns[this.#members++] = asn;
  }
}

/** Sorts what was seen and decides the origin of every prefix. */
function decideAll(seen: Observations): Prefixes {
  const order = sortedOrder(seen);
  const arrays = new FamilyArrays(seen.width, seen.count);
  for (let from = 0; from < order.length; ) {
    const first = order[from] ?? 0;
    let to = from + 1;
    while (to < order.length && compareRows(seen, first, order[to] ?? 0) === 0) to++;
    const isAlone = to === from + 1 && seen.kinds[first] === 0;
    const decision = isAlone
      ? soleOrigin(seen.origins[first] ?? 0)
      : decideOrigin(gather(seen, order.subarray(from, to)));
    arrays.add(seen, first, decision);
    from = to;
  }
  return arrays.finish();
}

/** Prefixes of one family and the tree that finds them. */
export function buildFamily(seen: Observations): { prefixes: Prefixes; trie: Trie } {
  const prefixes = decideAll(seen);
  return { prefixes, trie: buildTrie(findBoundaries(prefixes)) };
}
