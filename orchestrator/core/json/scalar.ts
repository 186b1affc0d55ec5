const [quote, backslash, minus, zero, nine] = [0x22, 0x5c, 0x2d, 0x30, 0x39];
const [firstPrintable, lastPrintable] = [0x20, 0x7e];
/** Digits of a number that is exact for sure. */
const mostDigits = 15;

interface Word {
  letters: Uint8Array;
  value: boolean | null;
}
const words: readonly Word[] = [null, true, false].map((value) => ({ letters: Buffer.from(String(value)), value }));

export type Scalar = string | number | boolean | null;

/** Reads one plain value of JSON out of a line. undefined: the value is something else, or wrong, and JSON.parse has to say which. */
export class ScalarReader {
  /** Where the value read last ends in the bytes. */
  end = 0;

  /**
   * @param line the text of the line, all of it ASCII
   * @param start where it begins in the bytes
   */
  read(line: string, bytes: Uint8Array, start: number, at: number): Scalar | undefined {
    const first = bytes[at] ?? 0;
    if (first === quote) return this.#text(line, bytes, start, at + 1);
    if (first === minus || (first >= zero && first <= nine)) return this.#whole(bytes, at);
    return this.#word(bytes, at);
  }

  #text(line: string, bytes: Uint8Array, start: number, from: number): string | undefined {
    for (let at = from; ; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte === quote) {
        this.end = at + 1;
        return line.slice(from - start, at - start);
      }
      if (byte < firstPrintable || byte > lastPrintable || byte === backslash) return undefined;
    }
  }

  #whole(bytes: Uint8Array, from: number): number | undefined {
    const first = bytes[from] === minus ? from + 1 : from;
    let value = 0;
    let at = first;
    for (let digit = (bytes[at] ?? 0) - zero; digit >= 0 && digit <= 9; digit = (bytes[at] ?? 0) - zero) {
      value = 10 * value + digit;
      at += 1;
    }
    // no number begins with a zero but zero itself, which has no sign here
    const wrong = at === first || (bytes[first] === zero && at > from + 1);
    if (wrong || at - first > mostDigits) return undefined;
    this.end = at;
    return first === from ? value : -value;
  }

  #word(bytes: Uint8Array, from: number): boolean | null | undefined {
    for (const { letters, value } of words) {
      let at = 0;
      while (at < letters.length && bytes[from + at] === letters[at]) at += 1;
      if (at < letters.length) continue;
      this.end = from + at;
      return value;
    }
    return undefined;
  }
}
