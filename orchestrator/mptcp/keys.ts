import { createHash, createHmac } from 'node:crypto';
import { ipBytes } from '../address/bytes.ts';

/** Keys, nonces and results are lower-case hex without separators; a key has 16 digits, a nonce and a token 8. */

const bytes = (hex: string) => Buffer.from(hex, 'hex');

/** v0 hashes with SHA-1 (RFC 6824, 3.1), v1 with SHA-256 (RFC 8684, 3.1). */
const algorithm = (version: number) => (version === 0 ? 'sha1' : 'sha256');

const keyHash = (key: string, version: number) => createHash(algorithm(version)).update(bytes(key)).digest('hex');

/** Token of a connection end: the first 32 bits of the hash of its key (RFC 8684, 3.2). */
export function token(key: string, version: number): string {
  return keyHash(key, version).slice(0, 8);
}

/** Initial data sequence number: the last 64 bits of the hash of the key (RFC 8684, 3.1). */
export function initialDataSequence(key: string, version: number): string {
  return keyHash(key, version).slice(-16);
}

/**
 * The HMAC of an MP_JOIN (RFC 8684, 3.2): key is the sender's key then the receiver's, message the sender's nonce then
 * the receiver's. A SYN/ACK carries its first 64 bits, the third ACK its first 160.
 */
export function joinHmac(from: { key: string; nonce: string }, to: { key: string; nonce: string }, version: number) {
  return createHmac(algorithm(version), bytes(from.key + to.key))
    .update(bytes(from.nonce + to.nonce))
    .digest('hex');
}

export interface AnnouncedAddress {
  address_id: number;
  address: string;
  port: number | null;
}

/**
 * The truncations in use for the HMAC of ADD_ADDR. RFC 8684, 3.4.1 says the rightmost 64 bits, and current Linux sends
 * those; older kernels sent the leftmost 64, or the rightmost 64 of the leftmost 160.
 */
const truncations = {
  rightmost64: (hmac: string) => hmac.slice(-16),
  leftmost64: (hmac: string) => hmac.slice(0, 16),
  rightmost64_of_160: (hmac: string) => hmac.slice(24, 40),
} as const;

type HmacForm = keyof typeof truncations;

/** HMAC-SHA256 over address id, address and port (0 without one), keyed by the announcer's key and then the other's. */
function addAddrHmac(announcerKey: string, otherKey: string, announced: AnnouncedAddress): string {
  const port = Buffer.alloc(2);
  port.writeUInt16BE(announced.port ?? 0);
  return createHmac('sha256', bytes(announcerKey + otherKey))
    .update(Buffer.concat([Buffer.from([announced.address_id]), ipBytes(announced.address), port]))
    .digest('hex');
}

/** Which truncation of the true HMAC an ADD_ADDR carries; null when it carries none of them. */
export function addAddrHmacForm(
  announcerKey: string,
  otherKey: string,
  announced: AnnouncedAddress,
  hmac: string,
): HmacForm | null {
  const whole = addAddrHmac(announcerKey, otherKey, announced);
  const forms: HmacForm[] = ['rightmost64', 'leftmost64', 'rightmost64_of_160'];
  return forms.find((form) => truncations[form](whole) === hmac) ?? null;
}
