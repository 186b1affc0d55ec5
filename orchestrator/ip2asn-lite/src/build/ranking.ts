import { withRoom } from './growable.ts';
import type { Observations } from './observations.ts';

/** A key is one number: what is sorted by, times this, and what it is told apart by. Both fit into 53 bits. */
const BELOW = 2 ** 32;
const MOST = 2 ** 20;

/** Fewer keys are sorted faster by hand than by a call. */
const FEW = 48;

/** Sorts the first `count` keys, ascending. */
function sortKeys(keys: Float64Array, count: number): void {
  if (count > FEW) {
    keys.subarray(0, count).sort();
    return;
  }
  for (let i = 1; i < count; i++) {
    const key = keys[i] ?? 0;
    let at = i;
    for (; at > 0 && (keys[at - 1] ?? 0) > key; at--) keys[at] = keys[at - 1] ?? 0;
    keys[at] = key;
  }
}

/**
 * The rule of decideOrigin for a prefix whose origins are all single ASes, as most are, with nothing made for it: a full table may
 * have tens of millions of them.
 */
export class Ranking {
  /** Origins: the one of the most peers first, of as many the lowest. */
  asns: Uint32Array = new Uint32Array(64);
  count = 0;
  #keys: Float64Array = new Float64Array(64);
  #firsts: Uint32Array = new Uint32Array(64);

  /** Ranks the origins of some rows; false where decideOrigin has to: of sets, and of more rows or peers than a key has room for. */
  rank(seen: Observations, rows: Uint32Array, count: number): boolean {
    if (count > MOST) return false;
    this.#keys = withRoom(this.#keys, count);
    this.#firsts = withRoom(this.#firsts, count);
    this.asns = withRoom(this.asns, count);
    for (let i = 0; i < count; i++) {
      const row = rows[i] ?? 0;
      if (seen.kinds[row] !== 0) return false;
      this.#keys[i] = (seen.origins[row] ?? 0) * MOST + i;
    }
    this.#unite(seen, rows, count);
    return this.#byPeers(seen);
  }

  /** Rows of one origin become the first of them, which takes in the peers of the others. */
  #unite(seen: Observations, rows: Uint32Array, count: number): void {
    sortKeys(this.#keys, count);
    this.count = 0;
    for (let i = 0; i < count; i++) {
      const key = this.#keys[i] ?? 0;
      const asn = Math.floor(key / MOST);
      const row = rows[key - asn * MOST] ?? 0;
      const last = this.count - 1;
      if (last >= 0 && this.asns[last] === asn) {
        seen.peers.unite(this.#firsts[last] ?? 0, row);
        continue;
      }
      this.asns[this.count] = asn;
      this.#firsts[this.count++] = row;
    }
  }

  #byPeers(seen: Observations): boolean {
    const { count } = this;
    for (let i = 0; i < count; i++) {
      const peers = seen.peers.count(this.#firsts[i] ?? 0);
      if (peers > MOST) return false;
      this.#keys[i] = (MOST - peers) * BELOW + (this.asns[i] ?? 0);
    }
    sortKeys(this.#keys, count);
    for (let i = 0; i < count; i++) this.asns[i] = (this.#keys[i] ?? 0) % BELOW;
    return true;
  }
}
