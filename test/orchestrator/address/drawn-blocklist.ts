import ipaddr from 'ipaddr.js';

/** `make blocked` takes 10,000 targets and 5,000 entries. */
export const count = Number(process.env.BLOCKED_TARGETS ?? 1000);
export const entries = count / 2;

/** Addresses as numbers: what is blocked is known by how it was drawn, not by how anybody reads it. */
export interface Range {
  family: 4 | 6;
  first: bigint;
  last: bigint;
}

/** Numbers that are the same each time (mulberry32). */
export function drawer(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** 198.18.0.0/16, 240.1.0.0/16, and 2001:db8:1::/112 with the one after it: few bits vary, so that targets fall in, beside and between. */
const spaces = {
  4: [0xc6120000n, 0xf0010000n],
  6: [0x20010db80001n << 80n, (0x20010db80001n << 80n) + 65_536n],
} as const;

/** Text of a number as an address, by a library that shares no code with ours. */
export function textOf(family: 4 | 6, value: bigint): string {
  const size = family === 4 ? 4 : 16;
  const bytes = Array.from({ length: size }, (_, index) => Number((value >> BigInt(8 * (size - 1 - index))) & 255n));
  return ipaddr.fromByteArray(bytes).toString();
}

/** The addresses that a text stands for, by the same library. */
export function rangeOf(text: string): Range {
  const [address = '', length] = text.split('/');
  const parsed = ipaddr.parse(address);
  const family = parsed.kind() === 'ipv4' ? 4 : 6;
  const first = parsed.toByteArray().reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const host = BigInt(length === undefined ? 0 : (family === 4 ? 32 : 128) - Number(length));
  return { family, first, last: first + (1n << host) - 1n };
}

const groups = (value: bigint) => value.toString(16).padStart(32, '0').match(/.{4}/g) ?? [];
const fullText = (value: bigint) => groups(value).join(':').toUpperCase();
const dottedTail = (value: bigint) => `${groups(value).slice(0, 6).join(':')}:${textOf(4, value & 0xffffffffn)}`;

export const mapped = (value: bigint) => `::ffff:${textOf(4, value)}`;

type Prefixed = (range: Range, length: number) => string;
const prefixes: Record<4 | 6, Prefixed[]> = {
  4: [
    ({ first }, length) => `${textOf(4, first)}/${length}`,
    ({ last }, length) => `  ${textOf(4, last)}/${length} # host bits`,
    ({ first }, length) => `${mapped(first)}/${96 + length}`,
    ({ last }, length) => `::ffff:${(last >> 16n).toString(16)}:${(last & 0xffffn).toString(16)}/${96 + length}`,
    ({ first }, length) => (length === 32 ? `\t${textOf(4, first)}\t` : `${textOf(4, first)}/${length}\t;`),
  ],
  6: [
    ({ first }, length) => `${textOf(6, first)}/${length}`,
    ({ last }, length) => `${fullText(last)}/${length};`,
    ({ last }, length) => `${dottedTail(last)}/${length}`,
    ({ first }, length) => (length === 128 ? textOf(6, first) : `${dottedTail(first)}/${length}#`),
  ],
};

const between: Record<4 | 6, ((range: Range) => string)[]> = {
  4: [
    ({ first, last }) => `${textOf(4, first)}-${textOf(4, last)}`,
    ({ first, last }) => `${textOf(4, first)} - ${textOf(4, last)} ; SBL1`,
    ({ first, last }) => `${mapped(first)}-${mapped(last)}#`,
    ({ first, last }) => `${mapped(first)} -\t${textOf(4, last)}`,
  ],
  6: [
    ({ first, last }) => `${textOf(6, first)}\t-\t${fullText(last)}`,
    ({ first, last }) => `${dottedTail(first)}-${textOf(6, last)}`,
  ],
};

function oneOf<T>(draw: (below: number) => number, from: readonly T[]): T {
  const one = from[draw(from.length)];
  if (one === undefined) throw new RangeError('the draw is not below what it was given');
  return one;
}

/** A prefix, or a range that may begin and end anywhere. */
function drawEntry(draw: (below: number) => number): { line: string; range: Range } {
  const family = draw(2) === 0 ? 4 : 6;
  const bits = family === 4 ? 32 : 128;
  const length = bits - draw(8);
  const host = BigInt(bits - length);
  const from = drawAddress(draw, family);
  if (draw(2) === 0) {
    const range = { family, first: from, last: from + BigInt(draw(1 << Number(host))) } as const;
    return { line: oneOf(draw, between[family])(range), range };
  }
  const first = (from >> host) << host;
  const range = { family, first, last: first + (1n << host) - 1n } as const;
  return { line: oneOf(draw, prefixes[family])(range, length), range };
}

/** Entries in every notation, and the same as numbers. */
export function drawBlocklist(draw: (below: number) => number, count: number): { text: string; ranges: Range[] } {
  const ranges: Range[] = [];
  let text = '\ufeff';
  for (let index = 0; index < count; index += 1) {
    const { line, range } = drawEntry(draw);
    text += `${line}${oneOf(draw, ['\n', '\r\n', '\r', '\n\n# x\n'])}`;
    ranges.push(range);
  }
  return { text, ranges };
}

function drawAddress(draw: (below: number) => number, family: 4 | 6): bigint {
  return (spaces[family][draw(2)] ?? 0n) + BigInt(draw(65_536));
}

/** A target: a range and one of the ways to write it. Half of them touch a bound of an entry. */
export function drawTarget(draw: (below: number) => number, ranges: readonly Range[]): { text: string; range: Range } {
  const near = ranges[draw(2 * ranges.length)];
  const family = near?.family ?? (draw(2) === 0 ? 4 : 6);
  const bits = family === 4 ? 32 : 128;
  const beside = near === undefined ? null : [near.first - 1n, near.first, near.last, near.last + 1n][draw(4)];
  const host = BigInt(draw(4));
  const first = ((beside ?? drawAddress(draw, family)) >> host) << host;
  const range = { family, first, last: first + (1n << host) - 1n } as const;
  return { text: host === 0n ? textOf(family, first) : `${textOf(family, first)}/${bits - Number(host)}`, range };
}

/** Whether an address is in one of the ranges: each is looked at. */
export function holds(ranges: readonly Range[], family: 4 | 6, value: bigint): boolean {
  return ranges.some((range) => range.family === family && range.first <= value && value <= range.last);
}

/** A line of a list of targets, and whom it asks for: lists hold IPv6 addresses and no IPv6 prefixes; a mapped address is of IPv4. */
export function drawLine(draw: (below: number) => number, entries: readonly Range[]): { line: string; asks: Range } {
  const { text, range } = drawTarget(draw, entries);
  const one = { ...range, last: range.first };
  if (range.family === 6) return { line: textOf(6, range.first), asks: one };
  return draw(8) === 0 ? { line: mapped(range.first), asks: one } : { line: text, asks: range };
}

/** Every address of a range. */
export function* addressesOf({ first, last }: Range): Generator<bigint> {
  for (let value = first; value <= last; value += 1n) yield value;
}
