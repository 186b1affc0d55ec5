import { formatCell } from './format.ts';
import type { Column, Table } from './tables/table.ts';

/** Longest cell in the terminal; names of ASes and systems are cut there, never in the CSV. */
const WIDEST = 56;

function clip(text: string): string {
  return text.length > WIDEST ? `${text.slice(0, WIDEST - 1)}…` : text;
}

function isNumber(column: Column): boolean {
  return column.kind !== 'text';
}

/** Text in lines of at most 100 characters, indented by two. */
function wrap(text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line.length + word.length >= 98) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.map((line) => `  ${line}`).join('\n');
}

/** A table in plain text: title, aligned columns, the denominator below. */
export function toText(table: Table): string {
  if (table.rows.length === 0) return `${table.title}\n${wrap(table.empty)}\n`;
  const cells = table.rows.map((row) => table.columns.map(({ key, kind }) => clip(formatCell(row[key], kind))));
  const lines = [table.columns.map((column) => column.title), ...cells];
  const widths = table.columns.map((_, i) => Math.max(...lines.map((line) => [...(line[i] ?? '')].length)));
  const rule = widths.map((width) => '─'.repeat(width));
  const body = [lines[0] ?? [], rule, ...lines.slice(1)].map((line) =>
    line
      .map((cell, i) => {
        const column = table.columns[i];
        const width = widths[i] ?? 0;
        return column !== undefined && isNumber(column) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
  return [table.title, ...body.map((line) => `  ${line}`), wrap(table.denominator), ''].join('\n');
}
