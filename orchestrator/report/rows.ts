import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/** Runs one SELECT over the views of views.sql. */
export type Query = (sql: string) => AsyncIterable<unknown>;

/**
 * Names of ASes, domains, cities and systems come from strangers. Control characters in them would speak to a terminal, end a line of
 * the CSV or break a drawing; marks that turn the direction of writing would show another name than the one that is there.
 */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}

const Cell = z.union([z.string().transform(printable), z.number(), z.null()]);
export type Cell = z.infer<typeof Cell>;
export const Row = z.record(z.string(), Cell);
export type Row = z.infer<typeof Row>;

/** Text of a file in queries/. */
export async function readSql(name: string): Promise<string> {
  return await readFile(new URL(`./queries/${name}.sql`, import.meta.url), 'utf8');
}

/** Rows of one .sql file. */
export async function rowsOf(query: Query, name: string): Promise<Row[]> {
  const found: Row[] = [];
  for await (const row of query(`${await readSql(name)}\n`)) found.push(Row.parse(row));
  return found;
}

/** A count in a row; a column that is not a number is a mistake in the query. */
export function countOf(row: Row | undefined, column: string): number {
  return z.number().parse(row?.[column]);
}

/** A number where there is one. */
export function numberOf(row: Row | undefined, column: string): number | null {
  return z
    .number()
    .nullable()
    .parse(row?.[column] ?? null);
}
