import { isMapped, parseAddress } from './address.ts';
import { InvalidAddressError } from './errors.ts';
import type { Family } from './family.ts';
import { type Match, Matches } from './match.ts';
import { findName, type NameList } from './name-list.ts';
import { formatPrefix } from './prefix.ts';
import { type AsSize, sizeOf } from './size.ts';
import { descend, findRow } from './trie.ts';

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
  ipv4: Family;
  ipv6: Family;
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
  readonly parts: TableParts;
  readonly #throws: boolean;
  readonly #groups = new Uint16Array(8);
  readonly #matches4: Matches;
  readonly #matches6: Matches;

  constructor(parts: TableParts, options: TableOptions = {}) {
    this.parts = parts;
    this.#throws = options.invalid !== 'null';
    this.#matches4 = new Matches(parts.ipv4);
    this.#matches6 = new Matches(parts.ipv6);
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
    return { ipv4: this.parts.ipv4.count, ipv6: this.parts.ipv6.count };
  }

  /** The longest matching prefix and its origin, or null when no prefix holds the address. */
  lookup(address: Address): Match | null {
    const family = this.#read(address);
    if (family === 4) {
      const row = findRow(this.parts.ipv4.trie, this.#groups, 0, 2);
      return row < 0 ? null : this.#matches4.of(row);
    }
    if (family === 6) {
      const row = findRow(this.parts.ipv6.trie, this.#groups, 0, 8);
      return row < 0 ? null : this.#matches6.of(row);
    }
    if (this.#throws) throw new InvalidAddressError(address);
    return null;
  }

  /** The origin alone, or null when no prefix holds the address. */
  asn(address: Address): number | null {
    const family = this.#read(address);
    if (family === 0) {
      if (this.#throws) throw new InvalidAddressError(address);
      return null;
    }
    const from = family === 4 ? this.parts.ipv4 : this.parts.ipv6;
    const row = findRow(from.trie, this.#groups, 0, from.width);
    return row < 0 ? null : (from.asns[row] ?? null);
  }

  /**
   * Origins of many IPv4 addresses: out[i] is the ASN of addresses[i], 0 where no prefix holds it
   * (AS 0 may not be announced, RFC 7607).
   */
  lookupBatch(addresses: Uint32Array, out: Uint32Array = new Uint32Array(addresses.length)): Uint32Array {
    const { trie, asns } = this.parts.ipv4;
    const { root } = trie;
    for (let i = 0; i < addresses.length; i++) {
      const address = addresses[i] as number;
      let target = root[address >>> 16] as number;
      if (target < 0) target = descend(trie, target, address & 0xffff);
      out[i] = target > 0 ? (asns[target - 1] as number) : 0;
    }
    return out;
  }

  /** Origins of many IPv6 addresses, 16 bytes each in network order. IPv4-mapped ones are looked up as IPv4. */
  lookupBatch6(addresses: Uint8Array, out: Uint32Array = new Uint32Array(addresses.length / 16)): Uint32Array {
    if (addresses.length % 16 !== 0) throw new RangeError(`${addresses.length} bytes are not whole 16-byte addresses`);
    const { ipv4, ipv6 } = this.parts;
    const groups = this.#groups;
    for (let i = 0; i * 16 < addresses.length; i++) {
      for (let group = 0; group < 8; group++) {
        const at = i * 16 + group * 2;
        groups[group] = ((addresses[at] as number) << 8) | (addresses[at + 1] as number);
      }
      const mapped = isMapped(groups);
      const from = mapped ? ipv4 : ipv6;
      const row = findRow(from.trie, groups, mapped ? 6 : 0, from.width);
      out[i] = row < 0 ? 0 : (from.asns[row] as number);
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
    for (const { groups, width, lengths, asns, count } of [this.parts.ipv4, this.parts.ipv6]) {
      for (let row = 0; row < count; row++) {
        if (asns[row] === asn) found.push(formatPrefix(groups, row * width, width, lengths[row] ?? 0));
      }
    }
    return found;
  }

  /** How many addresses the prefixes of an AS hold; addresses under several of its prefixes count once. */
  size(asn: number): AsSize {
    return { ipv4: Number(sizeOf(this.parts.ipv4, asn)), ipv6: sizeOf(this.parts.ipv6, asn) };
  }

  #read(address: Address): 0 | 4 | 6 {
    const groups = this.#groups;
    if (typeof address === 'string') return parseAddress(address, groups);
    if (typeof address === 'number') {
      if (address >>> 0 !== address) return 0;
      groups[0] = address >>> 16;
      groups[1] = address & 0xffff;
      return 4;
    }
    return readBigint(address, groups);
  }
}

function readBigint(address: bigint, groups: Uint16Array): 0 | 4 | 6 {
  if (typeof address !== 'bigint' || address < 0n || address >> 128n !== 0n) return 0;
  const high = address >> 64n;
  for (let i = 0; i < 8; i++) groups[i] = Number(((i < 4 ? high : address) >> BigInt(48 - (i & 3) * 16)) & 0xffffn);
  if (!isMapped(groups)) return 6;
  groups[0] = groups[6] ?? 0;
  groups[1] = groups[7] ?? 0;
  return 4;
}
