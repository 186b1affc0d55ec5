import { isMapped } from '../address.ts';
import type { Width } from '../prefix.ts';
import { Observations } from './observations.ts';

/** Bits of ::ffff:0:0/96. */
const MAPPED = 96;

/** Which prefixes a build keeps. */
export interface PrefixFilter {
  /** Keep 0.0.0.0/0 and ::/0. Default false: a default route would answer for every address. */
  defaultRoutes?: boolean;
  /** Longest IPv4 prefix kept. Default 32; 24 drops what is not seen Internet-wide. */
  maxLength4?: number;
  /** Longest IPv6 prefix kept. Default 128; 48 drops what is not seen Internet-wide. */
  maxLength6?: number;
}

/** Where every reader puts what it finds: prefixes go to their family, what is left out is counted by reason. */
export class Collector {
  readonly ipv4 = new Observations(2);
  readonly ipv6 = new Observations(8);
  readonly counts: Record<string, number> = {};
  readonly names = new Map<number, string>();
  readonly #filter: Required<PrefixFilter>;

  constructor(filter: PrefixFilter) {
    this.#filter = {
      defaultRoutes: filter.defaultRoutes ?? false,
      maxLength4: filter.maxLength4 ?? 32,
      maxLength6: filter.maxLength6 ?? 128,
    };
  }

  count(what: string, by = 1): void {
    this.counts[what] = (this.counts[what] ?? 0) + by;
  }

  /** Opens a prefix for its origins; undefined when the filter leaves it out. */
  open(groups: Uint16Array, width: Width, length: number): Observations | undefined {
    // ::ffff:198.18.0.0/111 is 198.18.0.0/15: a mapped address is looked up as IPv4. Of fewer bits than 96 none is left that tells.
    if (width === 8 && isMapped(groups)) return this.open(groups.subarray(6, 8), 2, length - MAPPED);
    const longest = width === 2 ? this.#filter.maxLength4 : this.#filter.maxLength6;
    if (length > longest) {
      this.count('dropped_long_prefix');
      return undefined;
    }
    if (length === 0 && !this.#filter.defaultRoutes) {
      this.count('dropped_default_route');
      return undefined;
    }
    const observations = width === 2 ? this.ipv4 : this.ipv6;
    observations.openPrefix(groups, length);
    return observations;
  }
}
