import type { PrefixSet } from '../../address/prefix-set.ts';

/** Whom programs left out of a part by themselves: counted in the facts, and not among the rows that the part skipped. */
export interface LeftOut {
  /** Their own blocklist, which cuts holes into prefixes. */
  blocked: PrefixSet;
  /** An address for each unit that got nothing because it opted out during the sending; a placeholder after a purge. */
  optedOut: string[];
}
