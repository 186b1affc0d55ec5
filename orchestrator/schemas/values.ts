import { z } from 'zod';
import { canonicalAddress, formatPrefix, parsePrefix } from '../address/ip.ts';

/** Values that records of several stages hold. Each has one spelling: records are compared, joined and sent to by their text. */

/** An IPv4 or IPv6 address as we write it: four numbers without leading zeros, or RFC 5952. */
export function isAddress(text: string): boolean {
  return canonicalAddress(text) === text;
}

export const Address = z.string().refine(isAddress, 'not an address as it is written here');

/** A prefix in CIDR notation as we write it, without host bits. */
export function isPrefix(text: string): boolean {
  const prefix = parsePrefix(text);
  return prefix !== null && formatPrefix(prefix) === text;
}

const dot = 0x2e;
const longestName = 253;
const longestLabel = 63;
/** Letters of labels, by their codes. */
const ofLabels = Uint8Array.from({ length: 128 }, (_, code) => (/[a-z0-9_-]/.test(String.fromCharCode(code)) ? 1 : 0));

/** A name that may be asked for, in lower case. It is looked at letter by letter: a pattern is dearer, and lists have millions. */
export function isName(text: string): boolean {
  if (text.length > longestName) return false;
  let label = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === dot && label > 0) label = 0;
    else if (ofLabels[code] === 1 && label < longestLabel) label += 1;
    else return false;
  }
  return label > 0;
}

export const Port = z.int().min(0).max(65_535);
export const AsNumber = z.int().min(0).max(0xffff_ffff);
/** Bytes. */
export const Hex = z.string().regex(/^(?:[0-9a-f]{2})*$/, 'not bytes in lower-case hex');
/** 32 bits of a TCP header or option. */
export const HexWord = z.string().regex(/^[0-9a-f]{8}$/, 'not four bytes in lower-case hex');
/** RFC 8684, 3.1. */
export const HexKey = z.string().regex(/^[0-9a-f]{16}$/, 'not a key, eight bytes in lower-case hex');
/** UTC. */
export const Moment = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/, 'not a time in UTC, ISO 8601');
