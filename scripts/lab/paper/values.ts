import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { readHosts } from '../../../orchestrator/tools/nmap/xml.ts';
import { csvRows } from './csv.ts';

/** What a run published, as figures ask for it. */
export interface Published {
  /** rows of report/NAME.csv; none where the report has no such file */
  rows: (name: string) => Record<string, string>[];
  /** classes that nmap printed under candidates whose name holds one of the words */
  classes: (words: readonly string[]) => number;
}

/** Names of candidates with the number of their classes, from the raw documents of the os stage. */
async function candidates(run: string): Promise<{ name: string; classes: number }[]> {
  const folder = path.join(run, 'raw/os');
  const parts = (await readdir(folder)).filter((name) => /^\d+$/.test(name));
  const found: { name: string; classes: number }[] = [];
  for (const part of parts)
    for await (const { osmatch } of readHosts(path.join(folder, part, 'nmap-ipv4.xml')))
      found.push(
        ...osmatch.map(({ attributes, osclass }) => ({ name: attributes.name ?? '', classes: osclass.length })),
      );
  return found;
}

export async function readPublished(run: string): Promise<Published> {
  const folder = path.join(run, 'report');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.csv'));
  const texts = await Promise.all(files.map((name) => readFile(path.join(folder, name), 'utf8')));
  const tables = new Map(files.map((name, i) => [name.replace('.csv', ''), csvRows(texts[i] ?? '')]));
  const known = await candidates(run);
  return {
    rows: (name) => tables.get(name) ?? [],
    classes: (words) =>
      known.filter(({ name }) => words.some((word) => name.includes(word))).reduce((sum, one) => sum + one.classes, 0),
  };
}

function term(text: string, published: Published): number | null {
  const [, words] = /^os\{(.+)\}$/.exec(text) ?? [];
  if (words !== undefined) return published.classes(words.split(' or '));
  const [, ofSummary] = /^summary\.(\w+)$/.exec(text) ?? [];
  const [, table = 'summary', key = ofSummary, column = 'value'] = /^(\w+)\[(.+)\]\.(\w+)$/.exec(text) ?? [];
  if (key === undefined) throw new Error(`nothing is read from "${text}"`);
  const rows = published.rows(table).filter((row) => key === '*' || Object.values(row)[0] === key);
  const cells = rows.map((row) => row[column]).filter((cell) => cell !== undefined && cell !== '');
  return cells.length === 0 ? null : cells.reduce((sum, cell) => sum + Number(cell), 0);
}

function sum(text: string, published: Published): number | null {
  const terms = text.split(' + ').map((one) => term(one, published));
  return terms.reduce((total, value) => (total === null || value === null ? null : total + value), 0);
}

/**
 * The value of an expression over what a run published: TABLE[KEY].COLUMN (a row of a CSV by its first cell; * adds all rows up),
 * summary.KEY, os{WORD or WORD}, sums of these with " + ", a share of two of these with " / ", in percent. null where
 * the run has no such value.
 */
export function measured(from: string, published: Published): number | null {
  const [count = '', base] = from.split(' / ');
  const upper = sum(count, published);
  if (base === undefined || upper === null) return upper;
  const lower = sum(base, published);
  return lower === null || lower === 0 ? null : (100 * upper) / lower;
}

/** Keys of a table's rows, by its first cell. */
export function keysOf(table: string, published: Published): string[] {
  return published.rows(table).map((row) => Object.values(row)[0] ?? '');
}
