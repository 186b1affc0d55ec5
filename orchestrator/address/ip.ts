/** An address as unsigned 32-bit words, the first word the most significant: one word for IPv4, four for IPv6. */
export interface Address {
  family: 4 | 6;
  words: readonly number[];
}

/** A prefix; the words beyond `length` bits are zero. */
export interface Prefix extends Address {
  /** 0 to 32 or 0 to 128 */
  length: number;
  /** The text had bits set beyond the length, such as 198.18.4.7/22: harmless in a blocklist, a doubt in a target list. */
  hostBits: boolean;
}

const ZERO = 48;
const NINE = 57;
const DOT = 46;
const COLON = 58;

/** Dotted decimal, four octets without leading zeros (`010` is 8 to some parsers and 10 to others); -1 when it is anything else. */
function parseIpv4(text: string, from: number): number {
  let word = 0;
  let octet = -1;
  let octets = 0;
  for (let at = from; at <= text.length; at++) {
    const code = at === text.length ? DOT : text.charCodeAt(at);
    if (code === DOT) {
      if (octet < 0 || octets === 4) return -1;
      word = word * 256 + octet;
      octets++;
      octet = -1;
    } else if (code >= ZERO && code <= NINE && octet !== 0) {
      octet = (octet < 0 ? 0 : octet * 10) + code - ZERO;
      if (octet > 255) return -1;
    } else return -1;
  }
  return octets === 4 ? word : -1;
}

function hexDigit(code: number): number {
  if (code >= ZERO && code <= NINE) return code - ZERO;
  const letter = code | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

/** Text forms of RFC 4291, 2.2, with an IPv4 tail and without zone; null when it is anything else. */
function parseIpv6(text: string): number[] | null {
  const groups: number[] = [];
  let gap = -1;
  let at = 0;
  if (text.startsWith('::')) {
    gap = 0;
    at = 2;
  }
  while (at < text.length) {
    const start = at;
    let group = 0;
    let digit = hexDigit(text.charCodeAt(at));
    while (digit >= 0 && at - start < 5) {
      group = group * 16 + digit;
      at++;
      digit = at < text.length ? hexDigit(text.charCodeAt(at)) : -1;
    }
    if (text.charCodeAt(at) === DOT) {
      const tail = parseIpv4(text, start);
      if (tail < 0) return null;
      groups.push(tail >>> 16, tail & 0xffff);
      break;
    }
    if (at === start || at - start > 4 || groups.push(group) > 8) return null;
    if (at === text.length) break;
    if (text.charCodeAt(at) !== COLON) return null;
    at++;
    if (text.charCodeAt(at) === COLON) {
      if (gap >= 0) return null;
      gap = groups.length;
      at++;
    } else if (at === text.length) return null;
  }
  if (gap < 0 ? groups.length !== 8 : groups.length > 7) return null;
  if (gap >= 0) groups.splice(gap, 0, ...Array<number>(8 - groups.length).fill(0));
  return [0, 2, 4, 6].map((index) => (groups[index] ?? 0) * 65_536 + (groups[index + 1] ?? 0));
}

/** Reads an IPv4 or IPv6 address; null when the text is none. */
export function parseAddress(text: string): Address | null {
  if (text.includes(':')) {
    const words = parseIpv6(text);
    return words === null ? null : { family: 6, words };
  }
  const word = parseIpv4(text, 0);
  return word < 0 ? null : { family: 4, words: [word] };
}

/** The bits of word number `index` that a prefix of `length` bits holds fixed. */
function mask(length: number, index: number): number {
  const bits = Math.min(32, Math.max(0, length - 32 * index));
  return bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
}

/** Whether an address as written lies in ::ffff:0:0/96, where IPv6 sockets show IPv4 addresses (RFC 4291, 2.5.5.2). */
function isMapped({ family, words }: Address): boolean {
  return family === 6 && words[0] === 0 && words[1] === 0 && words[2] === 0xffff;
}

/**
 * Reads CIDR notation, or an address as a prefix of full length; host bits are cleared and reported. A mapped one is the IPv4 prefix
 * that it stands for: ::ffff:198.18.9.0/120 is 198.18.9.0/24. Null when the text is neither.
 */
export function parsePrefix(text: string): Prefix | null {
  const slash = text.indexOf('/');
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === null) return null;
  const bits = address.family === 4 ? 32 : 128;
  const digits = slash < 0 ? String(bits) : text.slice(slash + 1);
  const length = /^(0|[1-9]\d{0,2})$/.test(digits) ? Number(digits) : bits + 1;
  if (length > bits) return null;
  const mapped = isMapped(address) && length >= 96;
  return mapped ? prefixOf(4, address.words.slice(3), length - 96) : prefixOf(address.family, address.words, length);
}

