import { createHash, createHmac } from 'node:crypto';
import type { KeyFact } from './keys.ts';

/** What one key shows by itself, compared with what its SYN carried, or those of one host together. A random key has each shape with the probability given beside it. */

const keyBytes = 8;
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

/** The byte orders of machines that store the halves of a word apart. */
function halvesTurned(bytes: Buffer): Buffer[] {
  const exchanged = Buffer.concat([bytes.subarray(2), bytes.subarray(0, 2)]);
  return [exchanged, reversed(exchanged)];
}

/**
 * As it is or byte-reversed, anywhere; its halves turned, at the beginning or the end; or the complement of any: a random key contains a given
 * word like this 28 times in 2^32.
 */
function standsIn(key: Buffer, word: number | null): boolean {
  if (word === null || word === 0) return false;
  const bytes = wordBytes(word);
  const isIn = (form: Buffer) => key.includes(form);
  const isHalf = (form: Buffer) => key.subarray(0, 4).equals(form) || key.subarray(4).equals(form);
  const both = (form: Buffer) => [form, complement(form)];
  return [bytes, reversed(bytes)].flatMap(both).some(isIn) || halvesTurned(bytes).flatMap(both).some(isHalf);
}

/** Bits that keys must have in common, in bytes: 40 bits agree by chance less than once in 10^9 hosts. */
const enoughAlike = 5;

/** Bytes that all have at one place weigh one for each but the first of them; zeros, as a filler leaves them, one for each. */
function weightOf(rests: readonly Buffer[]): number {
  let weight = 0;
  for (let at = 0; at < keyBytes; at++) {
    const byte = rests[0]?.[at];
    if (rests.every((one) => one[at] === byte)) weight += byte === 0 ? rests.length : rests.length - 1;
  }
  return weight;
}

/**
 * Whether keys that answered different SYNs share their bytes at some places, as a counter, a clock, an address or few random bytes leave them;
 * or do so xor our keys, whose words or bytes may be exchanged. Drawn keys share 40 bits by chance.
 */
export function areAlike(facts: readonly KeyFact[]): boolean {
  const bytesOf = (key: bigint) => Buffer.from(hex(key), 'hex');
  if (weightOf(facts.map(({ key }) => bytesOf(key))) >= enoughAlike) return true;
  const pairs = facts.flatMap(({ key, sentKey }) =>
    sentKey === null ? [] : [[bytesOf(key), bytesOf(sentKey)] as const],
  );
  for (let turn = 0; pairs.length > 1 && turn < keyBytes; turn++) {
    const rests = pairs.map(([key, sent]) => Buffer.from(key.map((byte, at) => byte ^ (sent[at ^ turn] ?? 0))));
    if (weightOf(rests) >= enoughAlike) return true;
  }
  return false;
}

/** Shifted by up to 32 bits either way, which leaves a half of it. */
function isShifted(key: bigint, of: bigint): boolean {
  for (let bits = 1n; bits <= 32n; bits++) if (key === of >> bits || key === ((of << bits) & all)) return true;
  return false;
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

/** Its bits or its hex digits read backwards, within each byte or over all of it, or the complement of that: 8 times in 2^64. */
function isBackwards(key: Buffer, of: bigint): boolean {
  const forward = Buffer.from(hex(of), 'hex');
  const back = reversed(forward);
  const forms = [back, forward].map((bytes) => bytes.map((byte) => mirrored[byte] ?? 0));
  forms.push(...[back, forward].map((bytes) => bytes.map((byte) => ((byte << 4) | (byte >> 4)) & 0xff)));
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
  {
    name: 'our_key_rotated',
    of: ({ key, sentKey }) => sentKey !== null && (isRotated(key, sentKey) || isShifted(key, sentKey)),
  },
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
