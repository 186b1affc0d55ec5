import { jsonOf, type LineBatch } from '../process/lines.ts';
import type { RawRow } from '../tool.ts';
import { type Bytes, Form } from './form.ts';

/** A program that leaves out what has no value prints lines of several forms. */
const mostForms = 8;
/** So many lines are looked at as patterns: where more do not fit, lines are not alike. */
const mostTries = 64;

/** Reads lines of JSON as JSON.parse does; lines that resemble an earlier one take a third of the time. */
export class AlikeLines {
  /** The one that fitted last comes first. */
  readonly #forms: Form[] = [];
  #tries = 0;
  readonly #complete: (row: unknown) => unknown;

  /** @param complete see Form.of */
  constructor(complete: (row: unknown) => unknown = (row) => row) {
    this.#complete = complete;
  }

  /**
   * Rows of lines, read as they are asked for. Held all at once they would look to the engine like things that last: it would make them
   * where garbage is collected seldom.
   */
  *rows({ lines, bytes, starts }: LineBatch): Generator<RawRow> {
    const place = bytes === null ? null : { bytes, words: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };
    let at = 0;
    for (const line of lines) {
      const start = starts[at++] ?? -1;
      yield { value: place === null || start === -1 ? jsonOf(line) : this.#read(line, place, start), line };
    }
  }

  #read(line: string, bytes: Bytes, start: number): unknown {
    for (const [at, form] of this.#forms.entries()) {
      const row = form.read(line, bytes, start);
      if (row === undefined) continue;
      if (at > 0) this.#forms.unshift(...this.#forms.splice(at, 1));
      return row;
    }
    if (this.#tries < mostTries) this.#learn(line);
    return jsonOf(line);
  }

  #learn(line: string): void {
    this.#tries += 1;
    const form = Form.of(line, this.#complete);
    if (form !== null) this.#forms.unshift(form);
    if (this.#forms.length > mostForms) this.#forms.pop();
  }
}
