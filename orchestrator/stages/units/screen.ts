import { readFileSync } from 'node:fs';
import { parsePrefix } from '../../address/ip.ts';
import { PrefixSet, readBlocklist } from '../../address/prefix-set.ts';
import { isSpecialPurpose, scopeOf } from '../../address/scope.ts';
import type { Config } from '../../config/config.ts';

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
    if (config.lab && !lab.covers(prefix)) return 'outside_lab';
    if (!config.lab && !isGlobal(target, lab)) return 'not_global';
    return blocked.covers(prefix) ? 'blocked' : null;
  };
}

/** An address by its scope; a prefix is out when special-purpose ranges hold all of it. What lies within is the prober's to leave out. */
function isGlobal(target: string, lab: PrefixSet): boolean {
  return target.includes('/') ? !isSpecialPurpose(target) : scopeOf(target, lab) === 'global';
}
