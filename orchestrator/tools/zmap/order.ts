import { createCipheriv } from 'node:crypto';

/** The moduli of zmap 2.1.1's cyclic groups (its cyclic.c); the smallest that holds all targets is used. */
const primes = [257, 65_537, 16_777_259, 268_435_459, 4_294_967_311];

/** One step of zmap's generator (its aesrand.c): AES-128 of the last output. */
function step(key: Buffer, block: Buffer): Buffer {
  const cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false);
  return Buffer.concat([cipher.update(block), cipher.final()]);
}

/** Where zmap 2.1.1 starts in its cycle, before the modulus: the second word that it draws. The first is the generator. */
function startOf(seed: number): number {
  const key = Buffer.alloc(16);
  key.writeBigUInt64LE(BigInt(seed));
  return step(key, step(key, Buffer.alloc(16))).readUInt32LE();
}

/**
 * The seed for zmap 2.1.1: ours, or the next one it survives. Where its starting point is a multiple of the modulus,
 * it starts at 0, which is no element of the group, and aborts before the first packet (assertion in
 * constraint_lookup_index). Of 257 seeds one does that to a scan of up to 256 addresses, and a resumed run would
 * keep that seed for ever. zmap 3 and later pick an exponent and have no such seed.
 */
export function survivedSeed(seed: number): number {
  let candidate = seed;
  while (primes.some((prime) => startOf(candidate) % prime === 0)) candidate += 1;
  return candidate;
}
