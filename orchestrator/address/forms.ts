import { inPrefix, type Prefix, parsePrefix, prefixOf } from './ip.ts';
import { PrefixSet } from './prefix-set.ts';
import { notGlobal } from './scope.ts';

/**
 * Forms of IPv6 that hold an IPv4 address behind so many bits: translated (RFC 6052), compatible (RFC 4291, 2.5.5.1), 6to4 (RFC 3056),
 * translated as before (RFC 2765, ::ffff:0:a.b.c.d). Teredo holds what a NAT made of a client's, and names nobody else.
 * A mapped one (RFC 4291, 2.5.5.2) is no other form but another notation: parsePrefix reads it as IPv4.
 */
const forms = ['64:ff9b::/96', '::/96', '2002::/16', '::ffff:0:0:0/96'].flatMap((text) => parsePrefix(text) ?? []);
/** The only one of them that packets are sent to: the others have no scope but their own. */
const translated = forms.slice(0, 1);

/**
 * The IPv4 addresses within a prefix of such a form: whoever writes one means the host behind it. Null for any other prefix, and for one
 * that holds all of a form, as lists of special space do: it names nobody.
 */
export function heldIpv4(prefix: Prefix): Prefix | null {
  const form = forms.find((one) => prefix.length > one.length && inPrefix(prefix, one));
  if (form === undefined) return null;
  const [first = 0, second = 0, , last = 0] = prefix.words;
  const word = form.length === 96 ? last : ((first << 16) | (second >>> 16)) >>> 0;
  return prefixOf(4, [word], Math.min(32, prefix.length - form.length));
}

function inForm(form: Prefix, { words: [word = 0], length }: Prefix): Prefix {
  const [first = 0, second = 0, third = 0] = form.words;
  const words =
    form.length === 96
      ? [first, second, third, word]
      : [(first | (word >>> 16)) >>> 0, ((word & 0xffff) << 16) >>> 0, 0, 0];
  return prefixOf(6, words, form.length + length);
}

/** Everything that is the same party as a prefix, in all forms, by the IPv4 prefix first where it is or holds one. */
export function sameParty(prefix: Prefix): Prefix[] {
  const core = prefix.family === 4 ? prefix : heldIpv4(prefix);
  if (core === null || core.length === 0) return [prefix];
  return [core, ...forms.map((form) => inForm(form, core))];
}

/** A prefix with the addresses by which its hosts are reached besides. */
export function reachedBy(prefix: Prefix): Prefix[] {
  return prefix.family === 6 ? [prefix] : [prefix, ...translated.map((form) => inForm(form, prefix))];
}

/**
 * What no census of real hosts sends to: special-purpose ranges, and the prefix of translators. An address behind one is an IPv4 host
 * that is asked as such; as an address of IPv6 it would be counted a second time, as what it is not.
 */
export function neverAsked(): Prefix[] {
  return [...notGlobal(4), ...notGlobal(6), ...translated];
}

/** All addresses by which the hosts of these prefixes are reached: whoever opted out, or is nobody to probe, is so behind a translator too. */
export function reachedSet(prefixes: readonly Prefix[]): PrefixSet {
  return new PrefixSet(prefixes.flatMap(reachedBy));
}
