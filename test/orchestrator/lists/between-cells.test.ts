import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { listFile, readList } from './reading.ts';

const test = suite('lists, what is between cells');

type Case = [sentence: string, text: string, entries: string[], others?: string[]];
const ab = ['a.example 1', 'b.example 2'];
const unranked = ['a.example null', 'b.example null'];
const cases: Case[] = [
  [
    "Excel's line of its mark above a header",
    'sep=;\nrank;domain\n1;a.example\n2;b.example\n',
    ab,
    ['1 header', '2 header'],
  ],
  ['above plain lines', 'sep=,\r\n1,a.example\r\n2,b.example\r\n', ab, ['1 header']],
  ['in quotes, of a tab', '"SEP=\t"\n1\ta.example\n2\tb.example\n', ab, ['1 header']],
  ['blanks between rank and name', '1 a.example\n2 b.example\n', ab],
  ['between name and rank', 'a.example 1\nb.example 2\n', ab],
  ['columns that are filled up with blanks', '    9   a.example\n   10   b.example\n', ['a.example 9', 'b.example 10']],
  ['blanks and tabs', '1 \t a.example\n2 \t b.example\n', ab],
  ['a header above blanks', 'rank domain\n1 a.example\n2 b.example\n', ab, ['1 header']],
  ['a hosts file', '0.0.0.0 a.example\n0.0.0.0 b.example\n', unranked],
  ['blanks around names and ranks', ' 1 , a.example \n 2 , b.example \n', ab],
  ['blanks within other cells', '1,a.example,An Owner\n2,b.example,Another\n', ab],
  ['one line of several words among names', 'a.example\nb.example\nc.example and more\n', unranked, ['3 not_a_name']],
  ['a cell too many between blanks', '1 a.example\n2 b.example\n3 c.example x\n', ab, ['3 wrong_columns']],
];
for (const [sentence, text, entries, others = []] of cases) {
  test(`${sentence}: no line melts into a name, and no header is a target`, async () => {
    const { source, ...read } = await readList(listFile('between', text));
    assert.equal(read, { entries, others });
    assert.is(source.lines, entries.length + others.length);
  });
}

test.run();
