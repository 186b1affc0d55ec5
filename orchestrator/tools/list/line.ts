import { domainToASCII } from 'node:url';
import { getDomain } from 'tldts';
import { formatPrefix, parseAddress, parsePrefix } from '../../address/ip.ts';
import { cellsOf, withoutComment } from '../../lists/cells.ts';
import { parseRank } from '../../lists/rank.ts';
import { isName } from '../../schemas/values.ts';

/** Why a line of a list is not a target; counted by kind. */
export type Artefact =
  | 'blank'
  | 'comment'
  | 'url'
  | 'ip_address'
  | 'not_a_name'
  | 'not_a_rank'
  | 'wrong_columns'
  | 'open_quote';

/** Labels of letters, digits, `-` and `_`, a hyphen or underscore in any place: the DNS answers such names and so do we (RFC 2181, 11). */
const name = /^(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}$/;
/** A last label of digits is an address in shorthand (`127.1`) or no name at all. */
const numericEnd = /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/;
/** Digits of a rank at most, where it stands before a name. */
const mostDigits = 10;
const [comma, tab, dot, zero, nine, letterA, letterZ] = [0x2c, 0x09, 0x2e, 0x30, 0x39, 0x61, 0x7a];
const longest = 253;
const ranked = /^(\d{1,10})[,\t](.*)$/;
/** Looks like a number, whatever it is. */
const number = /^[^\p{L}]*\d[^\p{L}]*$/u;
const ascii = /^[ -~]*$/;
/** IDNA takes quotes, brackets and the commas of other scripts for letters. */
const odd = /[%\s\p{Cc}\p{Pi}\p{Pf}\p{Ps}\p{Pe}\u060c\u061b\uff0c\uff1b]/u;

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
  const digits = rankDigits(text);
  const name = digits === 0 ? text : text.slice(digits + 1);
  return isPlain(name) ? { name, rank: digits === 0 ? null : wholeOf(text, digits) } : parseOddEntry(text);
}

/** How many digits stand before a comma or tab; 0 where nothing else does, or too many. */
function rankDigits(text: string): number {
  for (let at = 0; at <= mostDigits; at += 1) {
    const code = text.charCodeAt(at);
    if (code === comma || code === tab) return at;
    if (!(code >= zero && code <= nine)) return 0;
  }
  return 0;
}

/** The number that so many digits at the beginning of a text are; few enough to be exact. */
function wholeOf(text: string, digits: number): number {
  let value = 0;
  for (let at = 0; at < digits; at += 1) value = 10 * value + text.charCodeAt(at) - zero;
  return value;
}

/**
 * What nearly all names are: nothing needs to be done to them. A last label that begins with a letter makes no address. It is told by one
 * look instead of ten.
 */
function isPlain(text: string): boolean {
  let label = text.length;
  while (label > 0 && text.charCodeAt(label - 1) !== dot) label -= 1;
  const code = text.charCodeAt(label);
  return code >= letterA && code <= letterZ && isName(text);
}

/** The same for whatever else a line may hold. */
export function parseOddEntry(text: string): Entry | Artefact {
  const line = withoutComment(text.trim());
  if (line.startsWith('#')) return 'comment';
  const match = ranked.exec(line);
  const found = parseName((match?.[2] ?? line).trim());
  if (typeof found !== 'string') return { ...found, rank: match === null ? null : Number(match[1]) };
  return found === 'not_a_name' ? (parseCells(line) ?? found) : found;
}

/**
 * The same of a line in quotes, or whose rank is written otherwise: R writes 1e+05 in a list of plain ranks, spreadsheets "1,000" from the
 * thousandth on, long after what a list is has been told. Null where it is neither a name nor `rank,name` in cells.
 */
function parseCells(line: string): Entry | Artefact | null {
  const cells = cellsOf(line, line.includes('\t') ? '\t' : ',')?.map((cell) => cell.trim()) ?? [];
  const [rankCell = '', nameCell] = cells.length === 1 ? ['', ...cells] : cells;
  if (nameCell === undefined || cells.length > 2) return null;
  const rank = rankCell === '' ? null : parseRank(rankCell);
  if (rankCell !== '' && rank === null) return number.test(rankCell) ? 'not_a_rank' : null;
  const found = parseName(nameCell);
  return typeof found === 'string' ? found : { ...found, rank };
}

/** Cleans what stands for a name alone. */
export function parseName(entry: string): { name: string } | Artefact {
  if (entry === '') return 'blank';
  if (isAddress(entry)) return 'ip_address';
  if (/[/?#]/.test(entry) || /^[^@:]+:\d*$/.test(entry)) return 'url';
  const name = cleanName(entry);
  return name === null ? 'not_a_name' : { name };
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
  // It leaves out tabs and the like, and would make one name of two columns.
  const lower = ascii.test(rooted) ? rooted.toLowerCase() : odd.test(rooted) ? '' : domainToASCII(rooted);
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
