import type { CityResponse, Reader } from 'maxmind';
import { type Address, formatAddress } from '../../address/ip.ts';

/**
 * Entries of a file by address. Addresses come sorted, and those of a network together: one that lies in the network of the address before
 * has its entry, and is not looked up.
 */
export class Entries {
  readonly #reader: Reader<CityResponse>;
  /** The IPv4 network that was looked up last; none before the first. */
  #first = 0;
  #last = -1;
  #entry: unknown = null;

  constructor(reader: Reader<CityResponse>) {
    this.#reader = reader;
  }

  /**
   * null where the file has none. A file of IPv4 alone is not asked for IPv6: it walks its 32-bit tree with the first bits of the address, and
   * comes back with the entry of an unrelated one.
   */
  of(address: Address): unknown {
    if (address.family === 6)
      return this.#reader.metadata.ipVersion === 4 ? null : this.#reader.get(formatAddress(address));
    const [word = 0] = address.words;
    if (word < this.#first || word > this.#last) this.#lookUpIpv4(word, formatAddress(address));
    return this.#entry;
  }

  /**
   * A file of IPv6 keeps IPv4 in ::/96 and, at the choice of its maker, in ::ffff:0:0/96 too, or there alone. An entry of so few bits that all
   * of ::/96 is in it is one of IPv6, and of no IPv4 address that has its own.
   */
  #lookUpIpv4(word: number, text: string): void {
    const [entry, length] = this.#reader.getWithPrefixLength(text);
    if (this.#reader.metadata.ipVersion === 4 || (entry !== null && length > 0)) {
      this.#hold(word, length, entry);
      return;
    }
    const [mapped, bits] = this.#reader.getWithPrefixLength(`::ffff:${text}`);
    // in the smaller of both networks each place says the same of all
    this.#hold(word, Math.max(length, bits - 96), mapped ?? entry);
  }

  #hold(word: number, length: number, entry: unknown): void {
    const size = 2 ** (32 - length);
    this.#first = word - (word % size);
    this.#last = this.#first + size - 1;
    this.#entry = entry;
  }
}
