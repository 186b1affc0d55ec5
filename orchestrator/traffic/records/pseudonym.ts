import { createCipheriv } from 'node:crypto';
import { ipBytes, ipText } from '../../address/bytes.ts';

/** An address as records have it; `client`: it is, or may be, that of a client. */
export type Naming = (address: string, client: boolean) => string;

export const plainNames: Naming = (address) => address;

export const PSEUDONYM_KEY_BYTES = 32;
/** Addresses whose pseudonyms are remembered: each takes as many encryptions as it has bits. */
const MOST_KNOWN = 65_536;
const BLOCK = 16;

/**
 * Prefix-preserving pseudonyms after Xu, Fan, Ammar and Moon, "Prefix-Preserving IP Address Anonymization" (2002): each bit is turned,
 * or not, by an AES encryption of the bits before it. Two addresses share as many leading bits as their pseudonyms do. The same key
 * gives the same pseudonyms; without it nobody gets back, but whoever knows some pairs of address and pseudonym knows as much of
 * their prefixes.
 */
export class Pseudonyms {
  readonly #key: Buffer;
  readonly #pad: Buffer;
  readonly #known = new Map<string, string>();

  constructor(secret: Buffer) {
    this.#key = secret.subarray(0, BLOCK);
    this.#pad = this.#encrypt(secret.subarray(BLOCK, 2 * BLOCK));
  }

  readonly name: Naming = (address, client) => {
    if (!client) return address;
    const known = this.#known.get(address);
    if (known !== undefined) return known;
    const pseudonym = ipText(this.#turned(ipBytes(address)));
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(address, pseudonym);
    return pseudonym;
  };

  #encrypt(blocks: Buffer): Buffer {
    const cipher = createCipheriv('aes-128-ecb', this.#key, null).setAutoPadding(false);
    return Buffer.concat([cipher.update(blocks), cipher.final()]);
  }

  /** All blocks of an address in one encryption: block n has its first n bits, and the pad behind them. */
  #turned(address: Buffer): Buffer {
    const bits = 8 * address.length;
    const blocks = Buffer.alloc(bits * BLOCK);
    for (let bit = 0; bit < bits; bit++) {
      const block = blocks.subarray(bit * BLOCK, (bit + 1) * BLOCK);
      this.#pad.copy(block);
      address.copy(block, 0, 0, bit >> 3);
      const mask = 0xff >> (bit & 7);
      const split = ((address[bit >> 3] ?? 0) & ~mask) | ((this.#pad[bit >> 3] ?? 0) & mask);
      block[bit >> 3] = split;
    }
    const encrypted = this.#encrypt(blocks);
    return Buffer.from(
      address.map((byte, at) => {
        let turns = 0;
        for (let bit = 0; bit < 8; bit++) turns = (turns << 1) | ((encrypted[(8 * at + bit) * BLOCK] ?? 0) >> 7);
        return byte ^ turns;
      }),
    );
  }
}
