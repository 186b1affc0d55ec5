import { domainToASCII, domainToUnicode } from 'node:url';
import { sameParty } from '../address/forms.ts';
import { formatAddress, formatPrefix, type Prefix, parseAddress, parsePrefix } from '../address/ip.ts';
import { PrefixSet } from '../address/prefix-set.ts';
import { CensusError } from '../errors.ts';
import { reverseName, reversePrefix } from './reverse-names.ts';

/** What a word may follow although it ends in a letter or digit: an escape of JSON, as in "\\nshop.example", or of a URL, as in "%2F". */
const afterEscape = String.raw`(?<=\\[bfnrt]|%[0-9A-Fa-f]{2})`;

/** Addresses as programs write them: with a length, a port or brackets around, in any notation of IPv6. */
const ipv4 = new RegExp(
  String.raw`(?:(?<![\d.])|${afterEscape})\d{1,3}(?:\.\d{1,3}){3}(?!\d|\.\d)(?:\/\d{1,2}(?!\d))?`,
  'g',
);
const ipv6 = new RegExp(
  String.raw`(?:(?<![0-9A-Za-z:.])|${afterEscape})(?:[0-9A-Fa-f]{0,4}:){2,8}(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4})(?:\/\d{1,3}(?!\d))?(?![0-9A-Za-z:])`,
  'g',
);
const reverse = new RegExp(`(?:(?<![A-Za-z0-9_.-])|${afterEscape})${reverseName}`, 'gi');
const name = /^(?=.{1,253}$)(?:[a-z0-9_-]+\.)+[a-z][a-z0-9-]*$/i;

/** Stand where an address or a name was. */
const nobody = { 4: '0.0.0.0', 6: '::' } as const;
export const nobodyName = 'purged.invalid';

/** Whom a purge removes. */
export interface Party {
  /** The same text for every notation of it. */
  key: string;
  /** The same text without the party: nobody stands where it was. */
  scrub(text: string): string;
  /** The same, as long as it was. */
  blank(text: string): string;
  mentions(text: string): boolean;
  /** The addresses; null for a name. */
  addresses: PrefixSet | null;
  /** Bytes that stand for it in a packet's payload, in network order; none for a prefix, whose bytes are everywhere. */
  bytes: Buffer | null;
}

type Replace = (found: string) => string;

function addressReplacer(set: PrefixSet, by: (found: string, family: 4 | 6, length: string) => string): Replace {
  return (found) => {
    const prefix = parsePrefix(found);
    if (prefix === null) return found;
    // 198.18.4.1/24 is an address of a network of that size, as programs show interfaces: it says the address.
    const own = prefix.hostBits ? parsePrefix(found.slice(0, found.indexOf('/'))) : null;
    if (!set.covers(prefix) && (own === null || !set.covers(own))) return found;
    const family = found.includes(':') ? 6 : 4;
    return by(found, family, found.includes('/') ? found.slice(found.indexOf('/')) : '');
  };
}

function wordsBytes({ family, words }: { family: 4 | 6; words: readonly number[] }): Buffer {
  const bytes = Buffer.alloc(family === 4 ? 4 : 16);
  for (const [index, word] of words.entries()) bytes.writeUInt32BE(word, 4 * index);
  return bytes;
}

const isReverse = (text: string) => /\.arpa/i.test(text);

/** Texts that may hold an address of a set: a look at the text of one address tells most lines apart before a pattern does. */
function addressParty(given: Prefix): Party {
  const all = sameParty(given);
  const [prefix = given] = all;
  const set = new PrefixSet(all);
  const single = prefix.length === (prefix.family === 4 ? 32 : 128);
  const named = (text: string, by: Replace) =>
    text.replace(reverse, (found) => {
      const of = reversePrefix(found);
      return of !== null && set.covers(of) ? by(found) : found;
    });
  const inText = (text: string, replace: Replace, byName: Replace) =>
    (isReverse(text) ? named(text, byName) : text).replace(ipv6, replace).replace(ipv4, replace);
  const scrub = addressReplacer(set, (_, family, length) => nobody[family] + length);
  const blank = addressReplacer(set, (found) => 'x'.repeat(found.length));
  const plain = single && prefix.family === 4 ? formatAddress(prefix) : null;
  const may = (text: string) => text.includes(':') || plain === null || text.includes(plain) || isReverse(text);
  const scrubbed = (text: string) => inText(text, scrub, () => nobodyName);
  return {
    key: formatPrefix(prefix),
    scrub: (text) => (may(text) ? scrubbed(text) : text),
    blank: (text) => (may(text) ? inText(text, blank, (found) => 'x'.repeat(found.length)) : text),
    mentions: (text) => may(text) && scrubbed(text) !== text,
    addresses: set,
    bytes: single ? wordsBytes(prefix) : null,
  };
}

