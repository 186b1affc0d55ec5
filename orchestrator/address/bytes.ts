import { formatAddress, parseAddress } from './ip.ts';

/** The address text of 4 or 16 bytes in network order. */
export function ipText(bytes: Buffer): string {
  const words = Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readUInt32BE(4 * index));
  return formatAddress({ family: bytes.length === 4 ? 4 : 6, words });
}

/**
 * The bytes of an address text in network order.
 * @throws RangeError when the text is no address
 */
export function ipBytes(text: string): Buffer {
  const address = parseAddress(text);
  if (address === null) throw new RangeError(`${JSON.stringify(text)} is not an address`);
  const bytes = Buffer.alloc(4 * address.words.length);
  for (const [index, word] of address.words.entries()) bytes.writeUInt32BE(word, 4 * index);
  return bytes;
}
