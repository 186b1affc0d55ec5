import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';

/** Characters of what a program says on stderr that are kept: status lines of months. One that floods it would fill the disk. */
const mostKept = 1 << 28;
const leftOut = '[more was said, and is not kept]';

/** What a program says on stderr, as a file. */
export class StderrLog {
  readonly #file: WriteStream;
  readonly #most: number;
  #kept = 0;

  constructor(path: string, most = mostKept) {
    this.#file = createWriteStream(path, { flags: 'a' });
    this.#most = most;
  }

  /** Takes a piece of it; false when `drain` must be waited for before the next one. */
  add(text: string): boolean {
    if (this.#kept > this.#most) return true;
    this.#kept += text.length;
    return this.#file.write(this.#kept > this.#most ? `${leftOut}\n` : text);
  }

  async drain(): Promise<void> {
    await once(this.#file, 'drain');
  }

  async close(): Promise<void> {
    this.#file.end();
    if (!this.#file.closed) await once(this.#file, 'close');
  }
}
