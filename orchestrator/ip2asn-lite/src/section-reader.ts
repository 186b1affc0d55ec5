import type { CacheFile } from './cache-file.ts';
import { FileError } from './errors.ts';

/** Hands out the sections of a file one after the other, as views, each when it has been read. */
export class SectionReader {
  readonly #file: CacheFile;
  readonly #path: string;
  readonly #lengths: readonly number[];
  #at: number;
  #next = 0;

  constructor(file: CacheFile, path: string, at: number, lengths: readonly number[]) {
    this.#file = file;
    this.#path = path;
    this.#at = at;
    this.#lengths = lengths;
  }

  async uint8(): Promise<Uint8Array> {
    const { buffer, start, length } = await this.#take(1);
    return new Uint8Array(buffer, start, length);
  }

  async uint16(): Promise<Uint16Array> {
    const { buffer, start, length } = await this.#take(2);
    return new Uint16Array(buffer, start, length);
  }

  async uint32(): Promise<Uint32Array> {
    const { buffer, start, length } = await this.#take(4);
    return new Uint32Array(buffer, start, length);
  }

  async int32(): Promise<Int32Array> {
    const { buffer, start, length } = await this.#take(4);
    return new Int32Array(buffer, start, length);
  }

  /** Throws unless the sections just read fit together. */
  require(fits: boolean, expected: string): void {
    if (!fits) throw this.#fault(expected, 'sections that do not fit together');
  }

  end(): void {
    if (this.#next !== this.#lengths.length) throw this.#fault(`${this.#next} sections`, `${this.#lengths.length}`);
    const more = this.#file.data.length - this.#at;
    if (more !== 0) throw this.#fault('the end of the file', `${more} bytes more`);
  }

  async #take(size: number): Promise<{ buffer: ArrayBufferLike; start: number; length: number }> {
    const { data } = this.#file;
    const length = this.#lengths[this.#next++];
    if (length === undefined) throw this.#fault(`${this.#next} sections`, `${this.#lengths.length}`);
    const start = this.#at;
    const end = start + Math.ceil((length * size) / 8) * 8;
    if (end > data.length || (await this.#file.readTo(end)) < end)
      throw this.#fault(`${end - start} bytes of section ${this.#next}`, 'the end of the file');
    this.#at = end;
    return { buffer: data.buffer, start: data.byteOffset + start, length };
  }

  #fault(expected: string, found: string): FileError {
    return new FileError('BAD_CACHE', { file: this.#path, offset: this.#at, expected, found });
  }
}
