import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';

/** A file that keeps what a program says. Where it cannot (a full disk), that is told once, nothing more is kept, and closing it throws. */
export class SaidFile {
  readonly #stream: WriteStream;
  #failure: Error | null = null;

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
