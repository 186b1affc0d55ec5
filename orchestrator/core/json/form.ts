import { jsonOf } from '../process/lines.ts';
import { ScalarReader } from './scalar.ts';

const wordBytes = 4;

type Row = Record<string, unknown>;

/** Bytes of a piece of a file, also four at a time. */
export interface Bytes {
  bytes: Uint8Array;
  words: DataView;
}

/** What stands before a value, the name of its field, and the value, where it is plain: ASCII without escapes, a whole number, a word. */
const field = /(\s*[{,]\s*"([ !#-[\]-~]*)"\s*:\s*)("[ !#-[\]-~]*"|-?\d{1,15}(?![\d.eE])|null|true|false)/y;
const end = /\s*\}\s*$/y;

interface Places {
  names: string[];
  /** Where each value begins and ends in the line. */
  from: number[];
  to: number[];
}

/** The fields of a line; null for one that is more than plain values. */
function placesOf(line: string): Places | null {
  const places: Places = { names: [], from: [], to: [] };
  for (let at = 0; ; ) {
    field.lastIndex = at;
    const match = field.exec(line);
    if (match === null) {
      end.lastIndex = at;
      return end.test(line) ? places : null;
    }
    const [all, head = '', name = ''] = match;
    places.names.push(name);
    places.from.push(at + head.length);
    at += all.length;
    places.to.push(at);
  }
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null;
}

/**
 * A line of JSON as a pattern for others: the same names in the same order, and many of the same values. Of a line that fits only what
 * differs is read. What comes of it is what JSON.parse makes of the line; what that would need is said not to fit.
 */
export class Form {
  readonly #bytes: Uint8Array;
  readonly #words: DataView;
  readonly #places: Places;
  readonly #row: Readonly<Row>;
  readonly #scalar = new ScalarReader();

  private constructor(line: string, places: Places, row: Row) {
    this.#bytes = Uint8Array.from(Buffer.from(line));
    this.#words = new DataView(this.#bytes.buffer);
    this.#places = places;
    this.#row = row;
  }

  /**
   * null where a line is no pattern: it holds objects or escapes, or a name twice.
   * @param complete adds to a row what would be added to its copies: the engine takes microseconds where that is done to each
   */
  static of(line: string, complete: (row: unknown) => unknown): Form | null {
    const parsed = jsonOf(line);
    const places = placesOf(line);
    if (!isRow(parsed) || places === null) return null;
    const names = Object.keys(parsed);
    const same = names.length === places.names.length && names.every((name, at) => name === places.names[at]);
    if (!same || names.includes('__proto__')) return null;
    const row = complete(parsed);
    return isRow(row) ? new Form(line, places, row) : null;
  }

  /**
   * Reads a line that lies in `bytes` from `start` on, all of it ASCII.
   * @returns undefined when it does not fit
   */
  read(line: string, bytes: Bytes, start: number): Row | undefined {
    const { names, from, to } = this.#places;
    const row = { ...this.#row };
    let at = 0;
    let place = start;
    for (let next = 0; ; next += 1) {
      const alike = this.#alike(at, bytes, place);
      at += alike;
      place += alike;
      if (at === this.#bytes.length) return place === start + line.length ? row : undefined;
      while ((to[next] ?? at) < at) next += 1;
      const name = names[next];
      const begin = from[next] ?? at;
      if (name === undefined || at < begin) return undefined;
      const value = this.#scalar.read(line, bytes.bytes, start, place - (at - begin));
      if (value === undefined) return undefined;
      row[name] = value;
      place = this.#scalar.end;
      at = to[next] ?? at;
    }
  }

  /** How many bytes from a place on are those of the pattern. */
  #alike(from: number, { bytes, words }: Bytes, place: number): number {
    const shift = place - from;
    const most = Math.min(this.#bytes.length, bytes.length - shift);
    let at = from;
    while (at <= most - wordBytes && words.getInt32(at + shift, true) === this.#words.getInt32(at, true))
      at += wordBytes;
    while (at < most && bytes[at + shift] === this.#bytes[at]) at += 1;
    return at - from;
  }
}
