import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { listFile, readList } from './reading.ts';

const test = suite('lists that programs and people have edited');

/** More lines than are looked at to tell what a list is. */
const many = (count: number) => Array.from({ length: count }, (_, at) => `${at + 1},d${at + 1}.example\n`).join('');

type Case = [sentence: string, text: string, entries: string[], others?: string[], wanted?: object];
const ab = ['a.example 1', 'b.example 2'];
const abc = [...ab, 'c.example 3'];
const unranked = ['a.example null', 'b.example null', 'c.example null'];

/** What comes after so many lines `rank,name` that nobody looked at it. */
const late: Case[] = [
  ['ranks that R writes', '1e+05,a.example\n2e+05,b.example\n', ['a.example 100000', 'b.example 200000']],
  [
    'thousands that a spreadsheet quotes',
    '"1,201",a.example\n"1,202",b.example\n',
    ['a.example 1201', 'b.example 1202'],
  ],
  ['cells in quotes', '1201,"a.example"\n"1202","b.example"\n', ['a.example 1201', 'b.example 1202']],
  ['tabs and quotes', '"1201"\t"a.example"\n', ['a.example 1201']],
  ['a rank that is empty', ',a.example\n', ['a.example null']],
  ['a rank below nothing', '-1,a.example\n', [], ['not_a_rank']],
  ['two names', 'b.example,a.example\n', [], ['not_a_name']],
  ['a cell more', '1201,a.example,An Owner\n', [], ['not_a_name']],
  ['a quote that stays open', '1201,"a.example\n', [], ['not_a_name']],
];
for (const [sentence, text, entries, others = []] of late) {
  test(`far below its beginning a list has ${sentence}`, async () => {
    const read = await readList(listFile('late.csv', many(1200) + text));
    assert.equal(read.entries.slice(1200), entries);
    assert.equal(
      read.others,
      others.map((reason, at) => `${1201 + at} ${reason}`),
    );
  });
}

const cases: Case[] = [
  [
    'a header whose blanks R has made dots',
    '"Rank","Domain","Open.Page.Rank"\n"1","a.example","10.00"\n"2","b.example","9.50"\n',
    ab,
    ['1 header'],
  ],
  [
    'the nested names of columns of BigQuery',
    'origin,experimental.popularity.rank\nhttps://a.example,1000\nhttps://b.example,1000\n',
    ['a.example 1000', 'b.example 1000'],
    ['1 header'],
  ],
  [
    'dots in the columns that the configuration names',
    'my.site,my.rank\na.example,1\nb.example,2\n',
    ab,
    ['1 header'],
    { name: 'my.site', rank: 'my.rank' },
  ],
  ['names that are words of headers, in two columns', '1,domain.name\n2,site.rank\n', ['domain.name 1', 'site.rank 2']],
  ['decimal commas between semicolons', '1;a.example;10,00\n2;b.example;9,50\n3;c.example;9,40\n', abc],
  ['the same without ranks', 'a.example;10,00\nb.example;9,50\nc.example;9,40\n', unranked],
  [
    'commas in names of owners, between tabs',
    '1\ta.example\tDoe, A\n2\tb.example\tRoe, B\n3\tc.example\tPoe, C\n',
    abc,
  ],
  ['bars in one cell, between commas', '1,a.example,x|y\n2,b.example,y|z\n3,c.example,z|x\n', abc],
  [
    'a header again, behind a mark',
    '\ufeffdomain\na.example\n\ufeffdomain\nb.example\n',
    unranked.slice(0, 2),
    ['1 header', '3 header'],
  ],
  [
    'a header again, with a blank',
    'rank,domain,x\n1,a.example,\nrank,domain,x \n2,b.example,\n',
    ab,
    ['1 header', '3 header'],
  ],
  ['comments behind names', 'a.example # of mine\nb.example\nc.example\t# ours, too\n', unranked],
  ['comments behind all names', 'a.example # of mine\nb.example # x\nc.example # a b c\n', unranked],
  ['comments behind ranked names', '1,a.example # of mine\n2,b.example #x\n3,c.example\n', abc],
  ['comments in a hosts file', '0.0.0.0 a.example # of mine\n0.0.0.0 b.example\n0.0.0.0 c.example #x\n', unranked],
  ['a number sign in another cell', '1,a.example,Team # 1\n2,b.example,Team # 2\n3,c.example,Team # 3\n', abc],
  [
    'lifetimes in a zone are no ranks',
    'a.example.\t900\tin\tsoa\nb.example.\t86400\tin\tns\nc.example.\t86400\tin\tns\nd.example.\t86400\tin\tns\n',
    [...unranked, 'd.example null'],
  ],
  [
    'quotes of typesetters, and commas of another script',
    '1,\u201ca.example\u201d\n2,\u00abb.example\u00bb\n3\u060cc.example\n4,d.example\n5,e.example\n6,f.example\n7,g.example\n',
    ['d.example 4', 'e.example 5', 'f.example 6', 'g.example 7'],
    ['1 not_a_name', '2 not_a_name', '3 not_a_name'],
  ],
  [
    'marks that names may have',
    'l\u00b7l.example\n\u30a2\u30fb\u30a2.example\n',
    ['xn--ll-0ea.example null', 'xn--ccka0y.example null'],
  ],
];
for (const [sentence, text, entries, others = [], wanted = {}] of cases) {
  test(`${sentence}: every line is a target or has its reason`, async () => {
    const read = await readList(listFile('edited.csv', text), wanted);
    assert.equal([read.entries, read.others], [entries, others]);
  });
}

test.run();
