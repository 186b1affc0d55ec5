import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { figuresOf, readFigures } from '../../../../scripts/lab/paper/figures.ts';

const test = suite('scripts/lab/paper/figures');
const figures = await readFigures();
const paper = (words: string) => figures.filter(({ said }) => said.includes(words));

test('the page has at least 40 figures, each with the words of the study, ours and where ours is read', () => {
  assert.ok(figures.length >= 40, `${figures.length}`);
  for (const { name, said, theirs, ours, from } of figures)
    assert.ok(
      [name, said, theirs, ours.paper, ours['paper-20000'], from].every((cell) => cell.length > 0),
      name,
    );
});

test('where theirs and ours differ the page says why', () => {
  const differing = figures.filter(({ theirs, ours }) => theirs !== ours.paper);
  assert.ok(differing.length >= 5);
  for (const { name, why } of differing) assert.ok(why.length > 5, name);
  assert.ok(
    paper('353 (0.08%)').some(({ theirs, ours, why }) => theirs === '353' && ours.paper === '354' && /354/.test(why)),
  );
});

const heading =
  '| Figure | The study | Theirs | Ours | With 20,000 names | Read from | Why they differ |\n| --- | --- | --- | --- | --- | --- | --- |\n';

test('an empty cell of the small form is the whole one, other tables are no figures', () => {
  const text = `# A\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\n## B\n${heading}| n | "s" (4) | 1 | 1 | | \`summary.x\` | |\n| m | "s" (4) | 2 | 3 | 4 | \`summary.y\` | why |\n`;
  assert.equal(
    figuresOf(text).map(({ section, name, ours, from, why }) => [
      section,
      name,
      ours.paper,
      ours['paper-20000'],
      from,
      why,
    ]),
    [
      ['B', 'n', '1', '1', 'summary.x', ''],
      ['B', 'm', '3', '4', 'summary.y', 'why'],
    ],
  );
});

for (const [title, rows, said] of [
  ['a row with a cell too few', '| n | s | 1 | 1 | | x |\n', /6 cells/],
  ['a figure that comes twice', '| n | s | 1 | 1 | | x | |\n| n | s | 1 | 1 | | x | |\n', /comes twice/],
] as const) {
  test(`${title} is refused`, () => {
    assert.throws(() => figuresOf(`# A\n${heading}${rows}`), said);
  });
}

/** Figures that no other number is likely to be. */
const telling = [
  '1991262',
  '1,991,262',
  '452008',
  '452,008',
  '428895',
  '428,895',
  '90.11',
  '45.92',
  '20.85',
  '64.58',
  '7765',
];

test('no figure of the study stands in the software', () => {
  const files = readdirSync('orchestrator', { recursive: true, encoding: 'utf8' }).filter(
    (name) => /\.(ts|sql|css)$/.test(name) && !/node_modules|dist/.test(name),
  );
  assert.ok(files.length > 100);
  for (const name of files) {
    const text = readFileSync(join('orchestrator', name), 'utf8');
    for (const figure of telling) assert.not(text.includes(figure), `${name} has ${figure}`);
  }
});

test.run();
