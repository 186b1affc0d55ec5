import { once } from 'node:events';
import type { Writable } from 'node:stream';

const bytesTogether = 65_536;

/** Writes lines to a stream that may be slow: what it has not taken yet is never more than a few lines. */
export class LineOutput {
  readonly #stream: Writable;
  #waiting = '';
  lines = 0;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  async write(line: string): Promise<void> {
    this.add(line);
    await this.drain();
  }

  /** Takes a line without waiting; `drain` must follow before there are too many to hold. */
  add(line: string): void {
    this.lines += 1;
    this.#waiting += `${line}\n`;
  }

  /** Hands over what was added once it is enough for a write. */
  async drain(): Promise<void> {
    if (this.#waiting.length >= bytesTogether) await this.end();
  }

  /** Hands over what is left. */
  async end(): Promise<void> {
    const text = this.#waiting;
    this.#waiting = '';
    if (text !== '' && !this.#stream.write(text)) await once(this.#stream, 'drain');
  }
}
