import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { listFile, readList } from './reading.ts';

const test = suite('ranks as lists print them');

type Case = [sentence: string, text: string, entries: string[], others?: string[]];
const ab = ['a.example 1', 'b.example 2'];
const cases: Case[] = [
  ['ranks with a number sign, in quotes', '"#1","a.example"\n"#2","b.example"', ab],
  ['ranks with a sign', '+1|a.example\n+2|b.example', ab],
  ...[',', "'", '\u2019', '\u202f', ' '].map(
    (mark): Case => [
      `thousands with ${JSON.stringify(mark)} between them`,
      `rank;domain\n999;a.example\n1${mark}000;b.example\n1${mark}000${mark}001;c.example`,
      ['a.example 999', 'b.example 1000', 'c.example 1000001'],
      ['1 header'],
    ],
  ),
  [
    'thousands of two kinds, and those that may be a fraction',
    "rank;domain\n1,000'000;a.example\n1.000;b.example\n10,00;c.example\n7.00;d.example\n8.0000;e.example",
    ['d.example 7', 'e.example 8'],
    ['1 header', '2 not_a_rank', '3 not_a_rank', '4 not_a_rank'],
  ],
  ['names and their buckets', 'domain,bucket\nb.example,2\na.example,2', ['b.example 2', 'a.example 2'], ['1 header']],
  [
    'buckets that are words are no ranks',
    'domain,bucket\na.example,x\nb.example,x',
    ['a.example null', 'b.example null'],
    ['1 header'],
  ],
  ['ranks and URLs, without a header', '1,https://a.example\n2,http://b.example/', ab],
  ['the same, parted by a tab', '0\thttps://a.example\n1\thttps://b.example', ['a.example 0', 'b.example 1']],
];
for (const [sentence, text, entries, others = []] of cases) {
  test(`${sentence}: every line is a target or has its reason`, async () => {
    const { source: _, ...read } = await readList(listFile('ranks', text));
    assert.equal(read, { entries, others });
  });
}

test.run();
