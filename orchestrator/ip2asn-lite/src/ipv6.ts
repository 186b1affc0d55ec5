import { buildHops, findRow, type Hops } from './hops.ts';
import { ContestedMatch, Match } from './match.ts';
import type { Prefixes } from './prefixes.ts';
import type { Trie } from './trie.ts';

/** Lookups in the IPv6 half of a table. Addresses are 8 groups. */
export class Ipv6Lookup {
  readonly #prefixes: Prefixes;
  readonly #trie: Trie;
  /** Built when the first address is looked up: who only asks for IPv4 does not wait for it. */
  #hops: Hops | null = null;
  /** Texts that were asked for: writing one takes longer than the lookup. */
  readonly #texts: string[];

  constructor(prefixes: Prefixes, trie: Trie) {
    this.#prefixes = prefixes;
    this.#trie = trie;
    this.#texts = new Array<string>(prefixes.count).fill('');
  }

  match(groups: Uint16Array): Match | null {
    const row = this.#row(groups);
    if (row < 0) return null;
    const prefixes = this.#prefixes;
    let text = this.#texts[row] as string;
    if (text === '') {
      text = prefixes.text(row);
      this.#texts[row] = text;
    }
    const asn = prefixes.asns[row] as number;
    if (!prefixes.isContested(row)) return new Match(asn, text);
    return new ContestedMatch(asn, text, prefixes.origins(row), prefixes.flags[row] ?? 0);
  }

  asn(groups: Uint16Array): number | null {
    const row = this.#row(groups);
    return row < 0 ? null : (this.#prefixes.asns[row] as number);
  }

  #row(groups: Uint16Array): number {
    this.#hops ??= buildHops(this.#trie);
    const row = findRow(this.#hops, groups);
    return row < this.#prefixes.count ? row : -1;
  }
}
