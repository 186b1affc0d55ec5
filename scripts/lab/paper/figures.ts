import { readFile } from 'node:fs/promises';

/** One figure of the study as docs/paper.md has it. */
export interface Figure {
  /** heading of the section that it stands in */
  section: string;
  name: string;
  /** the study's sentence, with its place */
  said: string;
  theirs: string;
  /** what a right census of the paper world gives, at full size and with 20,000 names */
  ours: Readonly<Record<Form, string>>;
  /** where it is read from (values.ts) */
  from: string;
  /** empty where both are equal */
  why: string;
}

/** Worlds that the page holds figures of, by the heading of their column. */
export const FORMS = { paper: 'Ours', 'paper-20000': 'With 20,000 names' } as const;
export type Form = keyof typeof FORMS;
export const FORM_NAMES = ['paper', 'paper-20000'] as const satisfies readonly Form[];

const HEADINGS = ['Figure', 'The study', 'Theirs', FORMS.paper, FORMS['paper-20000'], 'Read from', 'Why they differ'];

function cellsOf(line: string): string[] {
  return line
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => cell.trim());
}

/**
 * Reads every table of the page that has the headings of figures. An empty cell under "With 20,000 names" means the same as in the whole.
 * Throws where a row has another number of cells, or a figure's name comes twice.
 */
export function figuresOf(page: string): Figure[] {
  const figures: Figure[] = [];
  let section = '';
  let within = false;
  for (const line of page.split('\n')) {
    if (line.startsWith('#')) section = line.replace(/^#+ /, '');
    const cells = line.startsWith('|') ? cellsOf(line) : [];
    if (cells.length === 0) within = false;
    else if (cells.join() === HEADINGS.join()) within = true;
    else if (within && !/^[-: ]+$/.test(cells.join(''))) {
      const [name = '', said = '', theirs = '', paper = '', small = '', from = '', why = ''] = cells;
      if (cells.length !== HEADINGS.length) throw new Error(`${cells.length} cells in: ${line}`);
      if (figures.some((one) => one.name === name)) throw new Error(`the figure "${name}" comes twice`);
      const ours = { paper, 'paper-20000': small || paper };
      figures.push({ section, name, said, theirs, ours, from: from.replaceAll('`', ''), why });
    }
  }
  return figures;
}

/** docs/paper.md of this checkout: the only place where the study's figures stand. */
export async function readFigures(): Promise<Figure[]> {
  return figuresOf(await readFile(new URL('../../../docs/paper.md', import.meta.url), 'utf8'));
}
