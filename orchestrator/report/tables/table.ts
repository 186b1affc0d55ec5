import { type Kind, plainCell } from '../format.ts';
import type { Cell, Row } from '../rows.ts';

export interface Column {
  key: string;
  title: string;
  kind: Kind;
  /** Draw a bar behind the cells, as long as their share. */
  bar?: boolean;
}

/** One published table: what it counts, of what, and what it does not mean. */
export interface Table {
  /** File name of its CSV, without ending, and anchor in the page. */
  id: string;
  title: string;
  columns: Column[];
  rows: Row[];
  /** The denominator, as a sentence with its number. */
  denominator: string;
  /** What the numbers mean and what they do not mean. */
  meaning: string;
  /** Said in place of the table when it has no rows. */
  empty: string;
}

/** Signs that a formula begins with, wide ones too, and what may stand before them. */
const formula = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/;
const number = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/;

/** A spreadsheet runs text that begins like a formula; behind an apostrophe it shows it. Numbers below zero are numbers. */
function asText(cell: Cell | undefined, kind: Kind): string {
  const text = plainCell(cell, kind);
  if (typeof cell !== 'string') return text;
  return formula.test(text) && (kind === 'text' || !number.test(text)) ? `'${text}` : text;
}

function quote(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Comma-separated values after RFC 4180, with \n: heading, then rows. Column names are those of the SQL. */
export function toCsv(columns: Pick<Column, 'key' | 'kind'>[], rows: Row[]): string {
  const lines = [
    columns.map((column) => column.key),
    ...rows.map((row) => columns.map(({ key, kind }) => asText(row[key], kind))),
  ];
  return lines.map((cells) => `${cells.map(quote).join(',')}\n`).join('');
}
