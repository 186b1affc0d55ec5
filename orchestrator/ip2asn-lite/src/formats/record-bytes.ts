import { FileError } from '../errors.ts';

/** Big-endian reads within one record. A read past the end is an error that says what was due there. */
export class RecordBytes {
  readonly #file: string;
  bytes: Uint8Array = new Uint8Array(0);
  /** Offset of bytes[0] in the decompressed file. */
  base = 0;
  at = 0;
  end = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** Throws unless `size` bytes are left before the end. */
  need(size: number, expected: string): void {
    if (this.at + size > this.end) throw this.fault(`${size} bytes of ${expected}`, `${this.end - this.at} left`);
  }

  uint8(expected: string): number {
    this.need(1, expected);
    return this.bytes[this.at++] as number;
  }

  uint16(expected: string): number {
    this.need(2, expected);
    const { bytes, at } = this;
    this.at += 2;
    return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
  }

  uint32(expected: string): number {
    this.need(4, expected);
    return this.#peek32();
  }

  /** An AS number of 2 or 4 bytes. */
  asn(size: 2 | 4): number {
    return size === 4 ? this.uint32('an AS number') : this.uint16('an AS number');
  }

  skip(size: number, expected: string): void {
    this.need(size, expected);
    this.at += size;
  }

  /** Throws unless everything up to the end was read. */
  needEnd(): void {
    if (this.at !== this.end) throw this.fault('the end of the record', `${this.end - this.at} bytes more`);
  }

  fault(expected: string, found: string): FileError {
    return new FileError('BAD_FORMAT', { file: this.#file, offset: this.base + this.at, expected, found });
  }

  #peek32(): number {
    const { bytes, at } = this;
    this.at += 4;
    const low = ((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
    return (bytes[at] as number) * 0x1000000 + low;
  }
}
