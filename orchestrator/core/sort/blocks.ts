import { closeSync, openSync, writeSync } from 'node:fs';

export const blockBytes = 1 << 18;

/** Gathers bytes and hands them on in large pieces. */
export class Block {
  readonly #onFull: (bytes: Buffer) => void;
  #bytes = Buffer.allocUnsafe(blockBytes);
  #used = 0;

  /** @param onFull gets every byte, in order; only until it returns */
  constructor(onFull: (bytes: Buffer) => void) {
    this.#onFull = onFull;
  }

  /** Room for this many bytes; the caller fills it, and says with `keep` where it ended. */
  room(most: number): { block: Buffer; at: number } {
    if (this.#used + most > this.#bytes.length) this.flush();
    if (most > this.#bytes.length) this.#bytes = Buffer.allocUnsafe(most);
    return { block: this.#bytes, at: this.#used };
  }

  keep(end: number): void {
    this.#used = end;
  }

  flush(): void {
    this.#onFull(this.#bytes.subarray(0, this.#used));
    this.#used = 0;
  }

  /** Takes bytes from one place up to another. */
  write(bytes: Uint8Array, from: number, to: number): void {
    const { block, at } = this.room(to - from);
    block.set(bytes.subarray(from, to), at);
    this.keep(at + to - from);
  }

  /** Takes text as UTF-8. */
  text(text: string): void {
    const { block, at } = this.room(text.length * 3);
    this.keep(at + block.write(text, at));
  }

  close(): void {
    this.flush();
  }
}

/** Writes bytes to a file through one block. */
export class BlockWriter extends Block {
  readonly #file: number;

  /** @param onBlock gets every byte written, in order */
  constructor(path: string, onBlock: (bytes: Buffer) => void = () => undefined) {
    const file = openSync(path, 'w');
    super((bytes) => {
      onBlock(bytes);
      for (let from = 0; from < bytes.length; ) from += writeSync(file, bytes, from, bytes.length - from);
    });
    this.#file = file;
  }

  override close(): void {
    super.close();
    closeSync(this.#file);
  }
}
