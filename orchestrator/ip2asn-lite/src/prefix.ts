import { formatIpv4, formatIpv6 } from './address.ts';

/** Groups per address: 2 for IPv4, 8 for IPv6. */
export type Width = 2 | 8;

/** Text of the prefix whose groups start at groups[at], as `address/length`. */
export function formatPrefix(groups: Uint16Array, at: number, width: Width, length: number): string {
  const address = width === 2 ? formatIpv4(((groups[at] ?? 0) << 16) | (groups[at + 1] ?? 0)) : formatIpv6(groups, at);
  return `${address}/${length}`;
}

/** Clears the bits after `length`; true when any was set. */
export function clearHostBits(groups: Uint16Array, width: Width, length: number): boolean {
  let found = false;
  for (let i = length >> 4; i < width; i++) {
    const keep = i === length >> 4 ? length & 15 : 0;
    const mask = (0xffff << (16 - keep)) & 0xffff;
    const group = groups[i] ?? 0;
    if ((group & ~mask) !== 0) found = true;
    groups[i] = group & mask;
  }
  return found;
}

/**
 * Writes the first address after the prefix at groups[at] into end. False when there is none, because the prefix reaches
 * the last address of its family.
 */
export function addressAfter(groups: Uint16Array, at: number, width: Width, length: number, end: Uint16Array): boolean {
  for (let i = 0; i < width; i++) end[i] = groups[at + i] ?? 0;
  if (length === 0) return false;
  let carry = 1 << (15 - ((length - 1) & 15));
  for (let i = (length - 1) >> 4; i >= 0 && carry !== 0; i--) {
    const sum = (end[i] ?? 0) + carry;
    end[i] = sum & 0xffff;
    carry = sum >> 16;
  }
  return carry === 0;
}

/** Negative, zero or positive as address a[at] sorts before, with or after b[bt]. */
export function compareGroups(a: Uint16Array, at: number, b: Uint16Array, bt: number, width: Width): number {
  for (let i = 0; i < width; i++) {
    const difference = (a[at + i] ?? 0) - (b[bt + i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
