import { isAscii } from 'node:buffer';

/**
 * Splits a byte stream into lines by hand, all lines of a chunk at once: a step of an async iteration costs more than a line does. A
 * line may be of any length.
 */
export async function* lineBatches(stream: AsyncIterable<Uint8Array | string>): AsyncGenerator<string[]> {
  const textOf = chunkDecoder();
  // Pieces of a line that is longer than a chunk, joined once when it ends.
  let open: string[] = [];
  for await (const chunk of stream) {
    const text = textOf(chunk);
    const lines: string[] = [];
    let from = 0;
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', from)) {
      const line = text.slice(from, at);
      lines.push(withoutReturn(open.length === 0 ? line : open.join('') + line));
      open = [];
      from = at + 1;
    }
    if (from < text.length) open.push(text.slice(from));
    if (lines.length > 0) yield lines;
  }
  const rest = open.join('') + textOf(null);
  if (rest !== '') yield [rest];
}

/** UTF-8 chunk by chunk; null ends it. A chunk of ASCII, as nearly all are, needs no decoding: it is half as dear then. */
function chunkDecoder(): (chunk: Uint8Array | string | null) => string {
  const decoder = new TextDecoder();
  let ascii = true;
  return (chunk) => {
    if (typeof chunk === 'string') return chunk;
    if (chunk === null) return decoder.decode();
    // half a character may be open behind a chunk that was not ASCII
    const before = ascii;
    ascii = isAscii(chunk);
    if (before && ascii) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
    return decoder.decode(chunk, { stream: true });
  };
}

function withoutReturn(line: string): string {
  return line.charCodeAt(line.length - 1) === 13 ? line.slice(0, -1) : line;
}

/** The same, line by line. */
export async function* splitLines(stream: AsyncIterable<Uint8Array | string>): AsyncGenerator<string> {
  for await (const lines of lineBatches(stream)) yield* lines;
}

/** JSON of a line; null, which no raw schema passes, when it is not JSON. */
export function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

const tailLines = 12;

/** The last lines of a stream, for error messages. */
export class Tail {
  readonly #lines: string[] = [];

  push(line: string): void {
    this.#lines.push(line.slice(0, 400));
    if (this.#lines.length > tailLines) this.#lines.shift();
  }

  lines(): string[] {
    return [...this.#lines];
  }
}
