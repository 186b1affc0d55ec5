import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';

/** A file that keeps what a program says. Where it cannot (a full disk), that is told once, nothing more is kept, and closing it throws. */
export class SaidFile {
  readonly #stream: WriteStream;
  #failure: Error | null = null;
  #room: Promise<void> | null = null;

  /** @param flags as of `open` */
  constructor(path: string, flags: 'a' | 'w', onFailure: () => void) {
    this.#stream = createWriteStream(path, { flags });
    this.#stream.on('error', (error) => {
      this.#failure ??= error;
      onFailure();
    });
  }

  /** Resolves when there is room for more. */
  async write(text: string | Uint8Array): Promise<void> {
    if (this.#failure !== null || this.#stream.write(text)) return;
    // However many write before there is room, one waits for all: a terminal says hundreds of pieces meanwhile.
    this.#room ??= this.#untilRoom().finally(() => {
      this.#room = null;
    });
    await this.#room;
  }

  async #untilRoom(): Promise<void> {
    const over = new AbortController();
    const wait = (event: string) => once(this.#stream, event, { signal: over.signal });
    await Promise.race([wait('drain'), wait('close')]).catch(() => undefined); // `close` below tells
    over.abort();
  }

  /** @throws what went wrong */
  async close(): Promise<void> {
    this.#stream.end();
    if (!this.#stream.closed) await once(this.#stream, 'close').catch(() => undefined);
    if (this.#failure !== null) throw this.#failure;
  }
}

/** Characters of what a program says on stderr that are kept: status lines of months. One that floods it would fill the disk. */
const mostKept = 1 << 28;
const leftOut = '[more was said, and is not kept]';

/** What a program says on stderr, as a file. */
export class StderrLog {
  readonly #file: SaidFile;
  readonly #most: number;
  #kept = 0;

  /** @param onFailure the file cannot be written */
  constructor(path: string, onFailure: () => void, most = mostKept) {
    this.#file = new SaidFile(path, 'a', onFailure);
    this.#most = most;
  }

  /** Takes a piece of it; resolves when there is room for more. */
  async write(text: string): Promise<void> {
    if (this.#kept > this.#most) return;
    this.#kept += text.length;
    await this.#file.write(this.#kept > this.#most ? `${leftOut}\n` : text);
  }

  /** @throws what went wrong */
  async close(): Promise<void> {
    await this.#file.close();
  }
}
