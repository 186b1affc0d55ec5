import { closeSync, openSync, readSync } from 'node:fs';
import { BlockWriter, blockBytes } from './blocks.ts';
import type { Keys } from './keys.ts';

/** A row in place: in `bytes` from `from` to `to`, valid only until the next row is requested. */
export interface PlacedRow {
  bytes: Buffer;
  from: number;
  to: number;
}

export interface SortedRow extends PlacedRow {
  /** Its key is not that of the row before it. */
  fresh: boolean;
  mark: number;
}

/** A row in a run: bytes of the key, mark, bytes of the row, key in UTF-16, row. */
const headBytes = 12;
/** Writes sorted rows. */
export function writeRun(path: string, rows: Iterable<SortedRow & { index: number }>, keys: Keys): void {
  const writer = new BlockWriter(path);
  for (const { index, mark, bytes, from, to } of rows) {
    const keyBytes = 2 * keys.length(index);
    const { block, at } = writer.room(headBytes + keyBytes + to - from);
    block.writeUInt32LE(keyBytes, at);
    block.writeInt32LE(mark, at + 4);
    block.writeUInt32LE(to - from, at + 8);
    keys.write(index, block, at + headBytes);
    writer.keep(at + headBytes + keyBytes + bytes.copy(block, at + headBytes + keyBytes, from, to));
  }
  writer.close();
}

/** A row of a run, with its key. */
interface RunRow extends SortedRow {
  key: string;
}

/** Reads a run row by row. */
class RunReader {
  readonly #file: number;
  #block = Buffer.allocUnsafe(blockBytes);
  #at = 0;
  #filled = 0;
  /** The row in hand; null behind the last. */
  row: RunRow | null = null;

  constructor(path: string) {
    this.#file = openSync(path, 'r');
    this.next();
  }

  next(): void {
    if (!this.#have(headBytes)) {
      closeSync(this.#file);
      this.row = null;
      return;
    }
    const keyBytes = this.#block.readUInt32LE(this.#at);
    const mark = this.#block.readInt32LE(this.#at + 4);
    const textBytes = this.#block.readUInt32LE(this.#at + 8);
    this.#have(headBytes + keyBytes + textBytes);
    const from = this.#at + headBytes + keyBytes;
    const key = this.#block.toString('utf16le', this.#at + headBytes, from);
    this.#at = from + textBytes;
    this.row = { key, fresh: true, mark, bytes: this.#block, from, to: this.#at };
  }

  /** Reads until this many bytes are available; false at the end of the file. */
  #have(bytes: number): boolean {
    if (this.#filled - this.#at >= bytes) return true;
    const rest = this.#block.subarray(this.#at, this.#filled);
    const wider = bytes > this.#block.length ? Buffer.allocUnsafe(bytes) : this.#block;
    rest.copy(wider);
    this.#filled = rest.length;
    this.#block = wider;
    this.#at = 0;
    while (this.#filled < this.#block.length) {
      const read = readSync(this.#file, this.#block, this.#filled, this.#block.length - this.#filled, null);
      if (read === 0) break;
      this.#filled += read;
    }
    return this.#filled >= bytes;
  }
}

/** Whether the row of one run comes before that of another; equal keys in the order of the runs, which is that of arrival. */
function isBefore(a: { reader: RunReader; index: number }, b: { reader: RunReader; index: number }): boolean {
  const left = a.reader.row?.key ?? '';
  const right = b.reader.row?.key ?? '';
  return left === right ? a.index < b.index : left < right;
}

/** Rows of several sorted runs as one, through a heap of the runs. */
export function* mergeRuns(paths: readonly string[]): Generator<SortedRow> {
  const heap: { reader: RunReader; index: number }[] = [];
  for (const [index, path] of paths.entries()) {
    const reader = new RunReader(path);
    if (reader.row !== null) heap.push({ reader, index });
  }
  for (let at = Math.floor(heap.length / 2) - 1; at >= 0; at -= 1) sift(heap, at);
  let before: string | null = null;
  for (let first = heap[0]; first !== undefined; first = heap[0]) {
    const { row } = first.reader;
    if (row !== null) {
      row.fresh = row.key !== before;
      before = row.key;
      yield row;
    }
    first.reader.next();
    const last = first.reader.row === null ? heap.pop() : first;
    if (heap.length === 0 || last === undefined) return;
    heap[0] = last;
    sift(heap, 0);
  }
}

/** Lets an entry of the heap sink to its place. */
function sift(heap: { reader: RunReader; index: number }[], from: number): void {
  let at = from;
  for (;;) {
    let least = at;
    for (const child of [2 * at + 1, 2 * at + 2]) {
      const [one, other] = [heap[child], heap[least]];
      if (one !== undefined && other !== undefined && isBefore(one, other)) least = child;
    }
    const [here, there] = [heap[at], heap[least]];
    if (least === at || here === undefined || there === undefined) return;
    heap[at] = there;
    heap[least] = here;
    at = least;
  }
}
