import { z } from 'zod';
import { canonicalAddress } from '../address/ip.ts';
import { jsonOf } from '../core/process/lines.ts';
import { cellsOf } from '../lists/cells.ts';
import { countryCode } from './countries.ts';
import { type Cells, type Field, fieldOf, type Said, saidBy, saidByJson } from './said.ts';

/** One thing that a file has: what it says, why it says nothing, or null where it is not about a client. */
export interface Entry {
  line: number;
  text: string;
  said: Said | string | null;
}

/** Records of `mptcp-census traffic`: those of clients count, the others say something else. */
const Traffic = z.looseObject({ record: z.enum(['client', 'connection', 'subflow', 'server', 'capture']) });

export type Kind = 'list' | 'traffic';

/** What JSON on a line, or in a document, says. */
function jsonEntry(value: unknown, line: number, text: string, sees: (kind: Kind) => void): Entry {
  if (value === null) return { line, text, said: 'no JSON' };
  const record = Traffic.safeParse(value);
  sees(record.success ? 'traffic' : 'list');
  if (record.success && record.data.record !== 'client') return { line, text, said: null };
  return { line, text, said: saidByJson(record.success ? { address: record.data.address } : value) };
}

const Collection = z.looseObject({ type: z.literal('FeatureCollection'), features: z.array(z.unknown()) });

/** The entries of a document: a collection of GeoJSON, an array, or the longest array that stands in an object. */
function arrayIn(value: unknown): unknown[] | null {
  if (Array.isArray(value)) return value;
  const collection = Collection.safeParse(value);
  if (collection.success) return collection.data.features;
  if (typeof value !== 'object' || value === null) return null;
  const arrays = Object.values(value).flatMap((own) => (Array.isArray(own) ? [own] : []));
  return arrays.sort((a, b) => b.length - a.length)[0] ?? null;
}

/** A document of JSON is held whole: larger ones are lists of lines. */
const mostOfDocument = 256 * 1024 * 1024;
const shownOfEntry = 500;

function* documentEntries(lines: readonly string[], sees: (kind: Kind) => void): Generator<Entry> {
  const value = jsonOf(lines.join('\n'));
  const entries = arrayIn(value);
  if (entries === null) {
    yield { line: 1, text: (lines[0] ?? '').slice(0, shownOfEntry), said: 'no JSON with a list in it' };
    return;
  }
  for (const [i, entry] of entries.entries())
    yield jsonEntry(entry, i + 1, JSON.stringify(entry).slice(0, shownOfEntry), sees);
}

const delimiters = [',', ';', '\t', '|'];

/** Which columns a table has, told by a heading or by its first line. */
class Columns {
  readonly #delimiter: string;
  readonly #fields: (Field | null)[];
  readonly isHeading: boolean;

  constructor(first: string) {
    const widths = delimiters.map((one) => cellsOf(first, one)?.length ?? 0);
    this.#delimiter = delimiters[widths.indexOf(Math.max(...widths))] ?? ',';
    const cells = cellsOf(first, this.#delimiter) ?? [];
    const named = cells.map(fieldOf);
    this.isHeading = named.some((field) => field !== null);
    this.#fields = this.isHeading ? named : guessed(cells);
  }

  read(text: string): Said | string {
    const cells = cellsOf(text, this.#delimiter);
    if (cells === null) return 'a quote that does not end';
    const found: Cells = {};
    for (const [i, field] of this.#fields.entries()) if (field !== null) found[field] ??= cells[i] ?? null;
    return saidBy(found);
  }
}

/** A table without a header: an address, a country, two numbers for a position, one number for a count. */
function guessed(cells: readonly string[]): (Field | null)[] {
  const isNumber = (cell: string) => cell.trim() !== '' && Number.isFinite(Number(cell));
  const numbers = cells.flatMap((cell, i) => (isNumber(cell) ? [i] : []));
  const [first, second] = numbers.length >= 2 ? numbers : [];
  return cells.map((cell, i) => {
    if (i === first) return 'latitude';
    if (i === second) return 'longitude';
    if (isNumber(cell)) return 'count';
    if (canonicalAddress(cell.trim()) !== null) return 'address';
    return countryCode(cell) === null ? null : 'country';
  });
}

/** Lines of a file as entries, the form told by what the file begins with. */
export async function* entriesOf(
  batches: AsyncIterable<readonly string[]>,
  sees: (kind: Kind) => void,
): AsyncGenerator<Entry> {
  let form: 'document' | 'json' | Columns | null = null;
  const held: string[] = [];
  let [line, size] = [0, 0];
  for await (const batch of batches) {
    for (const text of batch) {
      line += 1;
      if (form === null) {
        if (text.trim() === '' || text.startsWith('#')) continue;
        form = beginsDocument(text) ? 'document' : text.trimStart().startsWith('{') ? 'json' : new Columns(text);
        if (form instanceof Columns && form.isHeading) continue;
      }
      if (form === 'document') {
        size += text.length;
        if (size > mostOfDocument) {
          yield { line, text: '', said: 'the document is larger than 256 MB: give it as lines of JSON' };
          return;
        }
        held.push(text);
      } else if (text.trim() !== '') {
        if (form === 'json') yield jsonEntry(jsonOf(text), line, text.slice(0, shownOfEntry), sees);
        else {
          sees('list');
          yield { line, text: text.slice(0, shownOfEntry), said: form.read(text) };
        }
      }
    }
  }
  if (form === 'document') yield* documentEntries(held, sees);
}

/** A line that is no whole object begins a document, and so does one whose object holds a list. */
function beginsDocument(text: string): boolean {
  const start = text.trimStart();
  if (start.startsWith('[')) return true;
  if (!start.startsWith('{')) return false;
  const value = jsonOf(text);
  if (value === null) return true;
  return (
    Collection.safeParse(value).success ||
    (!Traffic.safeParse(value).success && !isEntry(value) && arrayIn(value) !== null)
  );
}

function isEntry(value: unknown): boolean {
  return typeof saidByJson(value) !== 'string';
}
