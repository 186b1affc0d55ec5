import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Keys } from './keys.ts';
import { mergeRuns, type SortedRow, writeRun } from './sorted-runs.ts';

/** Bytes of rows and their keys held at most before they go to disk, sorted. */
const heldBytes = 96 << 20;
const firstRoom = 1 << 20;

/**
 * Sorts the rows of a part by key, rows of one key in the order they came in. Bounded: what does not fit is written below `temp` in
 * sorted runs, and the runs are merged. Rows are held as bytes outside the heap.
 */
export class RowSorter {
  readonly #temp: string | (() => string);
  readonly #most: number;
  readonly #mostRows: number;
  readonly #keys = new Keys();
  #marks: number[] = [];
  /** Where each row ends. */
  #ends: number[] = [];
  readonly #runs: string[] = [];
  /** Rows are written here, from `used` on. */
  bytes = Buffer.allocUnsafe(firstRoom);
  used = 0;

  /** @param temp folder for what does not fit, or what makes one when it is first needed */
  constructor(temp: string | (() => string), most = heldBytes, mostRows = Number.POSITIVE_INFINITY) {
    this.#temp = temp;
    this.#most = most;
    this.#mostRows = mostRows;
  }

  /** Makes room in `bytes` for a row of at most this many bytes. */
  room(most: number): void {
    const needed = this.used + most;
    if (needed <= this.bytes.length) return;
    // where there is a bound, all at once: memory that nobody writes to costs nothing, and copying it does
    const whole = Number.isFinite(this.#most) ? this.#most + firstRoom : 2 * this.bytes.length;
    const wider = Buffer.allocUnsafeSlow(Math.max(needed, whole));
    this.bytes.copy(wider, 0, 0, this.used);
    this.bytes = wider;
  }

  /**
   * Takes the row that was written to `bytes` from `used` on.
   * @param mark a whole number that goes with the row
   * @param end where it ends
   */
  take(key: string, mark: number, end: number): void {
    this.#keys.add(key);
    this.#marks.push(mark);
    this.#ends.push(end);
    this.used = end;
    if (end + this.#keys.bytes > this.#most || this.#keys.count > this.#mostRows) this.#spill();
  }

  /** Adds a row that is a text. */
  add(key: string, mark: number, text: string): void {
    this.room(text.length * 3);
    this.take(key, mark, this.used + this.bytes.write(text, this.used));
  }

  /** All rows, sorted. To be read once. */
  *sorted(): Generator<SortedRow> {
    if (this.#runs.length === 0) return yield* this.#held();
    this.#spill();
    this.bytes = Buffer.alloc(0);
    yield* mergeRuns(this.#runs);
    rmSync(this.#folder(), { recursive: true, force: true });
  }

  *#held(): Generator<SortedRow & { index: number }> {
    const keys = this.#keys;
    let before = -1;
    for (const index of keys.order()) {
      const fresh = before === -1 || !keys.same(before, index);
      before = index;
      const from = index === 0 ? 0 : (this.#ends[index - 1] ?? 0);
      yield { index, fresh, mark: this.#marks[index] ?? 0, bytes: this.bytes, from, to: this.#ends[index] ?? from };
    }
  }

  #folder(): string {
    return typeof this.#temp === 'string' ? this.#temp : this.#temp();
  }

  #spill(): void {
    mkdirSync(this.#folder(), { recursive: true });
    const path = join(this.#folder(), `run-${this.#runs.length}`);
    writeRun(path, this.#held(), this.#keys);
    this.#runs.push(path);
    this.#keys.clear();
    this.#marks = [];
    this.#ends = [];
    this.used = 0;
  }
}
