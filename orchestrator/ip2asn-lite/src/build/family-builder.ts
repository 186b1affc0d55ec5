import type { Width } from '../prefix.ts';
import { Prefixes } from '../prefixes.ts';
import type { Trie } from '../trie.ts';
import { findBoundaries } from './boundaries.ts';
import { withRoom } from './growable.ts';
import type { Observations } from './observations.ts';
import { type Candidate, decideOrigin, flagsOf } from './origin.ts';
import { Ranking } from './ranking.ts';
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

  /** A prefix of the source with its flags and its first `count` origins, the decided one first. */
  add(seen: Observations, prefix: number, flags: number, origins: ArrayLike<number>, count: number): void {
    const row = this.count++;
    const from = prefix * this.width;
    for (let i = 0; i < this.width; i++) this.groups[row * this.width + i] = seen.groups[from + i] ?? 0;
    this.lengths[row] = seen.lengths[prefix] ?? 0;
    this.asns[row] = origins[0] ?? 0;
    this.flags[row] = flags;
    if (count > 1) this.#addOrigins(row, origins, count);
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

  #addOrigins(row: number, origins: ArrayLike<number>, count: number): void {
    this.severalRows = withRoom(this.severalRows, this.#several + 1);
    this.severalStarts = withRoom(this.severalStarts, this.#several + 2);
    this.severalAsns = withRoom(this.severalAsns, this.#members + count);
    this.severalRows[this.#several] = row;
    this.severalStarts[this.#several++] = this.#members;
    for (let i = 0; i < count; i++) this.severalAsns[this.#members++] = origins[i] ?? 0;
  }
}

/** The rows of prefixes that are one and the same, taken from prefix to prefix. */
class RowList {
  rows: Uint32Array = new Uint32Array(64);
  count = 0;

  take(seen: Observations, prefixes: Uint32Array, from: number, to: number): void {
    this.count = 0;
    for (let at = from; at < to; at++) {
      const prefix = prefixes[at] ?? 0;
      const end = seen.endOf(prefix);
      const first = seen.starts[prefix] ?? 0;
      this.rows = withRoom(this.rows, this.count + end - first);
      for (let row = first; row < end; row++) this.rows[this.count++] = row;
    }
  }
}

/** Sorts what was seen and decides the origin of every prefix. */
function decideAll(seen: Observations): Prefixes {
  const order = sortedOrder(seen);
  const arrays = new FamilyArrays(seen.width, seen.count);
  const list = new RowList();
  const ranking = new Ranking();
  for (let from = 0, to = 0; from < order.length; from = to) {
    const prefix = order[from] ?? 0;
    for (to = from + 1; to < order.length && compareRows(seen, prefix, order[to] ?? 0) === 0; ) to++;
    list.take(seen, order, from, to);
    const { rows, count } = list;
    if (count === 0) continue;
    if (ranking.rank(seen, rows, count)) {
      arrays.add(seen, prefix, flagsOf(ranking.asns[0] ?? 0, false, ranking.count), ranking.asns, ranking.count);
    } else {
      const { flags, origins } = decideOrigin(gather(seen, rows.subarray(0, count)));
      arrays.add(seen, prefix, flags, origins, origins.length);
    }
  }
  return arrays.finish();
}

/** Prefixes of one family and the tree that finds them. */
export function buildFamily(seen: Observations): { prefixes: Prefixes; trie: Trie } {
  const prefixes = decideAll(seen);
  return { prefixes, trie: buildTrie(findBoundaries(prefixes)) };
}
