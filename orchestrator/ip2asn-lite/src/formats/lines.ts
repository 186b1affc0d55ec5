import type { Collector } from '../build/collector.ts';
import { FileError } from '../errors.ts';
import type { Input } from '../input.ts';

const LONGEST_LINE = 1 << 16;

/** The byte order mark that some editors put before UTF-8. */
const BOM = Buffer.of(0xef, 0xbb, 0xbf);

/** How many whole lines there were, and whether a cut one was left out after them. */
export interface LinesRead {
  lines: number;
  cut: boolean;
}

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

  /**
   * A text that was cut may end in half a number, which would be a wrong AS: only the newline shows that the last line is whole.
   * So a last line without one is refused even where it parses, or left out when `tolerant`.
   */
  finish(tolerant: boolean): LinesRead {
    const cut = this.#carry.length > 0;
    if (cut && !tolerant) {
      throw new FileError('TRUNCATED', {
        file: this.#file,
        offset: this.#offset + this.#carry.length,
        expected: 'a newline after the last line (add it if the file is whole: without it a number may be cut)',
        found: 'the end of the file',
        line: this.#line.number + 1,
      });
    }
    return { lines: this.#line.number, cut };
  }

  #emit(bytes: Buffer, from: number, end: number): void {
    const line = this.#line;
    const to = end > from && bytes[end - 1] === 13 ? end - 1 : end;
    const hasMark = line.number === 0 && BOM.equals(bytes.subarray(from, from + BOM.length));
    line.text = bytes.toString('utf8', hasMark ? from + BOM.length : from, to);
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
 * Calls `use` for each line, without its line end; the object is reused.
 * A last line without a newline is an error (TRUNCATED), or is left out when `tolerant`.
 */
export async function forEachLine(input: Input, tolerant: boolean, use: (line: Line) => void): Promise<LinesRead> {
  const splitter = new LineSplitter(input.file, use);
  for await (const chunk of input.chunks) splitter.push(chunk);
  return splitter.finish(tolerant);
}

/** The same for a source whose only sign of a cut is its last line. */
export async function forEachSourceLine(
  input: Input,
  collector: Collector,
  tolerant: boolean,
  use: (line: Line) => void,
): Promise<void> {
  const { cut } = await forEachLine(input, tolerant, use);
  if (cut) collector.count('truncated');
}
