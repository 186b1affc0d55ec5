import { CONTESTED, findAnswer, type Ipv4Index, LENGTH } from './ipv4-index.ts';
import { ContestedMatch, Match } from './match.ts';
import { clearHostBits } from './prefix.ts';
import { ipv4PrefixText } from './prefix-text.ts';
import type { Prefixes } from './prefixes.ts';

/** Lookups in the IPv4 half of a table. Addresses are 32 bits, signed or unsigned. */
export class Ipv4Lookup {
  readonly #prefixes: Prefixes;
  readonly #index: Ipv4Index;

  constructor(prefixes: Prefixes, index: Ipv4Index) {
    this.#prefixes = prefixes;
    this.#index = index;
  }

  match(address: number): Match | null {
    const index = this.#index;
    const at = findAnswer(index, address);
    const detail = index.details[at];
    if (!detail) return null;
    const prefix = ipv4PrefixText(address, detail & LENGTH);
    const asn = index.asns[at] as number;
    return (detail & CONTESTED) === 0 ? new Match(asn, prefix) : this.#contested(address, detail & LENGTH, asn, prefix);
  }

  asn(address: number): number | null {
    const at = findAnswer(this.#index, address);
    return this.#index.details[at] ? (this.#index.asns[at] as number) : null;
  }

  batch(addresses: Uint32Array, out: Uint32Array): void {
    const index = this.#index;
    const { asns } = index;
    for (let i = 0; i < addresses.length; i++) out[i] = asns[findAnswer(index, addresses[i] as number)] as number;
  }

  #contested(address: number, length: number, asn: number, prefix: string): Match {
    const groups = Uint16Array.of(address >>> 16, address & 0xffff);
    clearHostBits(groups, 2, length);
    const row = this.#prefixes.rowOf(groups, length);
    return new ContestedMatch(asn, prefix, this.#prefixes.origins(row), this.#prefixes.flags[row] ?? 0);
  }
}
