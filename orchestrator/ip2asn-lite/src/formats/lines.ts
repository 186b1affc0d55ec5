import { FileError } from '../errors.ts';
import type { Input } from '../input.ts';

const LONGEST_LINE = 1 << 16;

/** One line of a text source and where it stands. */
export class Line {
  readonly #file: string;
  text = '';
  offset = 0;
  number = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** The error for a line that does not say what it should. */
  fault(expected: string): FileError {
    const found = JSON.stringify(this.text.length > 60 ? `${this.text.slice(0, 60)}...` : this.text);
    return new FileError('BAD_FORMAT', { file: this.#file, offset: this.offset, expected, found, line: this.number });
  }
}

class LineSplitter {
  readonly #line: Line;
  readonly #file: string;
  readonly #use: (line: Line) => void;
  #carry: Buffer = Buffer.alloc(0);
  #offset = 0;

  constructor(file: string, use: (line: Line) => void) {
    this.#file = file;
    this.#line = new Line(file);
    this.#use = use;
  }

  push(chunk: Buffer): void {
    const bytes = this.#carry.length === 0 ? chunk : Buffer.concat([this.#carry, chunk]);
    let from = 0;
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, from)) {
      this.#emit(bytes, from, end);
      from = end + 1;
    }
    this.#carry = bytes.subarray(from);
    this.#offset += from;
    if (this.#carry.length > LONGEST_LINE) throw this.#tooLong();
  }

  /** A text that was cut may end in half a number, which would be a wrong AS: only the newline shows that the last line is whole. */
  finish(tolerant: boolean): number {
    if (this.#carry.length > 0 && !tolerant) {
      const place = { file: this.#file, offset: this.#offset + this.#carry.length, line: this.#line.number + 1 };
      throw new FileError('TRUNCATED', {
        ...place,
        expected: 'a newline after the last line',
        found: 'the end of the file',
      });
    }
    return this.#line.number;
  }

  #emit(bytes: Buffer, from: number, end: number): void {
    const line = this.#line;
    const to = end > from && bytes[end - 1] === 13 ? end - 1 : end;
    line.text = bytes.toString('utf8', from, to);
    line.offset = this.#offset + from;
    line.number++;
    this.#use(line);
  }

  #tooLong(): FileError {
    const expected = `lines of at most ${LONGEST_LINE} bytes`;
    return new FileError('BAD_FORMAT', {
      file: this.#file,
      offset: this.#offset,
      expected,
      found: `${this.#carry.length} bytes without a newline`,
      line: this.#line.number + 1,
    });
  }
}

/**
 * Calls `use` for each line, without its line end; the object is reused. Returns the number of lines.
 * A last line without a newline is an error (TRUNCATED), or is left out when `tolerant`.
 */
export async function forEachLine(input: Input, tolerant: boolean, use: (line: Line) => void): Promise<number> {
  const splitter = new LineSplitter(input.file, use);
  for await (const chunk of input.chunks) splitter.push(chunk);
  return splitter.finish(tolerant);
}
