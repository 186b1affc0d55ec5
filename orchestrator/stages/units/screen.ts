import { readBlocklist } from '../../address/blocklist.ts';
import { heldIpv4, neverAsked, reachedSet } from '../../address/forms.ts';
import { formatPrefix, type Prefix, parsePrefix } from '../../address/ip.ts';
import { PrefixSet } from '../../address/prefix-set.ts';
import { type Shard, shardPrefixes } from '../../address/shards.ts';
import type { Config } from '../../config/config.ts';

export interface Screen {
  /** Why an address, or any address of a prefix or of a shard of one, must not be sent anything; null when it, or some of it, may be. */
  whole: (target: string, shard?: Shard) => string | null;
  /** A prefix of which some addresses must not be sent anything, or a shard of one, cut into prefixes; null for all of a prefix. */
  partly: (target: string, shard?: Shard) => { asked: string[]; skipped: string[]; reason: string } | null;
}

/**
 * The opt-outs and the ranges that no census has business in. Every stage that sends packets to targets asks this first; the
 * programs' own blocklists stand behind it.
 */
export function createScreen(config: Config): Screen {
  const listed = config.scan.blocklist === null ? [] : readBlocklist(config.scan.blocklist).prefixes;
  // Outside the lab the special-purpose ranges are removed too. A prefix of which nothing remains is blocked.
  const blocked = reachedSet(config.lab ? listed : [...listed, ...neverAsked()]);
  const lab = new PrefixSet(config.lab_ranges);
  const outside = config.lab ? 'outside_lab' : 'not_global';
  return {
    whole(target, shard) {
      const prefix = parsePrefix(target);
      if (prefix === null) return 'blocked';
      const inside = config.lab ? lab.covers(prefix) : isOpen(target, prefix, lab);
      // A mapped address does not exist on the wire: nothing can be sent to it.
      if (!inside || (prefix.family === 4 && target.includes(':'))) return outside;
      return covers(blocked, prefix, shard) ? 'blocked' : null;
    },
    partly: (target, shard) => cut(blocked, target, shard, 'blocked'),
  };
}

/** Those who opted out since the run was started. */
export function lateScreen(optedOut: PrefixSet): Screen {
  const reason = 'opted_out';
  return {
    whole(target, shard) {
      const prefix = parsePrefix(target);
      return prefix !== null && covers(optedOut, prefix, shard) ? reason : null;
    },
    partly: (target, shard) => cut(optedOut, target, shard, reason),
  };
}

/** What is sent to a translated address arrives at the IPv4 host behind it, whose opt-out it is. */
function covers(set: PrefixSet, prefix: Prefix, shard: Shard | undefined): boolean {
  const held = heldIpv4(prefix);
  if (held !== null && set.covers(held)) return true;
  const pieces = shard === undefined ? [prefix] : shardPrefixes(prefix, shard);
  for (const piece of pieces) if (!set.covers(piece)) return false;
  return true;
}

function cut(set: PrefixSet, target: string, shard: Shard | undefined, reason: string): ReturnType<Screen['partly']> {
  const prefix = target.includes('/') ? parsePrefix(target) : null;
  if (prefix === null) return null;
  const pieces = shard === undefined ? [prefix] : [...shardPrefixes(prefix, shard)];
  const halves = pieces.map((piece) => set.split(piece));
  const skipped = halves.flatMap(({ inside }) => inside.map(formatPrefix));
  if (skipped.length === 0 && shard === undefined) return null;
  return { asked: halves.flatMap(({ outside: left }) => left.map(formatPrefix)), skipped, reason };
}

const never = new PrefixSet(neverAsked());

/** An address by its scope; a prefix is out when what is never asked holds all of it. What lies within is the prober's to leave out. */
function isOpen(target: string, prefix: Prefix, lab: PrefixSet): boolean {
  return !never.covers(prefix) || (!target.includes('/') && lab.covers(prefix));
}
