/** Cells of a line of CSV (RFC 4180): quoted where they begin with a quote; null when a quote is left open. */
export function cellsOf(text: string, delimiter: string): string[] | null {
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
