import type { Scope } from '../schemas/lists.ts';
import { coveredPrefixes, inPrefix, type Prefix, parseAddress, parsePrefix } from './ip.ts';
import { PrefixSet } from './prefix-set.ts';

/**
 * The special-purpose registries that RFC 6890 set up, as IANA keeps them, most specific first; the rest is global.
 * Blocks whose entry under "globally reachable" is N/A (6to4, Teredo) are not called global.
 */
const specialPurpose: readonly [prefix: string, scope: Scope][] = [
  ['0.0.0.0/8', 'reserved'],
  ['10.0.0.0/8', 'private'], // RFC 1918
  ['100.64.0.0/10', 'shared'], // RFC 6598
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link_local'], // RFC 3927
  ['172.16.0.0/12', 'private'],
  ['192.0.0.9/32', 'global'], // RFC 7723
  ['192.0.0.10/32', 'global'], // RFC 8155
  ['192.0.0.0/24', 'reserved'],
  ['192.0.2.0/24', 'documentation'], // RFC 5737
  ['192.88.99.0/24', 'reserved'], // RFC 7526
  ['192.168.0.0/16', 'private'],
  ['198.18.0.0/15', 'reserved'], // RFC 2544, benchmarking
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  ['224.0.0.0/3', 'reserved'], // multicast (RFC 5771) and class E (RFC 1112)
  ['::1/128', 'loopback'],
  ['64:ff9b::/96', 'global'], // RFC 6052
  ['2001:1::1/128', 'global'], // RFC 7723
  ['2001:1::2/128', 'global'], // RFC 8155
  ['2001:1::3/128', 'global'], // RFC 9665
  ['2001:3::/32', 'global'], // RFC 7450
  ['2001:4:112::/48', 'global'], // RFC 7535
  ['2001:20::/28', 'global'], // RFC 7343
  ['2001:30::/28', 'global'], // RFC 9374
  ['2001::/23', 'reserved'], // RFC 2928: Teredo, benchmarking, old ORCHID among them
  ['2001:db8::/32', 'documentation'], // RFC 3849
  ['2002::/16', 'reserved'], // RFC 3056
  ['3fff::/20', 'documentation'], // RFC 9637
  ['2000::/3', 'global'],
  ['fc00::/7', 'private'], // RFC 4193
  ['fe80::/10', 'link_local'],
  ['::/0', 'reserved'], // outside 2000::/3 nothing is allocated for global unicast (RFC 4291, 2.4)
];

const table: Record<4 | 6, { prefix: Prefix; scope: Scope }[]> = { 4: [], 6: [] };
for (const [text, scope] of specialPurpose) {
  const prefix = parsePrefix(text);
  if (prefix !== null) table[prefix.family].push({ prefix, scope });
}

function halves(prefix: Prefix): Prefix[] {
  const length = prefix.length + 1;
  const bit = (1 << (31 - (prefix.length % 32))) >>> 0;
  const upper = prefix.words.map((word, index) => (index === prefix.length >>> 5 ? (word | bit) >>> 0 : word));
  return [
    { ...prefix, length },
    { ...prefix, length, words: upper },
  ];
}

/** What is left of a prefix when another is taken out of it. */
function without(prefix: Prefix, hole: Prefix): Prefix[] {
  if (hole.length <= prefix.length) return inPrefix(prefix, hole) ? [] : [prefix];
  return inPrefix(hole, prefix) ? halves(prefix).flatMap((half) => without(half, hole)) : [prefix];
}

/**
 * Prefixes of one family that hold every address that is not global, and no other: no census of real hosts probes them, whatever its
 * blocklist says. Global blocks within a special one are cut out of it; ::/0 would otherwise block all of IPv6.
 */
export function notGlobal(family: 4 | 6): Prefix[] {
  return table[family].flatMap(({ prefix, scope }, index) => {
    if (scope === 'global') return [];
    const holes = table[family].slice(0, index).filter((entry) => entry.scope === 'global');
    return holes.reduce((left, hole) => left.flatMap((part) => without(part, hole.prefix)), [prefix]);
  });
}

/**
 * Where an address can be reached from. Ranges that a lab profile declares its own count as global.
 * @throws RangeError when the text is no address
 */
export function scopeOf(text: string, lab: PrefixSet): Scope {
  const address = parseAddress(text);
  if (address === null) throw new RangeError(`${JSON.stringify(text)} is not an address`);
  if (lab.contains(address)) return 'global';
  return table[address.family].find(({ prefix }) => inPrefix(address, prefix))?.scope ?? 'global';
}

const special = new PrefixSet([...notGlobal(4), ...notGlobal(6)]);

/** Whether special-purpose ranges hold a whole prefix, or address; false for text that is neither. */
export function isSpecialPurpose(text: string): boolean {
  const prefixes = coveredPrefixes(text);
  return prefixes?.every((prefix) => special.covers(prefix)) ?? false;
}

/** How many addresses a prefix holds. */
function sizeOf({ words, length }: Prefix): number {
  return 2 ** (32 * words.length - length);
}

/** How many addresses of a prefix each scope has. */
export function scopeSizes(prefix: Prefix): Map<Scope, number> {
  const sizes = new Map<Scope, number>();
  const counted: { prefix: Prefix; own: number }[] = [];
  const around = table[prefix.family].find(
    (entry) => inPrefix(prefix, entry.prefix) && entry.prefix.length <= prefix.length,
  );
  const within = table[prefix.family].filter(
    (entry) => entry !== around && entry.prefix.length > prefix.length && inPrefix(entry.prefix, prefix),
  );
  // Most specific first: what a wider one has left when those within it have taken theirs.
  for (const entry of [...within, { prefix, scope: around?.scope ?? 'global' }]) {
    const taken = counted.filter((one) => inPrefix(one.prefix, entry.prefix)).reduce((sum, { own }) => sum + own, 0);
    const own = sizeOf(entry.prefix) - taken;
    counted.push({ prefix: entry.prefix, own });
    if (own > 0) sizes.set(entry.scope, (sizes.get(entry.scope) ?? 0) + own);
  }
  return sizes;
}