/** The prefix of a length that holds an address. */
export function prefixOf(family: 4 | 6, given: readonly number[], length: number): Prefix {
  const words = given.map((word, index) => (word & mask(length, index)) >>> 0);
  return { family, words, length, hostBits: words.some((word, index) => word !== given[index]) };
}

/**
 * All that a prefix covers, for sets: a mapped address with fewer than 96 bits holds all of IPv4, and IPv6 around it. `::/8` is not
 * written as mapped and means IPv6 alone, as lists of unallocated space do.
 */
export function coveredPrefixes(text: string): Prefix[] | null {
  const prefix = parsePrefix(text);
  if (prefix === null) return null;
  const address = parseAddress(text.split('/')[0] ?? '');
  const around = prefix.family === 6 && address !== null && isMapped(address);
  return around ? [prefix, prefixOf(4, [0], 0)] : [prefix];
}

/** An address that is written as mapped is the IPv4 address that it stands for. */
export function unmapped(address: Address): Address {
  return isMapped(address) ? { family: 4, words: address.words.slice(3) } : address;
}

/** Compares two addresses of one family; negative when the first comes first. */
export function compareWords(a: readonly number[], b: readonly number[]): number {
  // By index: a set of a million opt-outs compares forty million times, and an iterator for each takes longest of all.
  for (let index = 0; index < a.length; index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The address after the last of a range; null after the last there is. */
export function nextWords(words: readonly number[]): number[] | null {
  const next = [...words];
  for (let index = next.length - 1; index >= 0; index--) {
    const word = next[index] ?? 0;
    next[index] = (word + 1) >>> 0;
    if (word !== 0xffffffff) return next;
  }
  return null;
}

/** The last address of a prefix. */
export function lastWords(prefix: Prefix): number[] {
  return prefix.words.map((word, index) => (word | ~mask(prefix.length, index)) >>> 0);
}

/** Whether an address lies in a prefix. */
export function inPrefix(address: Address, prefix: Prefix): boolean {
  return (
    address.family === prefix.family &&
    prefix.words.every((word, index) => ((address.words[index] ?? 0) & mask(prefix.length, index)) >>> 0 === word)
  );
}

function dotted(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
}

/** Canonical text: RFC 5952 for IPv6, with the IPv4 tail of its section 5 for mapped addresses. */
export function formatAddress({ family, words }: Address): string {
  const [first = 0, second = 0, third = 0, fourth = 0] = words;
  if (family === 4) return dotted(first);
  if (first === 0 && second === 0 && third === 0xffff) return `::ffff:${dotted(fourth)}`;
  const groups = words.flatMap((word) => [word >>> 16, word & 0xffff]);
  const gap = longestZeroRun(groups);
  const hex = (from: number, to?: number) =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':');
  return gap.length < 2 ? hex(0) : `${hex(0, gap.start)}::${hex(gap.start + gap.length)}`;
}

/** The first of the longest runs of zero groups (RFC 5952, 4.2.3). */
function longestZeroRun(groups: number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let length = 0;
  for (const [index, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0;
    if (length > best.length) best = { start: index - length + 1, length };
  }
  return best;
}

/** Canonical CIDR text. */
export function formatPrefix(prefix: Prefix): string {
  return `${formatAddress(prefix)}/${prefix.length}`;
}

/** Canonical text of an address; null when the text is none. */
export function canonicalAddress(text: string): string | null {
  // there is one way only to write an IPv4 address
  if (parseIpv4(text, 0) >= 0) return text;
  const address = parseAddress(text);
  return address === null ? null : formatAddress(address);
}
