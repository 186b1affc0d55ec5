import { withRoom } from '../build/growable.ts';
import type { Observations } from '../build/observations.ts';

/** The routes of one record, held back until all of it is read: a record that turns out to be bad leaves nothing behind. */
export class RecordRoutes {
  #count = 0;
  #peers: Uint32Array = new Uint32Array(64);
  #asns: Uint32Array = new Uint32Array(64);
  /** Members of the AS_SET where the route ends in one. */
  readonly #sets: (readonly number[] | undefined)[] = [];
  /** Routes that say nothing of where they come from. */
  withoutOrigin = 0;

  clear(): void {
    this.#count = 0;
    this.withoutOrigin = 0;
  }

  addAs(asn: number, peer: number): void {
    this.#asns = withRoom(this.#asns, this.#count + 1);
    this.#asns[this.#count] = asn;
    this.#add(peer, undefined);
  }

  addSet(members: readonly number[], peer: number): void {
    this.#add(peer, members);
  }

  /** Hands all of them to the prefix that was opened. */
  seenBy(seen: Observations): void {
    for (let i = 0; i < this.#count; i++) {
      const set = this.#sets[i];
      const peer = this.#peers[i] ?? 0;
      if (set === undefined) seen.seeAs(this.#asns[i] ?? 0, peer);
      else seen.seeSet(set, peer);
    }
  }

  #add(peer: number, set: readonly number[] | undefined): void {
    this.#peers = withRoom(this.#peers, this.#count + 1);
    this.#peers[this.#count] = peer;
    this.#sets[this.#count++] = set;
  }
}
