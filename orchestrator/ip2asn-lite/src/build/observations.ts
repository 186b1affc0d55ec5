import type { Width } from '../prefix.ts';
import { withRoom } from './growable.ts';
import { PeerSets } from './peer-sets.ts';

/** How many rows of the open prefix are looked through for an origin; further back it gets another row, merged after sorting. */
const LOOK_BACK = 64;

/**
 * What a source says, row by row: this prefix, this origin, these peers. Rows of one prefix that stand together are
 * merged as they arrive; the rest is merged after sorting. A full table is tens of megabytes here, whatever its text is.
 */
export class Observations {
  readonly width: Width;
  readonly peers = new PeerSets();
  /** Members of each AS_SET, ascending; a row with kind 1 holds an index into it. */
  readonly sets: (readonly number[])[] = [];
  count = 0;
  groups: Uint16Array = new Uint16Array(4096);
  lengths: Uint8Array = new Uint8Array(1024);
  origins: Uint32Array = new Uint32Array(1024);
  kinds: Uint8Array = new Uint8Array(1024);
  #tail = 0;
  #setNumbers = new Map<string, number>();

  constructor(width: Width) {
    this.width = width;
  }

  /** The prefix that the next `see` calls are about: the first `width` groups, host bits clear. */
  openPrefix(groups: Uint16Array, length: number): void {
    const at = this.count * this.width;
    this.groups = withRoom(this.groups, at + this.width);
    this.lengths = withRoom(this.lengths, this.count + 1);
    for (let i = 0; i < this.width; i++) this.groups[at + i] = groups[i] ?? 0;
    this.lengths[this.count] = length;
    if (!this.#continuesTail(at, length)) this.#tail = this.count;
  }

  /** A peer reports the open prefix from one AS; or several peers with numbers in a row do. */
  seeAs(asn: number, peer: number, peers = 1): void {
    this.#see(asn, 0, peer, peers);
  }

  /** The same from an AS_SET. */
  seeSet(members: readonly number[], peer: number, peers = 1): void {
    const sorted = [...new Set(members)].sort((a, b) => a - b);
    const key = sorted.join();
    let number = this.#setNumbers.get(key);
    if (number === undefined) {
      number = this.sets.push(sorted) - 1;
      this.#setNumbers.set(key, number);
    }
    this.#see(number, 1, peer, peers);
  }

  #continuesTail(at: number, length: number): boolean {
    if (this.#tail === this.count || this.lengths[this.#tail] !== length) return false;
    const tailAt = this.#tail * this.width;
    for (let i = 0; i < this.width; i++) if (this.groups[at + i] !== this.groups[tailAt + i]) return false;
    return true;
  }

  #see(origin: number, kind: number, peer: number, peers: number): void {
    const row = this.#find(origin, kind);
    for (let i = 0; i < peers; i++) this.peers.add(row, peer + i);
  }

  #find(origin: number, kind: number): number {
    for (let row = Math.max(this.#tail, this.count - LOOK_BACK); row < this.count; row++) {
      if (this.origins[row] === origin && this.kinds[row] === kind) return row;
    }
    return this.#addRow(origin, kind);
  }

  /** The prefix of the new row already stands in place; the one after it is a copy, for the next origin of the same prefix. */
  #addRow(origin: number, kind: number): number {
    const row = this.count++;
    this.origins = withRoom(this.origins, this.count);
    this.kinds = withRoom(this.kinds, this.count);
    this.origins[row] = origin;
    this.kinds[row] = kind;
    this.peers.addRow();
    const from = row * this.width;
    this.groups = withRoom(this.groups, from + 2 * this.width);
    this.lengths = withRoom(this.lengths, row + 2);
    this.groups.copyWithin(from + this.width, from, from + this.width);
    this.lengths[row + 1] = this.lengths[row] ?? 0;
    return row;
  }
}
