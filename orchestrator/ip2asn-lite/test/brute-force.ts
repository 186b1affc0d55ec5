import { addressBytes } from './mrt-writer.ts';

/** Longest prefix match by trying every prefix: slow, and too simple to be wrong. */
export class BruteForce {
  readonly #prefixes: { bits: string; asn: number; text: string }[];

  constructor(prefixes: ReadonlyMap<string, number>) {
    this.#prefixes = Array.from(prefixes, ([text, asn]) => {
      const [address = '', length] = text.split('/');
      return { bits: bitsOf(address).slice(0, familyMark + Number(length)), asn, text };
    });
  }

  lookup(address: string): { asn: number; prefix: string } | null {
    const bits = bitsOf(address);
    let best: { bits: string; asn: number; text: string } | undefined;
    for (const prefix of this.#prefixes) {
      if (bits.startsWith(prefix.bits) && prefix.bits.length > (best?.bits.length ?? -1)) best = prefix;
    }
    return best === undefined ? null : { asn: best.asn, prefix: best.text };
  }
}

const familyMark = 1;

/** One letter for the family, then the bits. */
function bitsOf(address: string): string {
  const bytes = addressBytes(address);
  return (bytes.length === 4 ? '4' : '6') + Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
}
