import { FileError } from './errors.ts';

/** Hands out the sections of a file one after the other, as views. */
export class SectionReader {
  readonly #data: Buffer;
  readonly #path: string;
  readonly #lengths: readonly number[];
  #at: number;
  #next = 0;

  constructor(data: Buffer, path: string, at: number, lengths: readonly number[]) {
    this.#data = data;
    this.#path = path;
    this.#at = at;
    this.#lengths = lengths;
  }

  uint8(): Uint8Array {
    const { buffer, start, length } = this.#take(1);
    return new Uint8Array(buffer, start, length);
  }

  uint16(): Uint16Array {
    const { buffer, start, length } = this.#take(2);
    return new Uint16Array(buffer, start, length);
  }

  uint32(): Uint32Array {
    const { buffer, start, length } = this.#take(4);
    return new Uint32Array(buffer, start, length);
  }

  int32(): Int32Array {
    const { buffer, start, length } = this.#take(4);
    return new Int32Array(buffer, start, length);
  }

  /** Throws unless the sections just read fit together. */
  require(fits: boolean, expected: string): void {
    if (!fits) throw this.#fault(expected, 'sections that do not fit together');
  }

  end(): void {
    if (this.#next !== this.#lengths.length) throw this.#fault(`${this.#next} sections`, `${this.#lengths.length}`);
    const more = this.#data.length - this.#at;
    if (more !== 0) throw this.#fault('the end of the file', `${more} bytes more`);
  }

  #take(size: number): { buffer: ArrayBufferLike; start: number; length: number } {
    const length = this.#lengths[this.#next++];
    if (length === undefined) throw this.#fault(`${this.#next} sections`, `${this.#lengths.length}`);
    const start = this.#at;
    const end = start + Math.ceil((length * size) / 8) * 8;
    if (end > this.#data.length)
      throw this.#fault(`${end - start} bytes of section ${this.#next}`, 'the end of the file');
    this.#at = end;
    return { buffer: this.#data.buffer, start: this.#data.byteOffset + start, length };
  }

  #fault(expected: string, found: string): FileError {
    return new FileError('BAD_CACHE', { file: this.#path, offset: this.#at, expected, found });
  }
}
