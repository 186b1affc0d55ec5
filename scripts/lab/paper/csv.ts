/** Rows of a CSV file (RFC 4180) by the names in its first line. */
export function csvRows(text: string): Record<string, string>[] {
  const [heading = [], ...rows] = lines(text);
  return rows.map((cells) => Object.fromEntries(heading.map((name, i) => [name, cells[i] ?? ''])));
}

function lines(text: string): string[][] {
  const found: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, bare = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n|$)/g)) {
    row.push(quoted?.replaceAll('""', '"') ?? bare);
    if (end === ',') continue;
    if (row.length > 1 || row[0] !== '') found.push(row);
    row = [];
  }
  return found;
}
