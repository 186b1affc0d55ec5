import { parseIpv4, parseIpv6 } from '../address.ts';
import { clearHostBits, type Width } from '../prefix.ts';
import type { Line } from './lines.ts';

/** Reads an address of either family into groups; returns its width. An IPv4-mapped address stays IPv6. */
export function readAddress(text: string, groups: Uint16Array): Width | undefined {
  const bits = parseIpv4(text, 0, text.length);
  if (bits === null) return parseIpv6(text, 0, text.length, groups) ? 8 : undefined;
  groups[0] = bits >>> 16;
  groups[1] = bits & 0xffff;
  return 2;
}

/** Reads a whole decimal number without sign or leading zeros up to `largest`; -1 when it is none. */
export function parseDecimal(text: string, largest: number): number {
  if (text.length === 0 || text.length > 10 || (text.length > 1 && text.charCodeAt(0) === 48)) return -1;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value <= largest ? value : -1;
}

/** An AS number of 32 bits as its two halves (asdot, RFC 5396): 3.1036 is 197644. -1 for what is none. */
function parseDotted(text: string): number {
  const [high = '', low = '', more] = text.split('.');
  const halves = [parseDecimal(high, 65535), parseDecimal(low, 65535)] as const;
  return more !== undefined || halves.includes(-1) ? -1 : halves[0] * 65536 + halves[1];
}

/** An AS number, with or without "AS" before it, in either notation. */
export function parseAsn(text: string, line: Line): number {
  const number = /^AS/i.test(text) ? text.slice(2) : text;
  const asn = number.includes('.') ? parseDotted(number) : parseDecimal(number, 4294967295);
  if (asn === -1) throw line.fault('an AS number from 0 to 4294967295');
  return asn;
}

/** Reads address and prefix length into groups; returns the width. Host bits must be zero: a set one means a damaged line. */
export function parsePrefix(
  address: string,
  length: string,
  groups: Uint16Array,
  line: Line,
): { width: Width; length: number } {
  const width = readAddress(address, groups);
  if (width === undefined) throw line.fault('a prefix that starts with an IPv4 or IPv6 address');
  const bits = parseDecimal(length, width * 16);
  if (bits === -1) throw line.fault(`a prefix length from 0 to ${width * 16}`);
  if (clearHostBits(groups, width, bits)) throw line.fault('a prefix without bits after its length');
  return { width, length: bits };
}
