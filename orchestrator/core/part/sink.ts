import { mostNarrowBytes, type NarrowRows } from '../rows/narrow-row.ts';
import { RowSorter } from '../sort/row-sorter.ts';
import type { UnitName } from '../stage.ts';
import { textKey } from './units.ts';

/** Where the rows of a part go, each under the key of its unit; `mark` is the number of its outcome. */
export interface RowSink {
  /** @returns false if the record is not text that a database accepts */
  record(key: UnitName, mark: number, record: unknown): boolean;
  /** Of a rejected row only the outcome is passed on. */
  reject(key: UnitName, mark: number): void;
}

/** Rows in any order: they are sorted once all have come. */
export class RowsToSort implements RowSink {
  readonly form: NarrowRows;
  readonly sorter: RowSorter;
  /** All rows are narrow so far. */
  narrow = true;

  /** @param temp folder for what does not fit into memory */
  constructor(form: NarrowRows, temp: string) {
    this.form = form;
    this.sorter = new RowSorter(temp);
  }

  record(key: UnitName, mark: number, record: unknown): boolean {
    const { sorter } = this;
    sorter.room(mostNarrowBytes);
    const end = this.form.write(record, sorter.bytes, sorter.used);
    if (end !== -1) {
      sorter.take(textKey(key), mark, end);
      return true;
    }
    const text = JSON.stringify(record);
    if (!isText(text)) return false;
    this.narrow = false;
    sorter.add(textKey(key), mark, text);
    return true;
  }

  reject(key: UnitName, mark: number): void {
    this.sorter.add(textKey(key), mark, '');
  }
}

/** false for JSON with half a surrogate pair, which JSON.stringify escapes: no database takes it for text. */
export function isText(json: string): boolean {
  if (!json.includes('\\ud')) return true;
  return !/(?<!\\)(?:\\\\)*\\ud[89a-f][0-9a-f]{2}/.test(json);
}
