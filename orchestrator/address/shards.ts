import { type Prefix, parsePrefix, prefixOf } from './ip.ts';

/**
 * One of several shards of an IPv4 prefix: every `of`-th of its blocks of length `length`, from the `index`-th. Shards are spread over
 * the whole prefix, hold each address once, and do not depend on a blocklist: an opt-out added between two shards moves no address
 * from one to another, which it would in zmap's own (`--shards` splits the order of what is allowed).
 */
export interface Shard {
  index: number;
  of: number;
  length: number;
}

/** Neighbours in a network stay in one shard: a block is no larger, whatever there is room for. */
const longestStep = 24;

/** How many blocks of a shard's length its prefix has. */
function blocksOf(prefix: Prefix, length: number): number {
  return 2 ** (length - prefix.length);
}

/** How many addresses a shard of a prefix holds. */
export function shardSize(prefix: Prefix, { index, of, length }: Shard): number {
  return Math.ceil((blocksOf(prefix, length) - index) / of) * 2 ** (32 - length);
}

/** The prefixes that a shard holds, in order. */
export function* shardPrefixes(prefix: Prefix, { index, of, length }: Shard): Generator<Prefix> {
  const [first = 0] = prefix.words;
  for (let block = index; block < blocksOf(prefix, length); block += of) {
    yield prefixOf(4, [first + block * 2 ** (32 - length)], length);
  }
}

/** The fewest shards of an IPv4 prefix that hold at most so many addresses each; null where the prefix is no larger. */
export function shardsOf(text: string, most: number): Shard[] | null {
  const prefix = parsePrefix(text);
  if (prefix === null || prefix.family === 6 || 2 ** (32 - prefix.length) <= most) return null;
  const largest = 32 - Math.max(0, Math.floor(Math.log2(Math.max(1, most))));
  const length = Math.max(prefix.length, longestStep, largest);
  const blocks = Math.max(1, Math.floor(most / 2 ** (32 - length)));
  const of = Math.ceil(blocksOf(prefix, length) / blocks);
  return Array.from({ length: of }, (_, index) => ({ index, of, length }));
}
