import type { Family } from './family.ts';

/** Number of addresses of an AS. IPv6 needs more than 53 bits. */
export interface AsSize {
  ipv4: number;
  ipv6: bigint;
}

function toBigint(family: Family, row: number): bigint {
  let value = 0n;
  for (let i = 0; i < family.width; i++) value = (value << 16n) | BigInt(family.groups[row * family.width + i] ?? 0);
  return value;
}

/** Addresses under the prefixes that an AS originates. Rows are sorted, so a prefix inside an earlier one ends before its end. */
export function sizeOf(family: Family, asn: number): bigint {
  const bits = family.width * 16;
  let size = 0n;
  let covered = 0n; // first address after everything counted
  for (let row = 0; row < family.count; row++) {
    if (family.asns[row] !== asn) continue;
    const start = toBigint(family, row);
    if (start < covered) continue;
    const length = 1n << BigInt(bits - (family.lengths[row] ?? 0));
    size += length;
    covered = start + length;
  }
  return size;
}
