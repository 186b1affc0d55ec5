import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { mergeRuns, type SortedRow, writeRun } from './sorted-runs.ts';

/** Bytes of text held at most before they go to disk, sorted. */
const heldBytes = 96 << 20;

/**
 * Sorts the rows of a part by key, rows of one key in the order they came in. Bounded: what does not fit is written below `temp` in
 * sorted runs, and the runs are merged. Texts are held as bytes outside the heap.
 */
export class RowSorter {
  readonly #temp: string;
  readonly #most: number;
  #bytes = Buffer.allocUnsafe(1 << 20);
  #keys: string[] = [];
  #marks: number[] = [];
  /** Where each text begins, and behind the last one. */
  #starts = [0];
  /** Whether the rows held came in order: most programs answer in the order they were asked. */
  #inOrder = true;
  readonly #runs: string[] = [];

  constructor(temp: string, most = heldBytes) {
    this.#temp = temp;
    this.#most = most;
  }

  /** @param mark a whole number that goes with the row */
  add(key: string, mark: number, text: string): void {
    const from = this.#starts.at(-1) ?? 0;
    const room = from + text.length * 3;
    if (room > this.#bytes.length) this.#grow(room);
    if (this.#inOrder && key < (this.#keys.at(-1) ?? '')) this.#inOrder = false;
    this.#keys.push(key);
    this.#marks.push(mark);
    const to = from + this.#bytes.write(text, from);
    this.#starts.push(to);
    if (to > this.#most) this.#spill();
  }

  /** All rows, sorted. To be read once. */
  *sorted(): Generator<SortedRow> {
    if (this.#runs.length === 0) return yield* this.#held();
    this.#spill();
    yield* mergeRuns(this.#runs);
    rmSync(this.#temp, { recursive: true, force: true });
  }

  #grow(room: number): void {
    const next = Math.min(this.#bytes.length * 2, this.#most + (1 << 20));
    const wider = Buffer.allocUnsafe(Math.max(room, next));
    this.#bytes.copy(wider, 0, 0, this.#starts.at(-1));
    this.#bytes = wider;
  }

  #order(): Uint32Array {
    const keys = this.#keys;
    const order = Uint32Array.from(keys, (_, index) => index);
    if (this.#inOrder) return order;
    return order.sort((a, b) => {
      const left = keys[a] ?? '';
      const right = keys[b] ?? '';
      return left < right ? -1 : left > right ? 1 : a - b;
    });
  }

  *#held(): Generator<SortedRow> {
    for (const index of this.#order()) {
      const from = this.#starts[index] ?? 0;
      const to = this.#starts[index + 1] ?? from;
      yield { key: this.#keys[index] ?? '', mark: this.#marks[index] ?? 0, bytes: this.#bytes, from, to };
    }
  }

  #spill(): void {
    mkdirSync(this.#temp, { recursive: true });
    const path = join(this.#temp, `run-${this.#runs.length}`);
    writeRun(path, this.#held());
    this.#runs.push(path);
    this.#keys = [];
    this.#marks = [];
    this.#starts = [0];
    this.#inOrder = true;
  }
}
