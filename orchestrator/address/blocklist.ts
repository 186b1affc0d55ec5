import { readFileSync, statSync } from 'node:fs';
import { CensusError } from '../errors.ts';
import { heldIpv4 } from './forms.ts';
import { compareWords, coveredPrefixes, type Prefix, parseAddress, unmapped } from './ip.ts';
import { rangePrefixes } from './range.ts';

const understood =
  'one entry a line: an address, a prefix such as 198.18.9.0/24 or 2001:db8::/32, or a range such as 198.18.9.0-198.18.9.255; # and ; start a comment; plain text in UTF-8';

/**
 * Characters that end a line to some programs and not to others, or end the text: what follows them could be an entry that nobody reads.
 * Tabs, newlines and carriage returns are the only control characters of a text file.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const hidden = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f\x85\u2028\u2029]/;

/** A line that is not understood as a whole. */
export interface Fault {
  line: number;
  text: string;
  why: string;
}

function refusal(file: string, { line, text, why }: Fault): CensusError {
  const shown = JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}...` : text);
  return new CensusError('E_INPUT', `${file}, line ${line}: ${shown} ${why}`, `a blocklist holds ${understood}`);
}

/** An entry as the prefixes that it stands for, or why it is none. */
function parseEntry(entry: string): Prefix[] | string {
  const covered = coveredPrefixes(entry);
  if (covered !== null) return covered;
  const range = /^([0-9a-fA-F.:]+)[ \t]*-[ \t]*([0-9a-fA-F.:]+)$/.exec(entry);
  const ends = [parseAddress(range?.[1] ?? ''), parseAddress(range?.[2] ?? '')];
  const [first, last] = ends.map((end) => (end === null ? null : unmapped(end)));
  if (!first || !last) return 'is not an address, prefix or range';
  if (first.family !== last.family) return 'is a range between IPv4 and IPv6';
  if (compareWords(first.words, last.words) > 0) return 'is a range that ends before it begins';
  return rangePrefixes(first, last);
}

const isBlank = (letter: string | undefined) => letter === ' ' || letter === '\t';

/** Without blanks at either end: a pattern looks at those within a line once from each of them. */
function withoutBlanks(text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && isBlank(text[from])) from += 1;
  while (to > from && isBlank(text[to - 1])) to -= 1;
  return text.slice(from, to);
}

function withHeld(prefix: Prefix): Prefix[] {
  const held = heldIpv4(prefix);
  return held === null ? [prefix] : [prefix, held];
}

/**
 * Prefixes out of the text of a blocklist, and the lines that are not understood. Bits beyond the length count for nothing:
 * 198.18.9.7/24 blocks all 256 addresses, as zmap does. A mapped prefix is the IPv4 prefix it stands for; one that holds an IPv4 address
 * in another form blocks both.
 */
export function readEntries(text: string): { prefixes: Prefix[]; faults: Fault[] } {
  const prefixes: Prefix[] = [];
  const faults: Fault[] = [];
  for (const [index, line] of text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\r|\n/)
    .entries()) {
    const entry = withoutBlanks(line.replace(/[#;].*/, ''));
    const control = hidden.test(line);
    if (entry === '' && !control) continue;
    const parsed = control ? 'holds a control character: it is not plain text' : parseEntry(entry);
    if (typeof parsed === 'string') faults.push({ line: index + 1, text: line, why: parsed });
    else for (const prefix of parsed) prefixes.push(...withHeld(prefix));
  }
  return { prefixes, faults };
}

/**
 * Prefixes out of the text of a blocklist.
 * @param file named in errors
 * @throws CensusError E_INPUT for the first line that is not understood as a whole: whoever it names must not be probed
 */
export function parseBlocklist(text: string, file: string): Prefix[] {
  const { prefixes, faults } = readEntries(text);
  const [first] = faults;
  if (first !== undefined) throw refusal(file, first);
  return prefixes;
}

/** The bytes of a blocklist as text. */
export function blocklistText(bytes: Buffer, file: string): string {
  const mark = bytes.subarray(0, 2).toString('hex');
  if (mark === 'fffe' || mark === 'feff') {
    throw new CensusError('E_INPUT', `${file} is text in UTF-16`, `save it in UTF-8; a blocklist holds ${understood}`);
  }
  return bytes.toString('utf8');
}

/** Reads a blocklist file. @throws CensusError E_INPUT when it cannot be read or a line of it is not understood */
export function readBlocklist(file: string): { bytes: Buffer; prefixes: Prefix[] } {
  let bytes: Buffer;
  try {
    // It is read again and again while a run sends; a pipe gives its content once, and whoever opens it next waits for ever.
    if (statSync(file).isFIFO()) throw new Error(`${file} is a named pipe, and a file is needed there`);
    bytes = readFileSync(file);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CensusError('E_INPUT', `the blocklist cannot be read: ${why}`, 'correct scan.blocklist', cause);
  }
  return { bytes, prefixes: parseBlocklist(blocklistText(bytes, file), file) };
}
