import { readFile } from 'node:fs/promises';

/** A cell begins with a line like this, and has its kind behind it. */
const mark = /^# %%(?: \[(markdown)\])?$/;

/** A piece of the source: its kind, and its lines with their ends, as notebooks keep them. */
interface Cell {
  kind: 'code' | 'markdown';
  lines: string[];
}

/** Cells of a Python file in the percent format, which editors and jupytext know. */
export function cellsOf(source: string): Cell[] {
  const cells: Cell[] = [];
  for (const line of source.split('\n')) {
    const [found, kind] = mark.exec(line) ?? [];
    if (found !== undefined) cells.push({ kind: kind === 'markdown' ? 'markdown' : 'code', lines: [] });
    else cells.at(-1)?.lines.push(line);
  }
  return cells.map(({ kind, lines }) => {
    const text = lines.join('\n').trim();
    return { kind, lines: (kind === 'markdown' ? text.replace(/^# ?/gm, '') : text).split(/(?<=\n)/) };
  });
}

/** The notebook as a file of Jupyter (nbformat 4.5), without output: readers run it themselves. */
export async function notebookText(): Promise<string> {
  const source = await readFile(new URL('./notebook.py', import.meta.url), 'utf8');
  const cells = cellsOf(source).map(({ kind, lines }, index) => ({
    cell_type: kind,
    id: `cell-${index}`,
    metadata: {},
    source: lines,
    ...(kind === 'code' ? { execution_count: null, outputs: [] } : {}),
  }));
  const kernelspec = { display_name: 'Python 3', language: 'python', name: 'python3' };
  const metadata = { kernelspec, language_info: { name: 'python' } };
  return `${JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }, null, 1)}\n`;
}
