/** What is known about an answer besides its number. */
export type Flag = 'moas' | 'as_set' | 'private' | 'reserved' | 'as_trans';

/** Bits of the stored flag byte. The order is part of the cache format. */
export const FLAG_BITS = { moas: 1, as_set: 2, private: 4, reserved: 8, as_trans: 16 } as const satisfies Record<
  Flag,
  number
>;

const FLAGS: readonly Flag[] = ['moas', 'as_set', 'private', 'reserved', 'as_trans'];

/** All combinations, made once: answers share the frozen lists. */
const LISTS: readonly (readonly Flag[])[] = Array.from({ length: 32 }, (_, bits) =>
  Object.freeze(FLAGS.filter((flag) => (bits & FLAG_BITS[flag]) !== 0)),
);

/** The names of a flag byte. */
export function flagNames(bits: number): readonly Flag[] {
  return LISTS[bits & 31] ?? [];
}

/** Flag bits that follow from the number alone; 0 for an ordinary ASN. */
export function classifyAsn(asn: number): number {
  if (asn === 23456) return FLAG_BITS.as_trans; // RFC 6793 section 9
  if ((asn >= 64512 && asn <= 65534) || (asn >= 4200000000 && asn <= 4294967294)) return FLAG_BITS.private; // RFC 6996
  const reserved =
    asn === 0 || // RFC 7607
    (asn >= 64496 && asn <= 64511) || // documentation, RFC 5398
    asn === 65535 || // RFC 7300
    (asn >= 65536 && asn <= 131071) || // documentation (RFC 5398) and IANA reserved
    asn === 4294967295; // RFC 7300
  return reserved ? FLAG_BITS.reserved : 0;
}
