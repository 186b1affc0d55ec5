/** Numbers and texts as bytes, one behind the other: rows that are sorted on disk and read back by this process alone. */

const numberBytes = 8;
const lengthBytes = 4;
/** Length of a text that is null. */
const none = 0xffff_ffff;

/** Bytes that so many numbers and these texts take at most. */
export function mostPacked(numbers: number, ...texts: readonly (string | null)[]): number {
  return texts.reduce((sum, text) => sum + lengthBytes + 3 * (text?.length ?? 0), numbers * numberBytes);
}

/** Writes into bytes that have room for it all. */
export class Packer {
  #bytes: Buffer = Buffer.alloc(0);
  at = 0;

  begin(bytes: Buffer, at: number): this {
    this.#bytes = bytes;
    this.at = at;
    return this;
  }

  number(value: number | null): this {
    this.at = this.#bytes.writeDoubleLE(value ?? Number.NaN, this.at);
    return this;
  }

  text(text: string | null): this {
    const from = this.at + lengthBytes;
    const length = text === null ? 0 : this.#bytes.write(text, from);
    this.#bytes.writeUInt32LE(text === null ? none : length, this.at);
    this.at = from + length;
    return this;
  }
}

/** Reads back what a Packer wrote, in the same order. */
export class Unpacker {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;

  begin(bytes: Buffer, at: number): this {
    this.#bytes = bytes;
    this.#at = at;
    return this;
  }

  number(): number {
    const value = this.#bytes.readDoubleLE(this.#at);
    this.#at += numberBytes;
    return value;
  }

  /** A number that may be missing. */
  numberOrNull(): number | null {
    const value = this.number();
    return Number.isNaN(value) ? null : value;
  }

  textOrNull(): string | null {
    const length = this.#bytes.readUInt32LE(this.#at);
    const from = this.#at + lengthBytes;
    this.#at = from + (length === none ? 0 : length);
    return length === none ? null : this.#bytes.toString('utf8', from, this.#at);
  }

  /** Leaves out a text. */
  pass(): void {
    const length = this.#bytes.readUInt32LE(this.#at);
    this.#at += lengthBytes + (length === none ? 0 : length);
  }

  text(): string {
    return this.textOrNull() ?? '';
  }
}
