/** Encodings by byte order mark. UTF-32's begins like UTF-16's, so it comes first. */
const marks: readonly [mark: string, encoding: 'utf-16le' | 'utf-16be' | null][] = [
  ['fffe0000', null],
  ['0000feff', null],
  ['fffe', 'utf-16le'],
  ['feff', 'utf-16be'],
];

/** The first line that is not UTF-8. */
function lineBeyond(bytes: Buffer): number {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  for (let at = 0; at < bytes.length; line += 1) {
    const end = bytes.indexOf('\n', at) + 1 || bytes.length;
    try {
      decoder.decode(bytes.subarray(at, end));
    } catch {
      return line;
    }
    at = end;
  }
  return line;
}

/**
 * Text of a file from any editor: UTF-8, or UTF-16 with a byte order mark; lines may end in a carriage return alone.
 * @throws Error whose message continues after the file name
 */
export function configText(bytes: Buffer): string {
  const start = bytes.toString('hex', 0, 4);
  const marked = marks.find(([mark]) => start.startsWith(mark));
  const encoding = marked === undefined ? 'utf-8' : marked[1];
  if (encoding === null) throw new Error('is UTF-32: convert it to UTF-8');
  if (encoding === 'utf-8' && bytes.includes(0))
    throw new Error(
      'contains zero bytes, so it is not UTF-8 text: if it is UTF-16 without a byte order mark, convert it',
    );
  let text: string;
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new Error(
      encoding === 'utf-8' ? `is not UTF-8 in line ${lineBeyond(bytes)}: convert it` : 'is cut, or no UTF-16',
    );
  }
  return text.includes('\n') ? text : text.replaceAll('\r', '\n');
}
