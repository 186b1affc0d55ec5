import { domainToASCII } from 'node:url';
import { getDomain } from 'tldts';
import { formatPrefix, parseAddress, parsePrefix } from '../../address/ip.ts';

/** Why a line of a list is no target; counted by kind. */
export type Artefact = 'blank' | 'url' | 'ip_address' | 'not_a_name';

/** Labels of letters, digits, `-` and `_`, a hyphen or underscore in any place: the DNS answers such names and so do we (RFC 2181, 11). */
const name = /^(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}$/;
/** A last label of digits is an address in shorthand (`127.1`) or no name at all. */
const numericEnd = /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/;
/**
 * What nearly all lines are: a rank or none, and a name that nothing needs to be done to. A last label that begins with a letter makes no
 * address. It is told by one look instead of ten.
 */
const plain = /^(?:(\d{1,10})[,\t])?((?:[a-z0-9_-]{1,63}\.)+[a-z][a-z0-9_-]{0,62})$/;
const longest = 253;
const ranked = /^(\d{1,10})[,\t](.*)$/;
const ascii = /^[ -~]*$/;

export interface Entry {
  name: string;
  /** null where the list has no ranks */
  rank: number | null;
}

/**
 * Cleans a line `rank,name`, or a plain name. Artefacts are looked for before anything is cleaned: a cleaner that takes
 * the host out of a URL would hide them (the 2015 study removed URLs and addresses).
 */
export function parseEntry(text: string): Entry | Artefact {
  const [, digits, whole] = plain.exec(text) ?? [];
  if (whole === undefined || whole.length > longest) return parseOddEntry(text);
  return { name: whole, rank: digits === undefined ? null : Number(digits) };
}

/** The same for whatever else a line may hold. */
export function parseOddEntry(text: string): Entry | Artefact {
  const line = text.trim();
  const match = ranked.exec(line);
  const rank = match === null ? null : Number(match[1]);
  const entry = (match?.[2] ?? line).trim();
  if (entry === '') return 'blank';
  if (isAddress(entry)) return 'ip_address';
  if (/[/?#]/.test(entry) || /^[^@:]+:\d*$/.test(entry)) return 'url';
  const cleaned = cleanName(entry);
  return cleaned === null ? 'not_a_name' : { name: cleaned, rank };
}

function isAddress(entry: string): boolean {
  return (
    parsePrefix(entry) !== null ||
    (entry.startsWith('[') && parseAddress(entry.replace(/^\[|\](:\d+)?$/g, '')) !== null)
  );
}

/** Lower case, without the root's dot, internationalised labels in Punycode; null when it cannot be asked for. */
export function cleanName(entry: string): string | null {
  const rooted = entry.endsWith('.') ? entry.slice(0, -1) : entry;
  // domainToASCII reads a URL's host: it decodes %41 and turns 0x7f.1 into an address. Only what needs it goes there.
  const lower = ascii.test(rooted) ? rooted.toLowerCase() : rooted.includes('%') ? '' : domainToASCII(rooted);
  return lower.length <= longest && name.test(lower) && !numericEnd.test(lower) ? lower : null;
}

/**
 * The part after `www.` of a name that is somebody's www host; null for others. In `www.com` the label www is the
 * registered name itself, so nothing is taken off.
 */
export function withoutWww(name: string): string | null {
  return name.startsWith('www.') && getDomain(name) !== name ? name.slice(4) : null;
}

/**
 * A line of an address list: an address, an IPv4 prefix in CIDR notation, or why it is neither. An IPv6 prefix holds more addresses than
 * can be asked one by one: a hitlist names those to ask. `#` starts a comment.
 */
export function parseTarget(
  text: string,
): { kind: 'address' | 'prefix'; target: string } | 'blank' | 'host_bits' | 'ipv6_prefix' | 'not_an_address' {
  const word = text.replace(/#.*/, '').trim();
  if (word === '') return 'blank';
  const prefix = parsePrefix(word);
  if (prefix === null) return 'not_an_address';
  // 198.18.4.7/22 may mean one host or 1024: nobody is probed on a guess.
  if (prefix.hostBits) return 'host_bits';
  const target = formatPrefix(prefix);
  const single = prefix.length === (prefix.family === 4 ? 32 : 128);
  if (!single && prefix.family === 6) return 'ipv6_prefix';
  return single ? { kind: 'address', target: target.slice(0, target.indexOf('/')) } : { kind: 'prefix', target };
}
