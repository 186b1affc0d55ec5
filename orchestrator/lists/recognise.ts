import { cellsOf, withoutComment } from './cells.ts';
import { columnsFor } from './columns.ts';
import type { Form } from './form.ts';
import { headerWord, nameColumn, publishedAs, rankColumn } from './headers.ts';
import { isNameLike, isUrlText, isValue, shareOf } from './kinds.ts';
import { parseRank } from './rank.ts';
import type { Wanted } from './sources.ts';

/** What a list was found to be by its first lines. */
export interface Recognised {
  /** In words, such as "the Majestic Million". */
  kind: string;
  /** The line that is its header; null without one. */
  header: string | null;
  /** null: plain names or `rank,name`, line by line. */
  form: Form | null;
  /** Headers or numbers of the columns; null where there are none. */
  columns: { name: string | null; rank: string | null };
  /** many: a rank that several names have, as the size of a bucket. */
  ranks: 'none' | 'each' | 'many';
}

/** In order of trust: there are blanks within cells of all others. */
const delimiters = [',', '\t', ';', '|', ' '] as const;
/** A name alone, or `rank,name`: nothing that only a reader of columns understands. */
const simple = /^\s*(?:\d{1,10}[,\t])?\s*[^\s,;|"]+\s*$/;
/** What Excel takes for the mark between cells, and writes above them. */
const separator = /^"?sep=."?$/i;

/** Without a comment, where the line has no columns in which it could be a part of a cell. */
function readable(line: string): string {
  const bare = withoutComment(line);
  return simple.test(bare) || !/[,;|"\t]/.test(bare) ? bare : line;
}

/** The rank of a line of that kind. */
const rankBefore = /^\s*\d{1,10}[,\t]/;

/** true for a line that is not a row, but names the separator (`sep=;`). */
export function isSeparatorLine(line: string): boolean {
  return separator.test(line);
}

/** How many lines have the number of cells that most have, where that is more than one. */
function agreement(lines: readonly string[], delimiter: string): number {
  const counts = new Map<number, number>();
  for (const line of lines) {
    const count = cellsOf(line, delimiter)?.length ?? 0;
    if (count > 1) counts.set(count, (counts.get(count) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values());
}

/** Whether one of the columns that lines have between such marks holds names. */
function holdsNames(lines: readonly string[], delimiter: string): boolean {
  const rows = lines.map((line) => cellsOf(line, delimiter) ?? []);
  const width = Math.max(0, ...rows.map(({ length }) => length));
  return Array.from({ length: width }, (_, at) => rows.map((row) => row[at] ?? '')).some(
    (column) => shareOf(column, isNameLike) >= 0.5,
  );
}

/** What parts the cells: commas may stand within those of a list between tabs as often as in one that has them between its cells. */
function delimiterOf(lines: readonly string[], { name, rank }: { name: Wanted; rank: Wanted }): Form['delimiter'] {
  const [first = ''] = lines;
  const headers = [name, rank].flatMap((wanted) => (typeof wanted === 'string' ? [headerWord(wanted)] : []));
  const under = (delimiter: string) => {
    const cells = (cellsOf(first, delimiter) ?? []).map(headerWord);
    return headers.length > 0 && headers.every((header) => cells.includes(header)) ? 2 * lines.length : 0;
  };
  const names = (delimiter: string) => (holdsNames(lines, delimiter) ? lines.length : 0);
  const scores = delimiters.map((one) => agreement(lines, one) + names(one) + under(one));
  return delimiters[scores.indexOf(Math.max(...scores))] ?? ',';
}

/** Whether the first line names columns. `com` in a list of names is a name; `domain`, with names below it, is none. */
function isHeader(cells: readonly string[], rest: readonly (readonly string[])[], wanted: readonly string[]): boolean {
  const words = cells.map(headerWord);
  // Headers with dots in them look like names: those that are known, beside each other, are none.
  const isDotted =
    (nameColumn(cells) !== null && rankColumn(cells) !== null) || wanted.some((word) => words.includes(word));
  const isNoHeader = (cell: string) => isValue(cell) && (isUrlText(cell) || !isNameLike(cell) || !isDotted);
  if (cells.some(isNoHeader)) return false;
  if (wanted.some((word) => words.includes(word))) return true;
  const known = nameColumn(cells) !== null;
  if (cells.length === 1) return known && shareOf(rest.flat(), (cell) => cell.includes('.')) > 0.5;
  if (known || rankColumn(cells) !== null) return true;
  const isNumbers = (at: number) =>
    shareOf(
      rest.map((row) => row[at] ?? ''),
      (cell) => parseRank(cell) !== null,
    ) > 0.8;
  return rest.length > 0 && cells.some((_, at) => isNumbers(at));
}

function simpleList(lines: readonly string[], header: string | null): Recognised {
  const ranked = lines.length > 0 && shareOf(lines, (line) => /^\s*\d+[,\t]/.test(line)) > 0.5;
  return {
    kind: ranked ? 'rank,name lines, as those of Tranco, Umbrella and Alexa' : 'names, one a line',
    header,
    form: null,
    columns: { name: header?.trim() ?? (ranked ? '2' : '1'), rank: ranked ? '1' : null },
    ranks: ranked ? 'each' : 'none',
  };
}

/** Whether the form says no more than that lines are `rank,name`: those are read faster. */
function isPlain({ delimiter, name, rank, columns, origins }: Form, lines: readonly string[]): boolean {
  const two = columns === 2 && name === 2 && rank === 1 && (delimiter === ',' || delimiter === '\t');
  const one = columns === 1 && name === 1 && rank === null;
  return (two || one) && !origins && shareOf(lines, (line) => simple.test(line)) === 1;
}

/**
 * What a list is, by its first lines and by the columns that the configuration names.
 * @throws Error when the columns cannot be told, or are not there
 */
export function recognise(sample: readonly string[], wanted: { name: Wanted; rank: Wanted }): Recognised {
  const whole = sample.filter((line) => line.trim() !== '' && !line.startsWith('#') && !isSeparatorLine(line));
  const lines = whole.map(readable);
  const delimiter = delimiterOf(lines, wanted);
  const table = lines.map((line) => cellsOf(line, delimiter) ?? []);
  const [first = [], ...below] = table;
  const named = [wanted.name, wanted.rank].flatMap((one) => (typeof one === 'string' ? [headerWord(one)] : []));
  const header = isHeader(first, below, named) ? first : null;
  const headerText = header === null ? null : (whole[0] ?? null);
  const rows = header === null ? table : below;
  const rest = header === null ? lines : lines.slice(1);
  const asks = wanted.name !== null || wanted.rank !== null;
  const origins = shareOf(rest, (line) => isUrlText(line.replace(rankBefore, ''))) > 0.5;
  const isSimple = rest.length === 0 ? header === null : !origins && shareOf(rest, (line) => simple.test(line)) >= 0.5;
  if (!asks && isSimple && (header === null || header.length === 1)) return simpleList(rest, headerText);
  const form = columnsFor({ header, rows, wanted, delimiter });
  if (form === null) return simpleList(rest, headerText);
  const known = header === null ? null : publishedAs(header);
  const shown = (column: number | null) => (column === null ? null : (header?.[column - 1]?.trim() ?? String(column)));
  const ranks = rows.flatMap((row) => (form.rank === null ? [] : [row[form.rank - 1] ?? '']));
  const repeats = ranks.filter((rank, at) => at > 0 && rank === ranks[at - 1]).length;
  const many = form.rank !== null && (known?.buckets === true || repeats > ranks.length / 2);
  const quoted = rest.some((line) => line.startsWith('"')) ? 'quoted ' : '';
  return {
    kind:
      known?.list ??
      `${quoted}${form.delimiter === '\t' ? 'tab-separated ' : ''}columns${form.origins ? ' with origins' : ''}`,
    header: headerText,
    form: isPlain(form, rest) ? null : form,
    columns: { name: shown(form.name), rank: shown(form.rank) },
    ranks: form.rank === null ? 'none' : many ? 'many' : 'each',
  };
}
