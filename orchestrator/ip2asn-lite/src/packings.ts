/** Archives and packed files that are not read here, by their first bytes. */
const packings: readonly [name: string, hex: RegExp][] = [
  ['a zip archive', /^504b0304|^504b0506/],
  ['an xz file', /^fd377a585a00/],
  ['a zstd file', /^28b52ffd|^5.2a4d18/],
  ['an lz4 file', /^04224d18/],
  ['a 7z archive', /^377abcaf271c/],
  ['a gzip file', /^1f8b/],
  ['a bzip2 file', /^425a683[1-9]314159265359/],
];

const USTAR_AT = 257; // POSIX.1-2024, pax, "ustar Interchange Format"

/** What a file that is no table and no text is packed in, with what to do; null where that is not known. */
export function packingOf(head: Buffer): string | null {
  const hex = head.toString('hex', 0, 16);
  const isTar = head.toString('latin1', USTAR_AT, USTAR_AT + 5) === 'ustar';
  const name = isTar ? 'a tar archive' : packings.find(([, magic]) => magic.test(hex))?.[0];
  return name === undefined ? null : `${name}: unpack it first`;
}
