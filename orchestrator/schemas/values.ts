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

/** A name that may be asked for, in lower case. */
export function isName(text: string): boolean {
  return text.length <= 253 && /^(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}$/.test(text);
}

export const Port = z.int().min(0).max(65_535);
export const AsNumber = z.int().min(0).max(0xffff_ffff);
/** Bytes. */
export const Hex = z.string().regex(/^(?:[0-9a-f]{2})*$/, 'not bytes in lower-case hex');
/** UTC. */
export const Moment = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/, 'not a time in UTC, ISO 8601');
