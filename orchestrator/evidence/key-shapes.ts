import { createHash, createHmac } from 'node:crypto';
import type { KeyFact } from './keys.ts';

/** What one key shows by itself, compared with what its SYN carried. A random key has each shape with the probability given beside it. */

const keyBits = 64;
const hex = (value: bigint) => value.toString(16).padStart(16, '0');
const bitsOf = (value: bigint) => value.toString(2).padStart(keyBits, '0');
const all = (1n << 64n) - 1n;

function wordBytes(word: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(word);
  return bytes;
}

const reversed = (bytes: Buffer) => Buffer.from(bytes).reverse();
const complement = (bytes: Buffer) => Buffer.from(bytes.map((byte) => byte ^ 0xff));

/** As it is, byte-reversed, or the complement of either: a random key contains a given word like this 20 times in 2^32. */
function standsIn(key: Buffer, word: number | null): boolean {
  if (word === null || word === 0) return false;
  const bytes = wordBytes(word);
  return [bytes, reversed(bytes), complement(bytes), complement(reversed(bytes))].some((form) => key.includes(form));
}

/** 64 times 2 in 2^64. */
function isRotated(key: bigint, of: bigint): boolean {
  const twice = bitsOf(of).repeat(2);
  return twice.includes(bitsOf(key)) || twice.includes(bitsOf(key ^ all));
}

/** Every byte with its bits read backwards. */
const mirrored = Buffer.from(
  Array.from({ length: 256 }, (_, byte) =>
    Number.parseInt([...byte.toString(2).padStart(8, '0')].reverse().join(''), 2),
  ),
);

/** Its bits or its hex digits read backwards, within each byte or over all of it, or the complement of that: 6 times in 2^64. */
function isBackwards(key: Buffer, of: bigint): boolean {
  const forward = Buffer.from(hex(of), 'hex');
  const back = reversed(forward);
  const forms = [back, forward].map((bytes) => bytes.map((byte) => mirrored[byte] ?? 0));
  forms.push(back.map((byte) => ((byte << 4) | (byte >> 4)) & 0xff));
  return forms.some((form) => key.equals(form) || key.every((byte, at) => byte === ((form[at] ?? 0) ^ 0xff)));
}

/** Our words side by side, in either byte order, turned by any number of bits. */
function areRotated(key: bigint, { sequence, timestamp }: KeyFact): boolean {
  if (sequence === null || timestamp === null) return false;
  const [s, t] = [wordBytes(sequence), wordBytes(timestamp)];
  const pairs = [Buffer.concat([s, t]), Buffer.concat([reversed(s), reversed(t)])];
  return pairs.some((pair) => isRotated(key, pair.readBigUInt64BE()));
}

/** One byte eight times, as a filler such as NOP leaves it: 1 drawn key in 7 times 10^16. */
function isFilled(key: Buffer): boolean {
  return key.every((byte) => byte === key[0]);
}

/**
 * The first or last 8 bytes of a digest of our key, as RFC 8684, 3.2 and 3.3.1 make token and IDSN; or of an HMAC by our key of nothing or of
 * itself: 18 times in 2^64.
 */
function isHashed(key: bigint, sent: bigint): boolean {
  const bytes = Buffer.from(hex(sent), 'hex');
  const digests = ['md5', 'sha1', 'sha256'].flatMap((name) => [
    createHash(name).update(bytes),
    createHmac(name, bytes),
    createHmac(name, bytes).update(bytes),
  ]);
  return digests.some((one) => {
    const digest = one.digest('hex');
    return digest.startsWith(hex(key)) || digest.endsWith(hex(key));
  });
}

const shapes: readonly { name: string; of: (fact: KeyFact, bytes: Buffer) => boolean }[] = [
  { name: 'filled', of: (_, bytes) => isFilled(bytes) },
  { name: 'our_key_rotated', of: ({ key, sentKey }) => sentKey !== null && isRotated(key, sentKey) },
  { name: 'our_key_backwards', of: ({ sentKey }, bytes) => sentKey !== null && isBackwards(bytes, sentKey) },
  {
    name: 'our_key_hashed',
    // Most keys of a run are ours, returned: that says more than any digest, and nine digests take a fifth of what judging an echo takes.
    of: ({ key, sentKey }) => sentKey !== null && sentKey !== key && isHashed(key, sentKey),
  },
  { name: 'sequence_within', of: ({ sequence }, bytes) => standsIn(bytes, sequence) },
  { name: 'timestamp_within', of: ({ timestamp }, bytes) => standsIn(bytes, timestamp) },
  { name: 'packet_within', of: ({ beside = [] }, bytes) => beside.some((word) => standsIn(bytes, word)) },
  { name: 'words_rotated', of: (fact) => areRotated(fact.key, fact) },
];

/** Names of the shapes that a key has; a zero key is a fault of its own. */
export function shapesOf(fact: KeyFact): string[] {
  if (fact.key === 0n) return [];
  const bytes = Buffer.from(hex(fact.key), 'hex');
  return shapes.filter(({ of }) => of(fact, bytes)).map(({ name }) => name);
}
