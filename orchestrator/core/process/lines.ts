import { isAscii } from 'node:buffer';

/** Maximum number of characters in a line: no program here prints longer ones, and eventually one would not fit into a string. */
const longestLine = 1 << 22;
const keptOfLonger = 200;
/** Behind the beginning of one that is longer: a character that no format of any program allows. */
const tooLong = `\u0000[a line of more than ${longestLine} characters]`;

/** true for the placeholder of a line that was too long to keep. */
export function isTooLong(line: string): boolean {
  return line.endsWith(tooLong);
}

/** A line that is longer than a chunk: its pieces, joined once when it ends, or its beginning alone. */
class OpenLine {
  #pieces: string[] = [];
  #length = 0;

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  add(piece: string): void {
    const wasShort = this.#length <= longestLine;
    this.#length += piece.length;
    if (this.#length <= longestLine) this.#pieces.push(piece);
    else if (wasShort) this.#pieces = [this.#pieces.join('').slice(0, keptOfLonger), tooLong];
  }

  end(): string {
    const line = this.#pieces.join('');
    this.#pieces = [];
    this.#length = 0;
    return line;
  }
}

/** Lines that end in one piece of a stream. */
export interface LineBatch {
  lines: string[];
  /** The piece itself where all of it is ASCII, only until the next is asked for. */
  bytes: Uint8Array | null;
  /** Where each line begins in it; -1 for one that began before it. */
  starts: number[];
}

/**
 * Splits a byte stream into lines by hand, all lines of a chunk at once: a step of an async iteration costs more than a line does. Of a
 * line without end only the beginning is kept.
 */
export async function* lineBatches(stream: AsyncIterable<Uint8Array | string>): AsyncGenerator<string[]> {
  for await (const { lines } of placedLines(stream)) yield lines;
}

/** The same, with the position of each line. */
export async function* placedLines(stream: AsyncIterable<Uint8Array | string>): AsyncGenerator<LineBatch> {
  const open = new OpenLine();
  for await (const { text, bytes } of texts(stream)) {
    const lines: string[] = [];
    const starts: number[] = [];
    let from = 0;
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', from)) {
      let line = text.slice(from, at);
      if (!open.isEmpty || line.length > longestLine) {
        open.add(line);
        line = open.end();
        starts.push(-1);
      } else starts.push(from);
      lines.push(withoutReturn(line));
      from = at + 1;
    }
    if (from < text.length) open.add(text.slice(from));
    if (lines.length > 0) yield { lines, bytes, starts };
  }
  if (!open.isEmpty) yield { lines: [open.end()], bytes: null, starts: [-1] };
}

/** A longer text has pages of its own in memory, and those cost more than what is read of it. */
const textBytes = 1 << 16;

interface Text {
  text: string;
  /** Its bytes, where all are ASCII. */
  bytes: Uint8Array | null;
}

/** Text of a byte stream, some of it at a time. */
async function* texts(stream: AsyncIterable<Uint8Array | string>): AsyncGenerator<Text> {
  const textOf = chunkDecoder();
  for await (const chunk of stream) {
    if (typeof chunk === 'string') yield { text: chunk, bytes: null };
    else for (let at = 0; at < chunk.length; at += textBytes) yield textOf(chunk.subarray(at, at + textBytes));
  }
  yield textOf(null);
}

/** UTF-8 chunk by chunk; null ends it. A chunk of ASCII, as nearly all are, needs no decoding: it is half as dear then. */
function chunkDecoder(): (chunk: Uint8Array | null) => Text {
  const decoder = new TextDecoder();
  let ascii = true;
  return (chunk) => {
    if (chunk === null) return { text: decoder.decode(), bytes: null };
    // half a character may be open behind a chunk that was not ASCII
    const before = ascii;
    ascii = isAscii(chunk);
    if (!before || !ascii) return { text: decoder.decode(chunk, { stream: true }), bytes: null };
    return { text: Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1'), bytes: chunk };
  };
}

function withoutReturns(lines: string): string {
  return withoutReturn(lines.includes('\r\n') ? lines.replaceAll('\r\n', '\n') : lines);
}

function withoutReturn(line: string): string {
  return line.charCodeAt(line.length - 1) === 13 ? line.slice(0, -1) : line;
}

/**
 * Whole lines as they come, as texts of some lines each without the last line's end: for what is looked at in passing. A program that floods
 * says a hundred million lines a minute, and taking each out costs ten times as much as looking over them.
 */
export async function* lineTexts(stream: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const open = new OpenLine();
  for await (const { text } of texts(stream)) {
    let from = 0;
    const end = text.lastIndexOf('\n');
    if (end !== -1 && !open.isEmpty) {
      from = text.indexOf('\n') + 1;
      open.add(text.slice(0, from - 1));
      yield withoutReturn(open.end());
    }
    if (from <= end) yield withoutReturns(text.slice(from, end));
    if (end + 1 < text.length) open.add(text.slice(end + 1));
  }
  if (!open.isEmpty) yield open.end();
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

/** The last lines of a text, at most this many. */
function lastLines(text: string, most: number): string[] {
  let from = text.length;
  for (let left = most; left > 0 && from > 0; left--) from = text.lastIndexOf('\n', from - 1);
  return text.slice(from + 1).split('\n');
}

/** The lines of a text that a pattern of one line matches: it goes over the text, not from line to line. */
export function linesWith(text: string, pattern: RegExp): string[] {
  const within = new RegExp(pattern.source, `${pattern.flags.replace(/[gm]/g, '')}gm`);
  const found: string[] = [];
  for (let match = within.exec(text); match !== null; match = within.exec(text)) {
    const end = text.indexOf('\n', match.index);
    const line = text.slice(text.lastIndexOf('\n', match.index - 1) + 1, end === -1 ? text.length : end);
    // what spans lines is in none of them
    if (pattern.test(line)) found.push(line);
    if (end === -1) break;
    within.lastIndex = end + 1;
  }
  return found;
}

const tailLines = 12;

/** The last lines of a stream, for error messages. */
export class Tail {
  readonly #lines: string[] = [];

  /** Takes lines as a text. */
  push(text: string): void {
    for (const line of lastLines(text, tailLines)) this.#lines.push(line.slice(0, 400));
    this.#lines.splice(0, this.#lines.length - tailLines);
  }

  lines(): string[] {
    return [...this.#lines];
  }
}
