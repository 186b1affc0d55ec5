import { endianness } from 'node:os';
import { z } from 'zod';
import { columnsOf } from '../database/columns.ts';
import { filesSql, ndjsonSql, sqlText } from '../database/sql.ts';
import { isSmall, mostRowBytes, writeText, writeWhole } from './row-json.ts';

/**
 * A record between its schema and the Parquet file: its values alone, in the order of the columns, each with one byte behind it. That
 * is a quarter of its JSON, the database reads it in half the time, and the JSON, over which the digest is, can be made of it byte by
 * byte. Only records of printable ASCII that JSON would write as it is have this form; the others stay JSON, which begins with a brace.
 */

const valueEnd = 0x1f;
const rowEnd = 0x0a;
/** Stands for null; no value begins with it. */
const nothing = 0x02;
const [quote, brace, closingBrace] = [0x22, 0x7b, 0x7d];
const firstPrintable = 0x20;
const wordBytes = 4;
/** As this machine holds a word. */
const littleEndian = endianness() === 'LE';
const nullWord = new Uint32Array(Uint8Array.from(Buffer.from('null')).buffer)[0] ?? 0;
/** Digits and signs of any number, and some more. */
const numberBytes = 32;

/** Longer records stay JSON. */
export const mostNarrowBytes = mostRowBytes;

type Kind = 'text' | 'number' | 'boolean' | 'nested';

function kindOf(type: string): Kind {
  if (type === 'BIGINT' || type === 'DOUBLE') return 'number';
  if (type === 'BOOLEAN') return 'boolean';
  return type === 'VARCHAR' ? 'text' : 'nested';
}

const kindOfValue: Readonly<Record<string, Kind>> = {
  number: 'number',
  boolean: 'boolean',
  object: 'nested',
};

/** true when all records of a schema have all of its fields, in its order. */
function hasFixedFields(schema: z.ZodType): boolean {
  if (!(schema instanceof z.ZodObject) || !(schema.def.catchall instanceof z.ZodNever)) return false;
  return Object.values(schema.shape).every((field) => {
    const absent = z.safeParse(field, undefined);
    return !absent.success || absent.data !== undefined;
  });
}

export class NarrowRows {
  readonly #columns: readonly [name: string, type: string][];
  readonly #kinds: readonly Kind[];
  readonly #fixed: boolean;
  /** What stands before each value in JSON, each from a whole word on, and how long each is. */
  readonly #heads: Uint32Array;
  readonly #headLetters: Uint8Array;
  readonly #headWords: readonly number[];
  readonly #headBytes: readonly number[];
  #target: DataView = new DataView(new ArrayBuffer(0));

  constructor(schema: z.ZodType) {
    this.#columns = columnsOf(schema);
    this.#kinds = this.#columns.map(([, type]) => kindOf(type));
    this.#fixed = this.#columns.length > 0 && hasFixedFields(schema);
    const heads = this.#columns.map(([name], at) => Buffer.from(`${at === 0 ? '{' : ','}${JSON.stringify(name)}:`));
    this.#headBytes = heads.map(({ length }) => length);
    const words = this.#headBytes.map((length) => Math.ceil(length / wordBytes));
    this.#headWords = words.map((_, at) => words.slice(0, at).reduce((sum, count) => sum + count, 0));
    this.#heads = new Uint32Array(words.reduce((sum, count) => sum + count, 0));
    this.#headLetters = new Uint8Array(this.#heads.buffer);
    for (const [at, head] of heads.entries()) this.#headLetters.set(head, (this.#headWords[at] ?? 0) * wordBytes);
  }

