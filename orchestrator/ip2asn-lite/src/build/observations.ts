import { compareGroups, type Width } from '../prefix.ts';
import { withRoom } from './growable.ts';
import { PeerSets } from './peer-sets.ts';

/** How many rows of the open prefix are looked through for an origin; further back it gets another row, merged after sorting. */
const LOOK_BACK = 64;

/**
 * What a source says: prefixes in order of arrival, and for each its rows: this origin, these peers. Rows of one prefix that stand
 * together are merged as they arrive; the rest is merged after sorting. A full table is tens of megabytes here, whatever its text is.
 */
export class Observations {
  readonly width: Width;
  readonly peers = new PeerSets();
  /** Members of each AS_SET, ascending; a row with kind 1 holds an index into it. */
  readonly sets: (readonly number[])[] = [];
  /** Prefixes. One that stands apart from its like is there again; the last may be without rows. */
  count = 0;
  groups: Uint16Array = new Uint16Array(4096);
  lengths: Uint8Array = new Uint8Array(1024);
  /** First row of each prefix: its rows end where those of the next one begin. */
  starts: Uint32Array = new Uint32Array(1024);
  rows = 0;
  origins: Uint32Array = new Uint32Array(1024);
  kinds: Uint8Array = new Uint8Array(1024);
  #setNumbers = new Map<string, number>();

  constructor(width: Width) {
    this.width = width;
  }

  /** The prefix that the next `see` calls are about: the first `width` groups, host bits clear. */
  openPrefix(groups: Uint16Array, length: number): void {
    if (this.#isOpen(groups, length)) return;
    // A prefix that nothing was said of leaves its place to the next one.
    if (this.count === 0 || this.starts[this.count - 1] !== this.rows) this.#addPrefix();
    const last = this.count - 1;
    for (let i = 0; i < this.width; i++) this.groups[last * this.width + i] = groups[i] ?? 0;
    this.lengths[last] = length;
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

  /** The row after the last one of a prefix. */
  endOf(prefix: number): number {
    return prefix + 1 < this.count ? (this.starts[prefix + 1] ?? 0) : this.rows;
  }

  #isOpen(groups: Uint16Array, length: number): boolean {
    const last = this.count - 1;
    if (last < 0 || this.lengths[last] !== length) return false;
    return compareGroups(this.groups, last * this.width, groups, 0, this.width) === 0;
  }

  #addPrefix(): void {
    const prefix = this.count++;
    this.groups = withRoom(this.groups, this.count * this.width);
    this.lengths = withRoom(this.lengths, this.count);
    this.starts = withRoom(this.starts, this.count);
    this.starts[prefix] = this.rows;
  }

  #see(origin: number, kind: number, peer: number, peers: number): void {
    const row = this.#find(origin, kind);
    for (let i = 0; i < peers; i++) this.peers.add(row, peer + i);
  }

  #find(origin: number, kind: number): number {
    const { origins, kinds, rows } = this;
    for (let row = Math.max(this.starts[this.count - 1] ?? 0, rows - LOOK_BACK); row < rows; row++) {
      if (origins[row] === origin && kinds[row] === kind) return row;
    }
    return this.#addRow(origin, kind);
  }

  #addRow(origin: number, kind: number): number {
    const row = this.rows++;
    this.origins = withRoom(this.origins, this.rows);
    this.kinds = withRoom(this.kinds, this.rows);
    this.origins[row] = origin;
    this.kinds[row] = kind;
    this.peers.addRow();
    return row;
  }
}
