import type { Form } from './form.ts';
import { bucketColumn, headerWord, nameColumn, rankColumn } from './headers.ts';
import { isNameLike, isRanking, isUrlText, shareOf } from './kinds.ts';
import { parseRank } from './rank.ts';
import type { Wanted } from './sources.ts';

/** The first lines of a list in cells. */
export interface Table {
  header: readonly string[] | null;
  rows: readonly (readonly string[])[];
  wanted: { name: Wanted; rank: Wanted };
  delimiter: Form['delimiter'];
}

function cellsUnder({ rows }: Table, column: number): string[] {
  return rows.map((row) => row[column - 1] ?? '');
}

/** How many cells most rows have, the header's where there is one. */
function widthOf({ header, rows }: Table): number {
  if (header !== null) return header.length;
  const counts = new Map<number, number>();
  for (const { length } of rows) counts.set(length, (counts.get(length) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || b - a)[0]?.[0] ?? 1;
}

function headersText(header: readonly string[]): string {
  return header.map((cell) => JSON.stringify(cell.trim())).join(', ');
}

/** @throws Error when the column that a configuration names is not there */
function wantedColumn(table: Table, key: 'name' | 'rank'): number | null {
  const wanted = table.wanted[key];
  if (wanted === null) return null;
  const width = widthOf(table);
  if (typeof wanted === 'number') {
    if (wanted <= width) return wanted;
    throw new Error(`targets.${key} is column ${wanted}, and its lines have ${width}`);
  }
  const { header } = table;
  if (header === null)
    throw new Error(
      `targets.${key} is ${JSON.stringify(wanted)}, and its first line is no header: give the column's number`,
    );
  const exact = header.findIndex((cell) => cell.trim() === wanted.trim());
  const at = exact === -1 ? header.findIndex((cell) => headerWord(cell) === headerWord(wanted)) : exact;
  if (at !== -1) return at + 1;
  throw new Error(`no column is called ${JSON.stringify(wanted)} (targets.${key}): it has ${headersText(header)}`);
}

function numbers(width: number): number[] {
  return Array.from({ length: width }, (_, at) => at + 1);
}

/** The one column that holds names; where several say the same, the first. */
function namesByContent(table: Table): number | null {
  if (table.rows.length === 0) return null;
  const holds = numbers(widthOf(table)).filter((column) => shareOf(cellsUnder(table, column), isNameLike) >= 0.5);
  const [first, ...others] = holds;
  if (first === undefined) return null;
  const cells = cellsUnder(table, first);
  const differs = others.some((column) => {
    const same = cellsUnder(table, column).filter((cell, at) => cell === cells[at]).length;
    return same < 0.9 * cells.length;
  });
  if (!differs) return first;
  const which = holds.map((column) => table.header?.[column - 1]?.trim() ?? String(column)).join(', ');
  throw new Error(`several of its columns hold names (${which}): say with targets.name which is meant`);
}

function ranksByContent(table: Table, name: number, origins: boolean): number | null {
  const others = numbers(widthOf(table)).filter((column) => column !== name);
  return others.find((column) => isRanking(cellsUnder(table, column), origins)) ?? null;
}

function ranksByHeader(table: Table, header: readonly string[]): number | null {
  const bucket = bucketColumn(header);
  const isRank = (cell: string) => parseRank(cell) !== null;
  const buckets = bucket !== null && shareOf(cellsUnder(table, bucket), isRank) > 0.5 ? bucket : null;
  return rankColumn(header) ?? buckets;
}

/**
 * Which columns of a table hold names and ranks: those that the configuration names, else those that headers do, else those whose cells
 * look it. null: no column holds names.
 * @throws Error when a column that is asked for is not there, or it cannot be told which holds the names
 */
export function columnsFor(given: Table): Form | null {
  // Lines with an open quote, or a cell too many, say nothing of the others.
  const usual = given.rows.filter(({ length }) => length === widthOf(given));
  const table = { ...given, rows: usual };
  const { header, delimiter } = table;
  const asked = wantedColumn(table, 'name');
  const askedRank = wantedColumn(table, 'rank');
  const name = asked ?? (header === null ? null : nameColumn(header)) ?? namesByContent(table);
  if (name === null) {
    if (header === null && askedRank === null) return null;
    const what = header === null ? '' : `: it has ${headersText(header)}`;
    throw new Error(`none of its columns is known to hold names: say with targets.name which is meant${what}`);
  }
  const origins = table.rows.length > 0 && shareOf(cellsUnder(table, name), isUrlText) > 0.5;
  const found = header === null ? ranksByContent(table, name, origins) : ranksByHeader(table, header);
  const rank = askedRank ?? (found === name ? null : found);
  return { delimiter, name, rank, columns: widthOf(table), origins };
}
