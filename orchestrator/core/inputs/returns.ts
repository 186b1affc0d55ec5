const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const quote = 0x22;

/**
 * Line ends of every kind as line feeds. A carriage return before a line feed is a part of it, however many there are; one alone ends a
 * line too, as files of an old kind end all of them, and files put together some. Within the quotes of a cell it is a part of that cell,
 * unless no line of the file ends otherwise.
 */
export class Returns {
  /** Whether a carriage return alone has ended a line. */
  found = false;
  readonly #alone: boolean;
  #quoted = false;
  #held = 0;

  /** @param alone no line ends in a line feed */
  constructor(alone: boolean) {
    this.#alone = alone;
  }

  /** What a chunk holds, but for carriage returns at its end: the next one tells what they are. At the end of the file they say nothing. */
  mend(chunk: Uint8Array): Uint8Array {
    if (this.#held === 0 && chunk.indexOf(carriageReturn) === -1) {
      this.#passOver(chunk);
      return chunk;
    }
    const mended = Buffer.allocUnsafe(chunk.length + this.#held);
    let length = 0;
    for (const byte of chunk) {
      if (byte === carriageReturn) {
        this.#held += 1;
        continue;
      }
      if (this.#held > 0) length = byte === lineFeed ? this.#drop(length) : this.#endLine(mended, length);
      if (byte === quote) this.#quoted = !this.#quoted;
      else if (byte === lineFeed) this.#quoted = false;
      mended[length++] = byte;
    }
    return mended.subarray(0, length);
  }

  #passOver(chunk: Uint8Array): void {
    const from = chunk.lastIndexOf(lineFeed) + 1;
    if (from > 0) this.#quoted = false;
    for (let at = chunk.indexOf(quote, from); at !== -1; at = chunk.indexOf(quote, at + 1))
      this.#quoted = !this.#quoted;
  }

  #drop(length: number): number {
    this.#held = 0;
    return length;
  }

  #endLine(into: Buffer, length: number): number {
    const ends = this.#alone || !this.#quoted;
    this.found ||= ends && this.#held > 0;
    into.fill(ends ? lineFeed : carriageReturn, length, length + this.#held);
    const after = length + this.#held;
    this.#held = 0;
    return after;
  }
}
