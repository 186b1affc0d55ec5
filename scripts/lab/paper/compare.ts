import type { Figure, Form } from './figures.ts';
import { keysOf, measured, type Published } from './values.ts';

interface Comparison {
  lines: string[];
  differences: string[];
}

const grouped = (whole: string) => whole.replace(/\B(?=(\d{3})+$)/g, ',');

/** A number in the way in which the page writes the figure: as many decimals, thousands apart, with its sign. */
function written(value: number | null, like: string): string {
  if (value === null) return '–';
  const decimals = /\.(\d+)/.exec(like)?.[1]?.length ?? 0;
  const [whole = '', rest] = value.toFixed(decimals).split('.');
  return `${grouped(whole)}${rest === undefined ? '' : `.${rest}`}${like.endsWith('%') ? ' %' : ''}`;
}

/** Tables of which the page has every row: a row more is a difference too. */
const WHOLE = ['table1', 'table2', 'table3', 'table4'];

function rowsBeside(figures: readonly Figure[], published: Published): string[] {
  return WHOLE.flatMap((table) => {
    const known = figures.flatMap(({ from }) => [...from.matchAll(/(\w+)\[(.+?)\]\./g)]);
    const keys = new Set(known.filter(([, of]) => of === table).map(([, , key]) => key));
    return keysOf(table, published).flatMap((key) =>
      keys.has(key) ? [] : [`${table} has a row "${key}", the page has none`],
    );
  });
}

function sectionLines(rows: readonly string[][]): string[] {
  const widths = [0, 1, 2].map((i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, i) => (i === 0 || i === 3 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** The study's figures beside those of a run, and where the run differs from what the page says a right one gives. Pure. */
export function compare(figures: readonly Figure[], form: Form, published: Published): Comparison {
  const lines: string[] = [];
  const differences: string[] = [];
  for (const section of new Set(figures.map((figure) => figure.section))) {
    const rows = [['', 'the study', 'this run', '']];
    for (const { name, theirs, ours, from, why } of figures.filter((figure) => figure.section === section)) {
      const right = ours[form];
      const is = written(measured(from, published), right);
      if (is !== right) differences.push(`${name}: ${is}, docs/paper.md has ${right}`);
      rows.push([name, theirs, is, is === right ? why : `DIFFERS from docs/paper.md: ${right}`]);
    }
    lines.push(section, ...sectionLines(rows).map((line) => `  ${line}`), '');
  }
  differences.push(...rowsBeside(figures, published));
  const told = `${figures.length} figures of the study; ${differences.length} differ from docs/paper.md`;
  return { lines: [...lines, told], differences };
}
