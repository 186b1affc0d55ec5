import { endianness } from 'node:os';

const wordBytes = 4;
const [quote, backslash, brace, closingBrace] = [0x22, 0x5c, 0x7b, 0x7d];
const [firstPrintable, lastPrintable] = [0x20, 0x7e];
const [bracket, closingBracket, comma] = [0x5b, 0x5d, 0x2c];
const zero = 0x30;
/** Digits of a small number, and what stands between two. */
const numberBytes = 11;
/** As this machine holds a word. */
const littleEndian = endianness() === 'LE';

/** Bytes of a row at most. */
export const mostRowBytes = 1 << 14;
/** Digits and signs of any number, the end of the row, and what a last word writes too much. */
const spare = 32;

/** Rows of more fields, and fields with longer names, are left to JSON.stringify. */
const mostFields = 64;
const headBytes = 64;
/** The longest name has 253: texts up to here are kept with their bytes, since the next field or row mostly repeats them. */
const textBytes = 256;

/** Four letters as a word. */
function wordOf(letters: string): number {
  return new Uint32Array(Uint8Array.from(Buffer.from(letters)).buffer)[0] ?? 0;
}
const [nullWord, trueWord, falseWord] = [wordOf('null'), wordOf('true'), wordOf('fals')];
const letterE = 0x65;

/** Writes printable ASCII; -1 when a character is none, or one of those that JSON would escape. */
export function writeText(text: string, into: Uint8Array, from: number, escaped: boolean): number {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < firstPrintable || code > lastPrintable) return -1;
    if (!escaped && (code === quote || code === backslash)) return -1;
    into[from + index] = code;
  }
  return from + text.length;
}

/** Writes a whole number of at most 31 bits, as nearly all are. */
export function writeWhole(value: number, into: Uint8Array, from: number): number {
  let digits = 1;
  for (let least = 10; least <= value; least *= 10) digits += 1;
  let rest = value;
  for (let at = from + digits - 1; at >= from; at -= 1) {
    const tens = (rest / 10) | 0;
    into[at] = zero + rest - 10 * tens;
    rest = tens;
  }
  return from + digits;
}

export function isSmall(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value === (value | 0);
}

function isRow(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Copies words: up to three bytes more than asked for. */
function copyWords(words: Uint32Array, first: number, length: number, into: DataView, to: number): void {
  for (let byte = 0, word = first; byte < length; byte += wordBytes, word += 1)
    into.setUint32(to + byte, words[word] ?? 0, littleEndian);
}

/**
 * Writes rows byte by byte as JSON.stringify writes them, in a third of its time: rows of one kind have the same fields, and many of the
 * same texts as the row before. What is not ASCII, has to be escaped or is large it leaves to JSON.stringify.
 */
export class RowJson {
  readonly #names: string[] = [];
  /** The text before each value: `{"name":` or `,"name":`. */
  readonly #heads = new Uint32Array((mostFields * headBytes) / wordBytes);
  readonly #headLetters = new Uint8Array(this.#heads.buffer);
  readonly #headLengths: number[] = [];
  /** The text that each field had last, and its bytes. */
  readonly #texts: (string | null)[] = [];
  readonly #slots = new Uint32Array((mostFields * textBytes) / wordBytes);
  readonly #letters = new Uint8Array(this.#slots.buffer);
  #into: Uint8Array = new Uint8Array(0);
  #view = new DataView(this.#into.buffer);
  /** The field of this row that was the last with a text; -1 before it. */
  #textBefore = -1;

  /**
   * Writes a row, at most `mostRowBytes`.
   * @returns where it ends; -1 when JSON.stringify has to write it
   */
  write(row: unknown, into: Uint8Array, from: number): number {
    if (!isRow(row)) return -1;
    if (into !== this.#into) this.#view = new DataView(into.buffer, into.byteOffset, into.byteLength);
    this.#into = into;
    this.#textBefore = -1;
    const most = from + mostRowBytes - spare;
    let at = from;
    let field = 0;
    for (const name in row) {
      if (name !== this.#names[field] && !this.#learn(field, name)) return -1;
      const length = this.#headLengths[field] ?? 0;
      if (at + length > most) return -1;
      copyWords(this.#heads, (field * headBytes) / wordBytes, length, this.#view, at);
      at = this.#value(row[name], field, at + length, most);
      if (at === -1) return -1;
      field += 1;
    }
    if (field === 0) into[at++] = brace;
    into[at++] = closingBrace;
    return at;
  }

  /** false when a field cannot be learnt. */
  #learn(field: number, name: string): boolean {
    const head = Buffer.from(`${field === 0 ? '{' : ','}${JSON.stringify(name)}:`);
    if (field >= mostFields || head.length > headBytes) return false;
    this.#names[field] = name;
    this.#headLengths[field] = head.length;
    this.#headLetters.set(head, field * headBytes);
    return true;
  }

  #value(value: unknown, field: number, at: number, most: number): number {
    if (typeof value === 'string') return this.#text(value, field, at, most);
    if (isSmall(value)) return writeWhole(value, this.#into, at);
    if (value === null || value === true) {
      this.#view.setUint32(at, value === null ? nullWord : trueWord, littleEndian);
      return at + wordBytes;
    }
    if (value === false) {
      this.#view.setUint32(at, falseWord, littleEndian);
      this.#into[at + wordBytes] = letterE;
      return at + wordBytes + 1;
    }
    if (Array.isArray(value)) {
      const end = this.#numbers(value, at, most);
      if (end !== -1) return end;
    }
    const text: string | undefined = JSON.stringify(value);
    if (text === undefined || at + text.length > most) return -1;
    return writeText(text, this.#into, at, true);
  }

  /** A list of small numbers, or an empty one; -1 for any other. */
  #numbers(list: readonly unknown[], from: number, most: number): number {
    if (from + list.length * numberBytes > most) return -1;
    const into = this.#into;
    let at = from;
    into[at++] = bracket;
    for (const value of list) {
      if (!isSmall(value)) return -1;
      if (at > from + 1) into[at++] = comma;
      at = writeWhole(value, into, at);
    }
    into[at++] = closingBracket;
    return at;
  }

  #text(text: string, field: number, at: number, most: number): number {
    if (at + text.length > most) return -1;
    const into = this.#into;
    into[at] = quote;
    let end = at + 1 + text.length;
    if (text.length > textBytes) end = writeText(text, into, at + 1, false);
    else if (this.#hold(text, field))
      copyWords(this.#slots, (field * textBytes) / wordBytes, text.length, this.#view, at + 1);
    else return -1;
    if (end === -1) return -1;
    into[end] = quote;
    return end + 1;
  }

  /** Has the bytes of a text in the slot of its field; false when JSON would escape some of it. */
  #hold(text: string, field: number): boolean {
    const before = this.#textBefore;
    this.#textBefore = field;
    if (text === this.#texts[field]) return true;
    const slot = field * textBytes;
    this.#texts[field] = text;
    if (before !== -1 && text === this.#texts[before]) {
      const from = (before * textBytes) / wordBytes;
      for (let word = 0; word * wordBytes < text.length; word += 1)
        this.#slots[slot / wordBytes + word] = this.#slots[from + word] ?? 0;
      return true;
    }
    if (writeText(text, this.#letters, slot, false) !== -1) return true;
    this.#texts[field] = null;
    return false;
  }
}
