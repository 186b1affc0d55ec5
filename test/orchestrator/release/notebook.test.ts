import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { cellsOf, notebookText } from '../../../orchestrator/release/notebook.ts';

const test = suite('release/notebook');

test('a line of # %% begins a cell, and # is taken from the lines of its words', () => {
  const source =
    '# %% [markdown]\n# # Title\n#\n# words\n\n# %%\nx = 1  # a comment\n\n\ndef f():\n    return x\n\n# %%\nf()\n';
  assert.equal(cellsOf(source), [
    { kind: 'markdown', lines: ['# Title\n', '\n', 'words'] },
    { kind: 'code', lines: ['x = 1  # a comment\n', '\n', '\n', 'def f():\n', '    return x'] },
    { kind: 'code', lines: ['f()'] },
  ]);
});

const Notebook = z.strictObject({
  cells: z.array(
    z.discriminatedUnion('cell_type', [
      z.strictObject({
        cell_type: z.literal('markdown'),
        id: z.string(),
        metadata: z.strictObject({}),
        source: z.array(z.string()),
      }),
      z.strictObject({
        cell_type: z.literal('code'),
        id: z.string(),
        metadata: z.strictObject({}),
        source: z.array(z.string()),
        execution_count: z.null(),
        outputs: z.array(z.never()),
      }),
    ]),
  ),
  metadata: z.looseObject({ kernelspec: z.looseObject({ name: z.literal('python3') }) }),
  nbformat: z.literal(4),
  nbformat_minor: z.literal(5),
});

test('the notebook is one of nbformat 4.5, without output', async () => {
  const { cells } = Notebook.parse(JSON.parse(await notebookText()));
  assert.is(cells[0]?.cell_type, 'markdown');
  assert.ok(cells.filter(({ cell_type }) => cell_type === 'code').length >= 4);
  assert.is(new Set(cells.map(({ id }) => id)).size, cells.length);
});

test.run();
