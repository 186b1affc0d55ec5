import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { listFile, readList } from './reading.ts';

const test = suite('lists, quoted cells of several lines');

const cases: [title: string, content: string, entries: string[], others: string[]][] = [
  [
    'a quoted cell of several lines',
    'rank,domain,note\n1,a.example,"x\n2,evil.example,y\n""3,evil.example\n"\n4,b.example,z',
    ['b.example 4'],
    ['1 header', '2 open_quote', '3 within_quotes', '4 within_quotes', '5 within_quotes'],
  ],
  [
    'a quoted cell of several lines with a cell behind it',
    'rank,note,domain\n1,"x\n2,y,evil.example\nz",a.example\n4,n,b.example',
    ['b.example 4'],
    ['1 header', '2 open_quote', '3 within_quotes', '4 within_quotes'],
  ],
  [
    'a quote that is never closed, in a list without others',
    `rank,domain,x\n1,"a.example,x\n${'2,b.example,x\n'.repeat(20)}3,c.example,x`,
    ['c.example 3'],
    ['1 header', '2 open_quote', ...Array.from({ length: 20 }, (_, at) => `${at + 3} within_quotes`)],
  ],
];

for (const [title, content, entries, others] of cases)
  test(title, async () => {
    const read = await readList(listFile('quoted.csv', content));
    assert.equal([read.entries, read.others], [entries, others]);
  });

test.run();
