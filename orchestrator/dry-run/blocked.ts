import { readBlocklist } from '../address/blocklist.ts';
import { neverAsked, reachedSet } from '../address/forms.ts';
import { type Prefix, parsePrefix } from '../address/ip.ts';
import type { PrefixSet } from '../address/prefix-set.ts';
import type { Shard } from '../address/shards.ts';
import type { Config } from '../config/config.ts';
import { sizeOf } from './scopes.ts';

/** Addresses within a prefix to which nothing is sent. */
export interface Within {
  optedOut: number;
  /** Of no opt-out, in special-purpose ranges. */
  special: number;
}

const nobody: Within = { optedOut: 0, special: 0 };

/** How many addresses of a hole lie in the blocks that a shard has of its prefix. */
function inShard(hole: Prefix, prefix: Prefix, { index, of, length }: Shard): number {
  const start = (hole.words[0] ?? 0) - (prefix.words[0] ?? 0);
  const block = 2 ** (32 - length);
  const first = Math.floor(start / block);
  if (hole.length >= length) return first % of === index ? sizeOf(hole) : 0;
  const upTo = (end: number) => Math.max(0, Math.ceil((end - index) / of));
  return (upTo(first + sizeOf(hole) / block) - upTo(first)) * block;
}

/** The opt-outs and special-purpose ranges within prefixes. */
export class Holes {
  readonly #optedOut: PrefixSet;
  readonly #all: PrefixSet;
  readonly #known = new Map<string, { optedOut: Prefix[]; all: Prefix[] }>();

  constructor(config: Config) {
    const listed = config.scan.blocklist === null ? [] : readBlocklist(config.scan.blocklist).prefixes;
    this.#optedOut = reachedSet(listed);
    this.#all = reachedSet(config.lab ? listed : [...listed, ...neverAsked()]);
  }

  within(target: string, shard: Shard | undefined): Within {
    const prefix = target.includes('/') ? parsePrefix(target) : null;
    if (prefix === null) return nobody;
    const holes = this.#holesOf(target, prefix);
    const sum = (list: Prefix[]) =>
      list.reduce((total, hole) => total + (shard === undefined ? sizeOf(hole) : inShard(hole, prefix, shard)), 0);
    const optedOut = sum(holes.optedOut);
    return { optedOut, special: sum(holes.all) - optedOut };
  }

  #holesOf(target: string, prefix: Prefix): { optedOut: Prefix[]; all: Prefix[] } {
    const known = this.#known.get(target);
    if (known !== undefined) return known;
    const holes = { optedOut: this.#optedOut.split(prefix).inside, all: this.#all.split(prefix).inside };
    // A list may hold many prefixes; it is one and the same that comes in many shards, row by row.
    this.#known.clear();
    this.#known.set(target, holes);
    return holes;
  }
}
