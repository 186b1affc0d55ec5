import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';

/** Debian's Python, which has its pandas: another one may stand before it on the path. */
const python = '/usr/bin/python3';

export async function hasPandas(): Promise<boolean> {
  const { exitCode } = await execa(python, ['-c', 'import pandas, matplotlib'], { reject: false });
  return exitCode === 0;
}

const Notebook = z.looseObject({
  cells: z.array(z.looseObject({ cell_type: z.string(), source: z.array(z.string()) })),
});

const Shown = z.object({
  table1: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.null()]))),
  figure5: z.array(z.object({ rank: z.number(), capable: z.number(), answered: z.number() })),
  figure5b: z.array(z.object({ top: z.number(), answered: z.number(), capable: z.number(), share: z.number() })),
});
export type Shown = z.infer<typeof Shown>;

/** Runs every cell of the notebook of a release in its folder, and gives the table and the lines of the figure. */
export async function runNotebook(folder: string): Promise<Shown> {
  const { cells } = Notebook.parse(JSON.parse(await readFile(join(folder, 'notebook.ipynb'), 'utf8')));
  const code = cells.filter(({ cell_type }) => cell_type === 'code').map(({ source }) => source.join(''));
  const show =
    'print("\\n" + json.dumps({"table1": json.loads(table1.to_json(orient="records")), "figure5": json.loads(figure5.reset_index().to_json(orient="records")), "figure5b": json.loads(figure5b.to_json(orient="records"))}))';
  const script = `${folder}.py`;
  await writeFile(script, `${[...code, show].join('\n')}\n`);
  const { stdout } = await execa(python, [script], { cwd: folder, env: { MPLBACKEND: 'Agg', LC_ALL: 'C' } });
  return Shown.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
}

/** Rows of a CSV of a report whose cells hold no comma. */
export async function reportRows(path: string): Promise<Record<string, string>[]> {
  const [head = '', ...lines] = (await readFile(path, 'utf8')).trim().split('\n');
  const names = head.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, at) => [names[at] ?? '', cell])));
}
