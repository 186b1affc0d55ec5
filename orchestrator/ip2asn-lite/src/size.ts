import type { Prefixes } from './prefixes.ts';

/** Number of addresses of an AS. IPv6 needs more than 53 bits. */
export interface AsSize {
  ipv4: number;
  ipv6: bigint;
}

function toBigint(prefixes: Prefixes, row: number): bigint {
  let value = 0n;
  for (let i = 0; i < prefixes.width; i++)
    value = (value << 16n) | BigInt(prefixes.groups[row * prefixes.width + i] ?? 0);
  return value;
}

/** Addresses under the prefixes that an AS originates. Rows are sorted, so a prefix inside an earlier one ends before its end. */
export function sizeOf(prefixes: Prefixes, asn: number): bigint {
  const bits = prefixes.width * 16;
  let size = 0n;
  let covered = 0n; // first address after everything counted
  for (let row = 0; row < prefixes.count; row++) {
    if (prefixes.asns[row] !== asn) continue;
    const start = toBigint(prefixes, row);
    if (start < covered) continue;
    const length = 1n << BigInt(bits - (prefixes.lengths[row] ?? 0));
    size += length;
    covered = start + length;
  }
  return size;
}