/** A name as files may say it: in ASCII, in Unicode, and in Unicode read byte by byte; with the letters composed or not, of either case. */
function spellings(ascii: string): string[] {
  const unicode = domainToUnicode(ascii);
  if (unicode === '' || unicode === ascii) return [ascii];
  const forms = ['NFC', 'NFD'].flatMap((form) => {
    const text = unicode.normalize(form);
    return [text, text.toUpperCase()];
  });
  const bytes = forms.map((text) => Buffer.from(text).toString('latin1'));
  const escaped = forms.map((text) =>
    text.replace(/[^ -~]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
  return [...new Set([ascii, ...forms, ...bytes, ...escaped])];
}

function anyOf(texts: readonly string[]): string {
  return texts.map((text) => text.replace(/[\\.-]/g, '\\$&')).join('|');
}

function nameParty(ascii: string): Party {
  // www.shop.example is asked because shop.example is listed: it would be made again from that. What else is below stays.
  const bare = /^www\.(.+\..+)$/.exec(ascii)?.[1] ?? null;
  const all = spellings(bare ?? ascii);
  const any = anyOf(spellings(ascii));
  const alone = bare === null ? '' : `|${anyOf(all)}`;
  const below = String.raw`(?:[A-Za-z0-9_\u0080-\uffff-]+\.)*`;
  const pattern = new RegExp(
    String.raw`(?:(?<![A-Za-z0-9_.-])|${afterEscape})(?:${below}(?:${any})${alone})(?!\.?[A-Za-z0-9_-])`,
    'gi',
  );
  const last = ascii.slice(ascii.lastIndexOf('.') + 1);
  // A name in ASCII is looked for as it is; of others the last part alone is the same in more than one spelling, if that.
  const hint = all.length === 1 ? (bare ?? ascii) : last.startsWith('xn--') ? '' : last;
  const may = (text: string) => text.toLowerCase().includes(hint);
  return {
    key: ascii,
    scrub: (text) => (may(text) ? text.replace(pattern, nobodyName) : text),
    blank: (text) => (may(text) ? text.replace(pattern, (found) => 'x'.repeat(found.length)) : text),
    mentions: (text) => may(text) && text.replace(pattern, nobodyName) !== text,
    addresses: null,
    bytes: null,
  };
}

/** The name in ASCII and lower case; null for what is none. It may end in the dot of the root, and be written in Unicode. */
function asciiName(text: string): string | null {
  const bare = text.replace(/\.$/, '');
  const ascii = /^[ -~]*$/.test(bare) ? bare : domainToASCII(bare);
  return name.test(ascii) ? ascii.toLowerCase() : null;
}

/**
 * Reads whom to purge: an address or a prefix of either family, in any form as what it stands for, or a name with all names below it.
 * @throws CensusError E_INPUT when it is none of these
 */
export function parseParty(text: string): Party {
  const prefix = parsePrefix(text);
  if (prefix !== null) return addressParty(prefix);
  const wanted = asciiName(text);
  if (wanted !== null) return nameParty(wanted);
  throw new CensusError(
    'E_INPUT',
    `${JSON.stringify(text)} is no address, prefix or name`,
    'give an address such as 198.18.9.1, a prefix such as 2001:db8::/48, or a name such as shop.example',
  );
}

/** Whether an address, as its bytes lie in a packet, is of the party. */
export function holdsBytes({ addresses }: Party, bytes: Buffer): boolean {
  if (addresses === null) return false;
  const family = bytes.length === 4 ? 4 : 6;
  const words = Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readUInt32BE(4 * index));
  const address = parseAddress(formatAddress({ family, words }));
  const mapped = family === 6 && words[0] === 0 && words[1] === 0 && words[2] === 0xffff;
  if (mapped) return addresses.contains({ family: 4, words: words.slice(3) });
  return address !== null && addresses.contains(address);
}
