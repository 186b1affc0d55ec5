import type { Row } from '../../report/rows.ts';
import { type Column, toCsv } from '../../report/tables/table.ts';

/** A table at a stable address: data/v1/ID.json and .csv, and .svg where there is a figure of it. */
export interface View {
  /** Below data/v1, such as by-as/AS64500. */
  id: string;
  title: string;
  columns: Column[];
  rows: Row[];
  /** Names of the queries that counted it, below data/v1/sql. */
  sql: readonly string[];
  /** Of which run, of which rules and so on: for programs. */
  about: Record<string, string | number | boolean | null | Row>;
  svg?: string | null;
}

export const schema = 'mptcp-census-site/1';

/** Text that no page and no terminal takes for something else: JSON with all that is not plain ASCII, and what HTML reads, escaped. */
function json(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** One row a line. */
export function viewJson({ id, title, columns, rows, sql, about }: View): string {
  const up = '../'.repeat(id.split('/').length - 1);
  const head = {
    schema,
    view: id,
    title,
    unit: 'endpoint: an address and a port that answered',
    ...about,
    sql: sql.map((name) => `${up}sql/${name}.sql`),
    columns: columns.map(({ key, title: name, kind }) => ({ key, title: name, kind })),
  };
  const lines = rows.map((row) => json(Object.fromEntries(columns.map(({ key }) => [key, row[key] ?? null]))));
  return `${json(head).slice(0, -1)},"rows":[\n${lines.join(',\n')}\n]}\n`;
}

/** Its files, by path below data/v1. */
export function viewFiles(view: View): [path: string, text: string][] {
  const files: [string, string][] = [
    [`${view.id}.json`, viewJson(view)],
    [`${view.id}.csv`, toCsv(view.columns, view.rows)],
  ];
  if (view.svg != null) files.push([`${view.id}.svg`, `${view.svg}\n`]);
  return files;
}
