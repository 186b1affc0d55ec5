import { once } from 'node:events';
import { createWriteStream, statSync, type WriteStream } from 'node:fs';
import { naming } from '../../errors.ts';
import { linesWith } from './lines.ts';

/** A file for a program's output. If writing fails (a full disk), this is reported once, nothing more is kept, and closing throws. */
export class SaidFile {
  readonly #stream: WriteStream;
  #failure: Error | null = null;
  #room: Promise<void> | null = null;

  /** @param flags as of `open` */
  constructor(path: string, flags: 'a' | 'w', onFailure: () => void) {
    this.#stream = createWriteStream(path, { flags });
    this.#stream.on('error', (error) => {
      this.#failure ??= naming(path, error);
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

/** Characters of what programs say on stderr that a file keeps: status lines of months. One that floods it would fill the disk. */
const mostKept = 1 << 28;
const leftOut = '[more was said, and is not kept]';

/** What is kept so far in a file that programs say their words into, and how many of them do. */
interface Kept {
  characters: number;
  logs: number;
}
const keptIn = new Map<string, Kept>();

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** What a program says on stderr, as a file; the programs of a part that have the same file share what it keeps. */
export class StderrLog {
  readonly #path: string;
  readonly #file: SaidFile;
  readonly #most: number;
  readonly #needed: RegExp | undefined;
  readonly #kept: Kept;

  /**
   * @param onFailure the file cannot be written
   * @param needed lines that the file holds however full it is: they are read later
   */
  constructor(path: string, onFailure: () => void, needed?: RegExp, most = mostKept) {
    this.#path = path;
    this.#kept = keptIn.get(path) ?? { characters: sizeOf(path), logs: 0 };
    this.#kept.logs += 1;
    keptIn.set(path, this.#kept);
    this.#file = new SaidFile(path, 'a', onFailure);
    this.#needed = needed;
    this.#most = most;
  }

  /** Takes a piece of it; resolves when there is room for more. */
  async write(text: string): Promise<void> {
    if (this.#full) return;
    this.#kept.characters += text.length;
    await this.#file.write(this.#full ? `${leftOut}\n` : text);
  }

  /** The same of lines, without the end of the last. */
  async writeLines(lines: string): Promise<void> {
    if (!this.#full) await this.write(`${lines}\n`);
    if (!this.#full || this.#needed === undefined) return;
    const needed = linesWith(lines, this.#needed);
    if (needed.length > 0) await this.#file.write(`${needed.join('\n')}\n`);
  }

  get #full(): boolean {
    return this.#kept.characters > this.#most;
  }

  /** @throws what went wrong */
  async close(): Promise<void> {
    this.#kept.logs -= 1;
    if (this.#kept.logs === 0) keptIn.delete(this.#path);
    await this.#file.close();
  }
}
