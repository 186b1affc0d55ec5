import type { RecordsWriter } from '../rows/records-file.ts';
import { mostRowBytes, RowJson } from '../rows/row-json.ts';
import type { PlacedRow } from '../sort/sorted-runs.ts';
import type { UnitName } from '../stage.ts';
import type { Outcome } from './outcomes.ts';
import { isText, type RowSink } from './sink.ts';
import type { Asked } from './tally.ts';
import { type Books, Settling } from './units.ts';

/** Said where rows do not come in the order of their units after all. */
export class OutOfOrder extends Error {}

/** So many units are forgotten at once at least. */
const fewest = 1024;

/** The units asked, each until the rows, which come in the same order, have passed it. */
export class AskedInOrder implements Asked {
  #units: UnitName[] = [];
  #head = 0;
  /** Rows of one unit come together. */
  #answered: UnitName | null = null;

  add(unit: UnitName): void {
    this.#units.push(unit);
  }

  /** @throws OutOfOrder for a unit that was not asked too: whether it was, only a look at all of them can say */
  has(unit: UnitName): true {
    while (this.#units[this.#head] !== unit) {
      if (this.#head >= this.#units.length) throw new OutOfOrder();
      this.#head += 1;
    }
    if (this.#head > fewest && this.#head * 2 > this.#units.length) this.#drop();
    return true;
  }

  isAnswered(unit: UnitName): boolean {
    const before = this.#answered;
    this.#answered = unit;
    return before === unit;
  }

  /** Forgets what the rows have passed. */
  #drop(): void {
    this.#units = this.#units.slice(this.#head);
    this.#head = 0;
  }
}

/** Takes rows that come in the order of their units: they need no sorting, and none is held. */
export class RowsInOrder<C> implements RowSink {
  readonly #books: Books<C>;
  readonly #writer: RecordsWriter;
  readonly #settling: Settling<C>;
  readonly #json = new RowJson();
  /** The row in hand. */
  readonly #row: PlacedRow = { bytes: Buffer.alloc(0), from: 0, to: 0 };
  #key: UnitName | null = null;

  constructor(books: Books<C>, writer: RecordsWriter) {
    this.#books = books;
    this.#writer = writer;
    this.#settling = new Settling(books);
  }

  record(key: UnitName, mark: number, record: unknown): boolean {
    if (!this.#write(record)) return false;
    const outcome = this.#pass(key, mark);
    const { bytes, to } = this.#row;
    if (!this.#books.repeats.isRepeat(this.#row, outcome.counted)) this.#writer.keep(bytes, to);
    return true;
  }

  /** Writes the row to its destination; false if the record is not valid text. */
  #write(record: unknown): boolean {
    const row = this.#row;
    this.#place(mostRowBytes);
    row.to = this.#json.write(record, row.bytes, row.from);
    if (row.to !== -1) return true;
    const text = JSON.stringify(record);
    if (!isText(text)) return false;
    this.#place(text.length * 3);
    row.to = row.from + row.bytes.write(text, row.from);
    return true;
  }

  #place(most: number): void {
    const { block, at } = this.#writer.room(most);
    this.#row.bytes = block;
    this.#row.from = at;
  }

  reject(key: UnitName, mark: number): void {
    this.#pass(key, mark);
  }

  #pass(key: UnitName, mark: number): Outcome {
    if (this.#key !== null && key < this.#key) throw new OutOfOrder();
    const outcome = this.#books.outcomes.at(mark);
    this.#settling.pass(key !== this.#key, outcome);
    this.#key = key;
    return outcome;
  }

  finish(): void {
    this.#settling.finish();
  }
}
