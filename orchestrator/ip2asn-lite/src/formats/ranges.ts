import type { Collector } from '../build/collector.ts';
import type { Input } from '../input.ts';
import type { Width } from '../prefix.ts';
import { parseAsn, readAddress } from './fields.ts';
import { forEachSourceLine, type Line } from './lines.ts';

/** An end of a range; a number below 2^32 alone does not tell its family. */
interface Bound {
  width: Width;
  value: bigint;
  isText: boolean;
}

const scratch = new Uint16Array(8);

/** An address as text or as a decimal number; numbers of at most 32 bits are IPv4. */
function parseBound(text: string, line: Line): Bound {
  if (/^\d{1,39}$/.test(text)) {
    const value = BigInt(text);
    if (value >> 128n !== 0n) throw line.fault('an address of at most 128 bits');
    return { width: value >> 32n === 0n ? 2 : 8, value, isText: false };
  }
  const width = readAddress(text, scratch);
  if (width === undefined) throw line.fault('a range that starts and ends with an IP address or number');
  let value = 0n;
  for (let i = 0; i < width; i++) value = (value << 16n) | BigInt(scratch[i] ?? 0);
  return { width, value, isText: true };
}

function rangeWidth(first: Bound, last: Bound): Width | undefined {
  if (first.width === last.width) return first.width;
  return first.isText || last.isText ? undefined : 8;
}

/** The fewest prefixes that cover [first, last] exactly. */
export function* coverRange(first: bigint, last: bigint, width: Width): Generator<{ start: bigint; length: number }> {
  const bits = width * 16;
  for (let start = first; start <= last; ) {
    let free = 0; // host bits: limited by the alignment of start and by what is left
    while (free < bits && (start >> BigInt(free)) % 2n === 0n && start + (2n << BigInt(free)) - 1n <= last) free++;
    yield { start, length: bits - free };
    start += 1n << BigInt(free);
  }
}

/** Splits a TSV or CSV line; CSV fields may stand in double quotes, "" inside them is one quote. */
function splitFields(line: Line): string[] {
  const { text } = line;
  if (text.includes('\t')) return text.split('\t');
  const fields: string[] = [];
  let end = 0;
  // Each field begins where the one before ended: a quote anywhere else would let a piece of a field pass for the whole.
  for (const { 0: all, 1: quoted, 2: bare } of text.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))(?=,|$)/gy)) {
    fields.push(quoted?.replaceAll('""', '"') ?? bare ?? '');
    end += all.length;
  }
  if (end !== text.length) throw line.fault('fields that stand in quotes as a whole or not at all');
  return fields;
}

/** What is after the AS number: the name, or country and name (iptoasn.com). A name without quotes may have commas. */
function nameOf(rest: string[]): string {
  const [first = '', ...others] = rest;
  const name = others.join(',').trim();
  if (name === '') return first;
  return /^[A-Z]{2}$/.test(first) ? `${name}, ${first}` : rest.join(',');
}

/** End of the range before, by width in groups: files are in order, so that a range which begins before it overlaps. */
type Ends = Map<Width, bigint>;

function seeRange(line: Line, collector: Collector, ends: Ends): void {
  const [from, to, number, ...rest] = splitFields(line);
  if (from === undefined || to === undefined || number === undefined)
    throw line.fault('first address, last address, AS number');
  const first = parseBound(from, line);
  const last = parseBound(to, line);
  const asn = parseAsn(number, line);
  if (first.value > last.value) throw line.fault('a range whose last address is not before its first');
  const width = rangeWidth(first, last);
  if (width === undefined) throw line.fault('a range within one address family');
  if (first.value <= (ends.get(width) ?? -1n)) collector.count('ranges_overlapping');
  ends.set(width, last.value);
  if (asn === 0) {
    collector.count('dropped_not_routed');
    return;
  }
  const name = nameOf(rest);
  if (name !== '' && !collector.names.has(asn)) collector.names.set(asn, name);
  for (const { start, length } of coverRange(first.value, last.value, width)) {
    for (let i = 0; i < width; i++) scratch[i] = Number((start >> BigInt((width - 1 - i) * 16)) & 0xffffn);
    collector.open(scratch, width, length)?.seeAs(asn, 0);
  }
}

/**
 * Range files as iptoasn.com writes them: first address, last address, AS number, then country and name or only a name;
 * tabs or commas. AS 0 means "not routed". Each range becomes the fewest prefixes that cover it, so `prefix` is then no announcement.
 * Where ranges overlap, the smallest of these prefixes answers.
 */
export async function readRanges(input: Input, collector: Collector, tolerant: boolean): Promise<void> {
  const ends: Ends = new Map();
  let read = 0;
  await forEachSourceLine(input, collector, tolerant, (line) => {
    if (line.text === '' || line.text.startsWith('#')) return;
    seeRange(line, collector, ends);
    read++;
  });
  collector.count('ranges_read', read);
}
