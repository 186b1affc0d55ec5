import { FLAG_BITS, type Flag, flagNames } from './asn-class.ts';
import { type Family, severalOrigins } from './family.ts';
import { formatPrefix } from './prefix.ts';

/** One answer. Frozen, and shared by later lookups of the same prefix. */
export interface Match {
  /** The decided origin: README, "Which origin". */
  readonly asn: number;
  /** The longest prefix of the table that holds the address, as `address/length`. */
  readonly prefix: string;
  /** All origins seen for the prefix, the decided one first. */
  readonly origins: readonly number[];
  /** The origin was an AS_SET: the prefix is an aggregate, `asn` its lowest member. */
  readonly asSet: boolean;
  readonly flags: readonly Flag[];
}

/** Slots of the cache of answers: enough for the prefixes that carry most addresses, 10 MB when all are in use. */
const SLOTS = 65536;

function makeMatch(family: Family, row: number): Match {
  const { groups, width, lengths, asns, flags } = family;
  const asn = asns[row] ?? 0;
  const bits = flags[row] ?? 0;
  return Object.freeze({
    asn,
    prefix: formatPrefix(groups, row * width, width, lengths[row] ?? 0),
    origins: Object.freeze(severalOrigins(family, row) ?? [asn]),
    asSet: (bits & FLAG_BITS.as_set) !== 0,
    flags: flagNames(bits),
  });
}

/** The answers of one family. Text and lists are made when a prefix is first asked for, and kept while its slot is not needed by another. */
export class Matches {
  readonly #family: Family;
  readonly #rows = new Int32Array(SLOTS).fill(-1);
  readonly #matches: Match[] = [];

  constructor(family: Family) {
    this.#family = family;
  }

  of(row: number): Match {
    const slot = row & (SLOTS - 1);
    const kept = this.#matches[slot];
    if (this.#rows[slot] === row && kept !== undefined) return kept;
    const match = makeMatch(this.#family, row);
    this.#rows[slot] = row;
    this.#matches[slot] = match;
    return match;
  }
}
