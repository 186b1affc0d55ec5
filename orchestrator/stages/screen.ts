import { readFileSync } from 'node:fs';
import type { Config } from '../config.ts';
import { lastWords, parseAddress, parsePrefix } from '../ip.ts';
import { PrefixSet, readBlocklist } from '../prefix-set.ts';
import { scopeOf } from '../scope.ts';

/** Says why an address or prefix must not be sent anything; null when it may be. */
export type Screen = (target: string) => string | null;

/**
 * The opt-outs and the ranges that no census has business in. Every stage that sends packets to targets asks this first; the
 * programs' own blocklists stand behind it.
 */
export function createScreen(config: Config): Screen {
  const blocked = new PrefixSet(
    config.scan.blocklist === null ? [] : readBlocklist(readFileSync(config.scan.blocklist, 'utf8')),
  );
  const lab = new PrefixSet(config.lab_ranges);
  return (target) => {
    const prefix = parsePrefix(target);
    if (prefix === null) return 'blocked';
    const last = { family: prefix.family, words: lastWords(prefix) };
    if (config.lab) {
      if (!lab.contains(prefix) || !lab.contains(last)) return 'outside_lab';
    } else if (parseAddress(target) !== null && scopeOf(target, lab) !== 'global') {
      return 'not_global';
    }
    return blocked.contains(prefix) && blocked.contains(last) ? 'blocked' : null;
  };
}
