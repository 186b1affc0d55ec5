/** Cells of a line of CSV (RFC 4180): quoted where they begin with a quote; null when a quote is left open. Between blanks nothing is quoted. */
export function cellsOf(text: string, delimiter: string): string[] | null {
  if (delimiter === ' ') return text.trim().split(/\s+/);
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    if (text[at] !== '"') {
      const end = text.indexOf(delimiter, at);
      cells.push(text.slice(at, end === -1 ? undefined : end));
      if (end === -1) return cells;
      at = end + 1;
      continue;
    }
    let cell = '';
    let from = at + 1;
    for (;;) {
      const quote = text.indexOf('"', from);
      if (quote === -1) return null;
      cell += text.slice(from, quote);
      at = quote + 1;
      if (text[at] !== '"') break;
      cell += '"';
      from = at + 1;
    }
    const end = text.indexOf(delimiter, at);
    cells.push(cell + text.slice(at, end === -1 ? undefined : end).trimEnd());
    if (end === -1) return cells;
    at = end + 1;
  }
}

/** A line without the comment behind a blank and a number sign: no name has either. */
export function withoutComment(line: string): string {
  if (!line.includes('#')) return line; // almost every line: the pattern takes longer
  const at = line.search(/\s#/);
  return at === -1 ? line : line.slice(0, at).trimEnd();
}

/** Maximum number of lines in a cell: a quote that is never closed is a mistake in the list, and costs no more lines than this. */
const mostLines = 20;

/** Decides line by line which ones are inside a quoted cell that an earlier line began. They are not rows of the list. */
export class QuotedLines {
  readonly #delimiter: string;
  #left = 0;

  constructor(delimiter: string) {
    this.#delimiter = delimiter;
  }

  /** Takes the next line. true: it is within a cell; the line with the end of that cell is, too. */
  isWithin(text: string): boolean {
    if (this.#left > 0) {
      const [, behind] = /^(?:[^"]|"")*"(?!")(.?)/u.exec(text) ?? [];
      this.#left = behind === undefined ? this.#left - 1 : 0;
      // A quote with something else behind it begins a cell of its own: the one before it was the slip.
      if (behind === undefined || behind === '' || behind === this.#delimiter) return true;
    }
    if (text.includes('"') && cellsOf(text, this.#delimiter) === null) this.#left = mostLines;
    return false;
  }
}
