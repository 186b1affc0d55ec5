import { isMapped, mappedIpv4, parseIpv4, parseIpv6 } from './address.ts';
import { InvalidAddressError } from './errors.ts';
import { Ipv4Lookup } from './ipv4.ts';
import type { Ipv4Index } from './ipv4-index.ts';
import { Ipv6Lookup } from './ipv6.ts';
import type { Match } from './match.ts';
import { findName, type NameList } from './name-list.ts';
import type { Prefixes } from './prefixes.ts';
import { type AsSize, sizeOf } from './size.ts';
import type { Trie } from './trie.ts';

/** Where a table came from. */
export interface TableInfo {
  /** File name of the source, without its folder. */
  readonly source: string;
  readonly format: 'mrt' | 'pyasn' | 'pfx2as' | 'ranges';
  /** Time of the snapshot, or null when the source does not say. */
  readonly asOf: Date | null;
  readonly builtAt: Date;
  /** What was read and what was left out, by reason. */
  readonly counts: Readonly<Record<string, number>>;
}

/** What a table is made of: the parts that a cache file holds. */
export interface TableParts {
  info: TableInfo;
  prefixes4: Prefixes;
  prefixes6: Prefixes;
  index4: Ipv4Index;
  trie6: Trie;
  names: NameList;
}

export interface TableOptions {
  /** What `lookup` and `asn` do with something that is no address: throw InvalidAddressError (default) or answer null. */
  invalid?: 'throw' | 'null';
}

/** An address: text of either family, an IPv4 address as a number, an IPv6 address as a bigint. */
export type Address = string | number | bigint;

/** Answers which AS announces an address, by longest prefix match over one snapshot of the routing table. */
export class Table {
  /** The arrays, for saveTable. */
  readonly parts: TableParts;
  readonly #throws: boolean;
  readonly #ipv4: Ipv4Lookup;
  readonly #ipv6: Ipv6Lookup;
  readonly #groups = new Uint16Array(8);

  constructor(parts: TableParts, options: TableOptions = {}) {
    this.parts = parts;
    this.#throws = options.invalid !== 'null';
    this.#ipv4 = new Ipv4Lookup(parts.prefixes4, parts.index4);
    this.#ipv6 = new Ipv6Lookup(parts.prefixes6, parts.trie6);
  }

  get info(): TableInfo {
    return this.parts.info;
  }

  /** Time of the snapshot, or null when the source does not say. */
  get asOf(): Date | null {
    return this.parts.info.asOf;
  }

  /** Number of prefixes by family. */
  get prefixCount(): { ipv4: number; ipv6: number } {
    return { ipv4: this.parts.prefixes4.count, ipv6: this.parts.prefixes6.count };
  }

  /** The longest matching prefix and its origin, or null when no prefix holds the address. */
  lookup(address: Address): Match | null {
    if (typeof address === 'string') {
      const bits = parseIpv4(address, 0, address.length);
      if (bits !== null) return this.#ipv4.match(bits);
    } else if (isUint32(address)) {
      return this.#ipv4.match(address);
    }
    if (!this.#readIpv6(address)) return this.#refuse(address);
    return isMapped(this.#groups) ? this.#ipv4.match(mappedIpv4(this.#groups)) : this.#ipv6.match(this.#groups);
  }

  /** The origin alone, or null when no prefix holds the address. */
  asn(address: Address): number | null {
    if (isUint32(address)) return this.#ipv4.asn(address);
    if (typeof address === 'string') {
      const bits = parseIpv4(address, 0, address.length);
      if (bits !== null) return this.#ipv4.asn(bits);
    }
    if (!this.#readIpv6(address)) return this.#refuse(address);
    return isMapped(this.#groups) ? this.#ipv4.asn(mappedIpv4(this.#groups)) : this.#ipv6.asn(this.#groups);
  }

  /**
   * Origins of many IPv4 addresses: out[i] is the ASN of addresses[i], 0 where no prefix holds it
   * (AS 0 may not be announced, RFC 7607).
   */
  lookupBatch(addresses: Uint32Array, out: Uint32Array = new Uint32Array(addresses.length)): Uint32Array {
    requireArray(addresses, Uint32Array);
    requireRoom(addresses.length, out);
    this.#ipv4.batch(addresses, out);
    return out;
  }

  /** Origins of many IPv6 addresses, 16 bytes each in network order. IPv4-mapped ones are looked up as IPv4. */
  lookupBatch6(addresses: Uint8Array, out: Uint32Array = new Uint32Array(addresses.length >> 4)): Uint32Array {
    requireArray(addresses, Uint8Array);
    if (addresses.length % 16 !== 0) throw new RangeError(`${addresses.length} bytes are not whole 16-byte addresses`);
    requireRoom(addresses.length / 16, out);
    const groups = this.#groups;
    for (let at = 0, i = 0; at < addresses.length; at += 16, i++) {
      for (let group = 0; group < 8; group++) {
        const byte = at + group * 2;
        groups[group] = ((addresses[byte] as number) << 8) | (addresses[byte + 1] as number);
      }
      out[i] = (isMapped(groups) ? this.#ipv4.asn(mappedIpv4(groups)) : this.#ipv6.asn(groups)) ?? 0;
    }
    return out;
  }

  /** The name of an AS, or null when no name file was given or it has none. */
  name(asn: number): string | null {
    return findName(this.parts.names, asn);
  }

  /** All prefixes whose decided origin is this AS, IPv4 before IPv6, in order of address. */
  prefixes(asn: number): string[] {
    const found: string[] = [];
    for (const prefixes of [this.parts.prefixes4, this.parts.prefixes6]) {
      for (let row = 0; row < prefixes.count; row++) if (prefixes.asns[row] === asn) found.push(prefixes.text(row));
    }
    return found;
  }

  /** How many addresses the prefixes of an AS hold; addresses under several of its prefixes count once. */
  size(asn: number): AsSize {
    return { ipv4: Number(sizeOf(this.parts.prefixes4, asn)), ipv6: sizeOf(this.parts.prefixes6, asn) };
  }

  #refuse(address: Address): null {
    if (this.#throws) throw new InvalidAddressError(address);
    return null;
  }

  #readIpv6(address: Address): boolean {
    if (typeof address === 'bigint') return readBigint(address, this.#groups);
    return typeof address === 'string' && parseIpv6(address, 0, address.length, this.#groups);
  }
}

function isUint32(address: Address): address is number {
  return typeof address === 'number' && address >>> 0 === address;
}

/** Numbers of another type would be cut to fit, and answered as other addresses. */
function requireArray(array: unknown, type: typeof Uint8Array | typeof Uint32Array): void {
  if (!(array instanceof type)) throw new TypeError(`a batch is a ${type.name}`);
}

function requireRoom(needed: number, out: Uint32Array): void {
  requireArray(out, Uint32Array);
  if (out.length < needed) throw new RangeError(`out has room for ${out.length} answers, ${needed} are due`);
}

function readBigint(address: bigint, groups: Uint16Array): boolean {
  if (address < 0n || address >> 128n !== 0n) return false;
  for (let i = 0; i < 8; i++) groups[i] = Number((address >> BigInt(112 - i * 16)) & 0xffffn);
  return true;
}
