import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { KeyFact } from './keys.ts';

/** Rows held in memory before they go to disk, where there is a folder: 12 MB. */
const mostHeld = 250_000;
/** Usually there are only a few keys of one host to compare. */
const firstRoom = 4;
const noWord = -1;

/** Numbers of a row beside its two keys: whether there is a sent key, sequence number, timestamp, name of the SYN. */
const numbersOfRow = 4;

interface KeyRow {
  fact: KeyFact;
  /** Name of the SYN as a number. */
  syn: number;
}

/** A block of rows in plain memory. */
class Block {
  count = 0;
  readonly room: number;
  readonly keys: BigUint64Array;
  readonly sentKeys: BigUint64Array;
  readonly numbers: Float64Array;

  constructor(room: number) {
    this.room = room;
    this.keys = new BigUint64Array(room);
    this.sentKeys = new BigUint64Array(room);
    this.numbers = new Float64Array(numbersOfRow * room);
  }

  /** The memory of the first rows, for a file. */
  bytesOf(rows: number): Uint8Array[] {
    const columns = [this.keys, this.sentKeys, this.numbers];
    return columns.map(({ buffer, byteLength }) => new Uint8Array(buffer, 0, (byteLength / this.room) * rows));
  }

  enlarged(): Block {
    const larger = new Block(2 * this.room);
    larger.keys.set(this.keys);
    larger.sentKeys.set(this.sentKeys);
    larger.numbers.set(this.numbers);
    larger.count = this.count;
    return larger;
  }

  add({ key, sentKey, sequence, timestamp }: KeyFact, syn: number): void {
    const at = this.count++;
    this.keys[at] = key;
    this.sentKeys[at] = sentKey ?? 0n;
    this.numbers.set([Number(sentKey !== null), sequence ?? noWord, timestamp ?? noWord, syn], numbersOfRow * at);
  }

  *[Symbol.iterator](): Generator<KeyRow> {
    for (let at = 0; at < this.count; at++) {
      const from = numbersOfRow * at;
      const sequence = this.numbers[from + 1] ?? noWord;
      const timestamp = this.numbers[from + 2] ?? noWord;
      const fact = {
        key: this.keys[at] ?? 0n,
        sentKey: this.numbers[from] === 1 ? (this.sentKeys[at] ?? 0n) : null,
        sequence: sequence === noWord ? null : sequence,
        timestamp: timestamp === noWord ? null : timestamp,
      };
      yield { fact, syn: this.numbers[from + 3] ?? 0 };
    }
  }
}

/** Keys with what they can be compared with, to be read several times in the order in which they came. */
export class KeyRows {
  readonly #folder: (() => string) | undefined;
  readonly #most: number;
  #open = new Block(firstRoom);
  #file: number | null = null;
  /** Whole blocks in the file. */
  #written = 0;

  /** @param folder absent: all rows stay in memory */
  constructor(folder?: () => string, most = mostHeld) {
    this.#folder = folder;
    this.#most = most;
  }

  get count(): number {
    return this.#written * this.#most + this.#open.count;
  }

  add(fact: KeyFact, syn: number): void {
    if (this.#folder !== undefined && this.#open.count === this.#most) this.#write(this.#folder);
    if (this.#open.count === this.#open.room) this.#open = this.#open.enlarged();
    this.#open.add(fact, syn);
  }

  /** The file has no name from the first byte on: it is gone with this process, however that ends. */
  #write(folder: () => string): void {
    if (this.#file === null) {
      const path = join(folder(), 'keys');
      this.#file = openSync(path, 'wx+', 0o600);
      unlinkSync(path);
    }
    for (const bytes of this.#open.bytesOf(this.#most)) {
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#file, bytes, done);
    }
    this.#written += 1;
    this.#open.count = 0;
  }

  *[Symbol.iterator](): Generator<KeyRow> {
    const file = this.#file;
    if (file !== null) {
      const block = new Block(this.#most);
      block.count = this.#most;
      let at = 0;
      for (let read = 0; read < this.#written; read++) {
        for (const bytes of block.bytesOf(this.#most)) {
          for (let done = 0; done < bytes.length; ) {
            const got = readSync(file, bytes, done, bytes.length - done, at + done);
            if (got === 0) throw new Error('the file of keys ends early');
            done += got;
          }
          at += bytes.length;
        }
        yield* block;
      }
    }
    yield* this.#open;
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }
}
