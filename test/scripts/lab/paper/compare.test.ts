import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compare } from '../../../../scripts/lab/paper/compare.ts';
import { csvRows } from '../../../../scripts/lab/paper/csv.ts';
import type { Figure } from '../../../../scripts/lab/paper/figures.ts';
import { measured, type Published } from '../../../../scripts/lab/paper/values.ts';

const test = suite('scripts/lab/paper/compare');

const tables: Record<string, string> = {
  summary: 'key,value\naddresses_capable,354\naddresses_synack,428895\nmean,86.4\nunknown,\n',
  table1: 'country,servers,ratio\nCN,319,90.11\nUS,12,3.39\n',
  table2: 'as_name,hosts\n"A, ""Quoted"" Co., CN",154\n"B, CN",9\n',
};
const published: Published = {
  rows: (name) => csvRows(tables[name] ?? ''),
  classes: (words) => 10 * words.length,
};

for (const [from, value] of [
  ['summary.addresses_capable', 354],
  ['summary.addresses_capable / summary.addresses_synack', 0.08253768404854335],
  ['table1[CN].servers', 319],
  ['table1[*].servers', 331],
  ['table2[A, "Quoted" Co., CN].hosts + table2[B, CN].hosts', 163],
  ['os{Apple iOS or Apple iPhone}', 20],
  ['summary.unknown', null],
  ['table1[NO].servers', null],
  ['nothere[x].y', null],
  ['table1[NO].servers / summary.addresses_synack', null],
] as const) {
  test(`${from} is ${value}`, () => {
    assert.is(measured(from, published), value);
  });
}

test('what cannot be read is an error of the page', () => {
  assert.throws(() => measured('table1.CN', published), /nothing is read from/);
});

function figure(name: string, theirs: string, ours: string, from: string, why = ''): Figure {
  return { section: 'S', name, said: 's', theirs, ours: { paper: ours, 'paper-20000': '1' }, from, why };
}
const rows = [figure('cn', '319', '319', 'table1[CN].servers'), figure('us', '12', '12', 'table1[US].servers')];
const systems = [
  figure('a', '154', '154', 'table2[A, "Quoted" Co., CN].hosts'),
  figure('b', '9', '9', 'table2[B, CN].hosts'),
];
const share = figure('share', '0.08 %', '0.08 %', 'summary.addresses_capable / summary.addresses_synack');
const answered = figure('answered', '428,895', '428,895', 'summary.addresses_synack');
const headline = figure('headline', '353', '354', 'summary.addresses_capable', 'one less');

test('figures are written as the page writes them: decimals, thousands, per cent', () => {
  const { differences, lines } = compare([...rows, ...systems, share, answered, headline], 'paper', published);
  assert.equal(differences, []);
  assert.ok(
    lines.some((line) => /^ {2}headline +353 +354 {2}one less$/.test(line)),
    lines.join('\n'),
  );
  assert.is(lines.at(-1), '7 figures of the study; 0 differ from docs/paper.md');
});

test('a figure that came out otherwise is a difference, in the printed line too', () => {
  const { differences, lines } = compare(
    [...rows, ...systems, figure('x', '1', '2', 'table1[CN].servers')],
    'paper',
    published,
  );
  assert.equal(differences, ['x: 319, docs/paper.md has 2']);
  assert.ok(lines.some((line) => line.endsWith('DIFFERS from docs/paper.md: 2')));
});

test('a value that the run has not is a difference', () => {
  const { differences } = compare(
    [...rows, ...systems, figure('x', '1', '1', 'table1[NO].servers')],
    'paper',
    published,
  );
  assert.equal(differences, ['x: –, docs/paper.md has 1']);
});

test('a row that the page does not know is a difference', () => {
  assert.equal(compare([...rows.slice(1), ...systems], 'paper', published).differences, [
    'table1 has a row "CN", the page has none',
  ]);
});

test('each form of the world has its own column', () => {
  const { differences } = compare([...rows, ...systems], 'paper-20000', published);
  assert.is(differences.length, 4);
});

test.run();
