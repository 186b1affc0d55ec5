/**
 * Addresses as 16-bit groups: 2 for IPv4, 8 for IPv6. That is the stride of the lookup tree, and every group is a small
 * integer, so that the hot path allocates no number objects.
 */

const COLON = 58;
const DOT = 46;
const ZERO = 48;
/** Stands for the character behind the last one: no digit, no colon, no dot. */
const PAST_END = 0;
/** A dot, as a digit value. */
const END = DOT - ZERO;

/** Value of each character that is a hex digit, -1 for every other UTF-16 unit: one load, no test of the range. */
const HEX = new Int8Array(65536).fill(-1);
for (let digit = 0; digit < 16; digit++) {
  HEX[digit.toString(16).charCodeAt(0)] = digit;
  HEX[digit.toString(16).toUpperCase().charCodeAt(0)] = digit;
}

/**
 * Reads text[from, to) as a dotted quad: its 32 bits as a signed integer (which the engine keeps unboxed), or null when it is none.
 * Leading zeros are refused: some programs read them as octal, so the address is not certain.
 */
export function parseIpv4(text: string, from: number, to: number): number | null {
  if (to - from < 7 || to - from > 15) return null;
  let bits = 0;
  let at = from;
  for (let dots = 3; dots >= 0; dots--) {
    if (at + 2 * dots >= to) return null;
    let octet = text.charCodeAt(at++) - ZERO;
    if (octet < 0 || octet > 9) return null;
    // The end of the text ends an octet like a dot; that it ends the last one is checked below.
    let next = at < to ? text.charCodeAt(at) - ZERO : END;
    at++;
    if (next !== END) {
      if (next < 0 || next > 9 || octet === 0) return null;
      octet = octet * 10 + next;
      next = at < to ? text.charCodeAt(at) - ZERO : END;
      at++;
      if (next !== END) {
        if (next < 0 || next > 9) return null;
        octet = octet * 10 + next;
        if (octet > 255 || (at < to && text.charCodeAt(at) !== DOT)) return null;
        at++;
      }
    }
    bits = (bits << 8) | octet;
  }
  return at === to + 1 ? bits : null;
}

/** Moves the groups after a "::" to the end and puts zeros into the gap. */
function openGap(groups: Uint16Array, gap: number, count: number): void {
  const tail = count - gap;
  groups.copyWithin(8 - tail, gap, count);
  groups.fill(0, gap, 8 - tail);
}

/**
 * Reads text[from, to) as IPv6 text (RFC 4291 section 2.2, no zone index) into groups[0..7]; false when it is none.
 * Most of the time of a lookup is spent here: the four digits of a group are written out, a loop over them is a fifth slower.
 */
export function parseIpv6(text: string, from: number, to: number, groups: Uint16Array): boolean {
  let at = from;
  let count = 0;
  let gap = -1;
  if (to - from < 2) return false;
  if (text.charCodeAt(from) === COLON) {
    if (text.charCodeAt(from + 1) !== COLON) return false;
    at += 2;
    gap = 0;
  }
  while (at < to) {
    if (count === 8) return false;
    const start = at;
    let value = HEX[text.charCodeAt(at++)] as number;
    if (value < 0) return false;
    let code = at < to ? text.charCodeAt(at) : PAST_END;
    let digit = HEX[code] as number;
    if (digit >= 0) {
      value = (value << 4) | digit;
      code = ++at < to ? text.charCodeAt(at) : PAST_END;
      digit = HEX[code] as number;
      if (digit >= 0) {
        value = (value << 4) | digit;
        code = ++at < to ? text.charCodeAt(at) : PAST_END;
        digit = HEX[code] as number;
        if (digit >= 0) {
          value = (value << 4) | digit;
          code = ++at < to ? text.charCodeAt(at) : PAST_END;
        }
      }
    }
    if (code === COLON) {
      groups[count++] = value;
      if (++at === to) return false;
      if (text.charCodeAt(at) === COLON) {
        if (gap !== -1) return false;
        gap = count;
        at++;
      }
    } else if (at === to) {
      groups[count++] = value;
    } else if (code === DOT && count <= 6) {
      const tail = parseIpv4(text, start, to);
      if (tail === null) return false;
      groups[count++] = tail >>> 16;
      groups[count++] = tail & 0xffff;
      at = to;
    } else {
      return false;
    }
  }
  if (gap === -1) return count === 8;
  if (count > 7) return false;
  openGap(groups, gap, count);
  return true;
}

/** True for ::ffff:0:0/96, the IPv4-mapped addresses (RFC 4291 section 2.5.5.2). */
export function isMapped(groups: Uint16Array): boolean {
  return (
    groups[5] === 0xffff && groups[0] === 0 && groups[1] === 0 && groups[2] === 0 && groups[3] === 0 && groups[4] === 0
  );
}

/** The IPv4 address that a mapped address carries, as 32 bits. */
export function mappedIpv4(groups: Uint16Array): number {
  return ((groups[6] ?? 0) << 16) | (groups[7] ?? 0);
}

/** Dotted quad of 32 bits. */
export function formatIpv4(bits: number): string {
  return `${bits >>> 24}.${(bits >>> 16) & 255}.${(bits >>> 8) & 255}.${bits & 255}`;
}

/** The longest run of two or more zero groups, the first of equals (RFC 5952 section 4.2). */
function longestZeroRun(groups: Uint16Array, at: number): { from: number; to: number } {
  let best = { from: -1, to: -1 };
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && groups[at + end] === 0) end++;
    if (end - i > 1 && end - i > best.to - best.from) best = { from: i, to: end };
    i = Math.max(i, end - 1);
  }
  return best;
}

/** RFC 5952 text of groups[at .. at + 7]; IPv4-mapped addresses end in a dotted quad (section 5). */
export function formatIpv6(groups: Uint16Array, at: number): string {
  if (isMapped(groups.subarray(at, at + 8))) return `::ffff:${formatIpv4(mappedIpv4(groups.subarray(at)))}`;
  const run = longestZeroRun(groups, at);
  const part = (from: number, to: number): string =>
    Array.from(groups.subarray(at + from, at + to), (group) => group.toString(16)).join(':');
  return run.from === -1 ? part(0, 8) : `${part(0, run.from)}::${part(run.to, 8)}`;
}
