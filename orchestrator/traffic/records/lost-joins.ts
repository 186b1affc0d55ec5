import type { EndedStream } from '../stream.ts';

const mostAddresses = 10_000;
/** How many joins are remembered per address, the latest ones. */
const mostTimes = 32;
/** Maximum number of addresses examined per connection, so that hundreds of announcements cost no more time. */
const mostOfOne = 64;

/**
 * Joins of which the capture lost the SYN, and its token with it: whose they are, nobody can tell. They went to an address that their
 * connection has, its own or one that it announced, when it had begun. One that ends when its connection was handed over comes too late.
 */
export class LostJoins {
  readonly #began = new Map<string, number[]>();

  add({ ended, opener, other, openerKnown }: EndedStream): void {
    for (const { address } of openerKnown ? [other] : [opener, other]) {
      const times = [...(this.#began.get(address) ?? []), ended.first_us].slice(-mostTimes);
      this.#began.delete(address);
      this.#began.set(address, times);
    }
    for (const oldest of this.#began.keys()) {
      if (this.#began.size <= mostAddresses) break;
      this.#began.delete(oldest);
    }
  }

  /** How many of them may be of a connection that began then and has these addresses. */
  count(firstUs: number, addresses: Iterable<string>): number {
    if (this.#began.size === 0) return 0;
    const own = [...new Set(addresses)].slice(0, mostOfOne);
    return own.flatMap((one) => this.#began.get(one) ?? []).filter((at) => at >= firstUs).length;
  }
}