  /**
   * Writes a record that passed the schema, at most `mostNarrowBytes`.
   * @returns where it ends; -1 when it has to stay JSON
   */
  write(record: unknown, into: Uint8Array, from: number): number {
    if (!this.#fixed || typeof record !== 'object' || record === null) return -1;
    const values: unknown[] = Object.values(record);
    if (values.length !== this.#kinds.length) return -1;
    const most = from + mostNarrowBytes - numberBytes;
    let at = from;
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index];
      const kind = this.#kinds[index];
      if (value === null) into[at++] = nothing;
      else if (typeof value === 'string') {
        if (kind !== 'text' || at + value.length > most) return -1;
        at = writeText(value, into, at, false);
      } else if (isSmall(value) && kind === 'number') at = writeWhole(value, into, at);
      else {
        if (kind !== kindOfValue[typeof value]) return -1;
        const text = JSON.stringify(value);
        if (at + text.length > most) return -1;
        at = writeText(text, into, at, true);
      }
      if (at === -1 || at > most) return -1;
      into[at++] = valueEnd;
    }
    into[at - 1] = rowEnd;
    return into[from] === brace ? -1 : at;
  }

  static isNarrow(bytes: Uint8Array, from: number): boolean {
    return bytes[from] !== brace;
  }

  /** Bytes that the JSON of a narrow row has at most. */
  mostJsonBytes(narrow: number): number {
    return this.#heads.length * wordBytes + narrow + (wordBytes + 2) * this.#kinds.length;
  }

  /** Writes a narrow row as JSON.stringify writes the record; gives where that ends. */
  writeJson(bytes: Uint8Array, start: number, into: Uint8Array, from: number): number {
    const target = this.#targetOf(into);
    const shift = into.byteOffset;
    let read = start;
    let at = from;
    for (let column = 0; column < this.#kinds.length; column += 1) {
      // words at a time: what the last one writes too much is written over
      const length = this.#headBytes[column] ?? 0;
      const first = this.#headWords[column] ?? 0;
      for (let byte = 0; byte < length; byte += wordBytes)
        target.setUint32(shift + at + byte, this.#heads[first + byte / wordBytes] ?? 0, littleEndian);
      at += length;
      if (bytes[read] === nothing) {
        target.setUint32(shift + at, nullWord, littleEndian);
        at += wordBytes;
        read += 2;
        continue;
      }
      const isText = this.#kinds[column] === 'text';
      if (isText) into[at++] = quote;
      for (let byte = bytes[read++] ?? rowEnd; byte >= firstPrintable; byte = bytes[read++] ?? rowEnd)
        into[at++] = byte;
      if (isText) into[at++] = quote;
    }
    into[at++] = closingBrace;
    return at;
  }

  #targetOf({ buffer }: Uint8Array): DataView {
    if (this.#target.buffer !== buffer) this.#target = new DataView(buffer);
    return this.#target;
  }

  /** The record of a row, in either form. */
  record(bytes: Buffer, from: number, to: number): unknown {
    if (!NarrowRows.isNarrow(bytes, from)) return JSON.parse(bytes.toString('utf8', from, to));
    const json = Buffer.allocUnsafe(this.mostJsonBytes(to - from));
    return JSON.parse(json.toString('latin1', 0, this.writeJson(bytes, from, json, 0)));
  }

  /** SQL of a file of rows, all narrow or all JSON. */
  sql(file: string, narrow: boolean): string {
    if (!narrow) return ndjsonSql([file], this.#columns);
    const fields = this.#columns.map(([name, type], at) => [name, this.#kinds[at] === 'nested' ? 'VARCHAR' : type]);
    const given = fields.map(([name = '', type = '']) => `${sqlText(name)}: ${sqlText(type)}`).join(', ');
    const selected = this.#columns.map(([name, type], at) => {
      const column = `"${name.replaceAll('"', '""')}"`;
      if (this.#kinds[at] !== 'nested') return column;
      const parsed = `CAST(CAST(${column} AS JSON) AS ${type})`;
      // a list is empty most often
      return `${type.endsWith('[]') ? `CASE WHEN ${column} = '[]' THEN [] ELSE ${parsed} END` : parsed} AS ${column}`;
    });
    const form = `auto_detect = false, header = false, delim = E'\\x1f', quote = '', escape = '', nullstr = E'\\x02', new_line = '\\n'`;
    return `(SELECT ${selected.join(', ')} FROM ${filesSql('csv', [file], form, `columns = {${given}}`)})`;
  }
}
