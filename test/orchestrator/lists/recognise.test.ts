import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CensusError } from '../../../orchestrator/errors.ts';
import { listFile, readList } from './reading.ts';

const test = suite('recognise');
const fixtures = join(import.meta.dirname, '../../fixtures/list/cases');

const three = ['warm-beacon.example 1', 'multihomed.example 2', 'silver-museum.example 3'];
const unranked = three.map((entry) => entry.replace(/\d+$/, 'null'));
const origins = ['warm-beacon.example 1000', 'www.multihomed.example 1000', 'silver-museum.example 10000'];
const plain = 'rank,name lines, as those of Tranco, Umbrella and Alexa';

type Given = [file: string, entries: string[], kind: string, columns: string, ranks: string];
const given: Given[] = [
  ['majestic.csv', three, 'the Majestic Million', 'Domain by GlobalRank', 'each'],
  ['crux.csv', origins, "CrUX's list of origins", 'origin by rank', 'many'],
  ['domcop.csv', three, "DomCop's list", 'Domain by Rank', 'each'],
  ['quoted2.csv', three.slice(0, 2), 'quoted columns', '2 by 1', 'each'],
  ['float_rank.csv', three, 'columns', '2 by 1', 'each'],
  ['radar.csv', unranked, 'names, one a line', 'domain by null', 'none'],
  ['list.csv.bz2', three.slice(0, 1), plain, '2 by 1', 'each'],
  ['macosx-first.zip', three.slice(0, 2), plain, '2 by 1', 'each'],
];
for (const [file, entries, kind, columns, ranks] of given) {
  test(`${file} gives its names with their ranks, and no header`, async () => {
    const { source, ...read } = await readList(join(fixtures, file));
    const others = /majestic|crux|domcop|radar/.test(file) ? ['1 header'] : [];
    assert.equal(read, { entries, others });
    assert.equal([source.kind, `${source.columns.name} by ${source.columns.rank}`], [kind, columns]);
    assert.equal([source.ranks, source.lines], [ranks, entries.length + others.length]);
    assert.match(source.sha256 ?? '', /^[0-9a-f]{64}$/);
  });
}

type Case = [sentence: string, text: string, entries: string[], others?: string[], wanted?: object];
const ab = ['a.example 1', 'b.example 2'];
const unrankedAb = ['a.example null', 'b.example null'];
const cases: Case[] = [
  ['rank,name lines', '1,a.example\r\n2,b.example\r\n', ab],
  ['rank and name parted by a tab', '1\ta.example\n2\tb.example', ab],
  ['by a semicolon', '1;a.example\n2;b.example', ab],
  ['by a bar', '1|a.example\n2|b.example', ab],
  ['plain names', 'a.example\nb.example', unrankedAb],
  [
    'names with a column of numbers that rise behind them',
    'a.example\t77\nb.example\t78',
    ['a.example 77', 'b.example 78'],
  ],
  ['numbers that fall are no ranks', 'a.example,900\nb.example,40', unrankedAb],
  ['nor are those that rise and fall', 'a.example,10\nb.example,900\nc.example,40', [...unrankedAb, 'c.example null']],
  ['numbers that are all the same are none either', 'a.example,1\nb.example,1', unrankedAb],
  ['one line of two columns', 'tab-one.example\t77', ['tab-one.example 77']],
  ['quoted names alone', '"a.example"\n"b.example"', unrankedAb],
  ['quoted names in columns', '"1";"a.example"\n"2";"b.example"', ab],
  ['a quote within quotes', '"1","a.example","say ""x, y"""\n"2","b.example","z"', ab],
  ['floats of a data frame', 'rank,domain\n1.0,a.example\n2.0,b.example', ab, ['1 header']],
  ['an index in front of it, under an empty header', ',rank,domain\n0,1,a.example\n1,2,b.example', ab, ['1 header']],
  ['a header of rank and name before plain lines', 'rank,domain\n1,a.example\n2,b.example', ab, ['1 header']],
  ['headers in any case, with blanks', ' Domain Name , Rank \na.example,1\nb.example,2', ab, ['1 header']],
  ['a header behind a byte order mark', '\ufeffdomain\na.example\nb.example', unrankedAb, ['1 header']],
  [
    'a header behind notes',
    '# of 2026-11-20\n\ndomain\na.example\nb.example',
    unrankedAb,
    ['1 comment', '2 blank', '3 header'],
  ],
  [
    'a header that comes again where files were put together',
    'domain\na.example\ndomain\nb.example',
    unrankedAb,
    ['1 header', '3 header'],
  ],
  ['the same in columns', 'rank,domain,x\n1,a.example,\nrank,domain,x\n2,b.example,', ab, ['1 header', '3 header']],
  ['a header alone', 'domain\n', [], ['1 header']],
  ['a header of columns alone', 'GlobalRank,TldRank,Domain,TLD\n', [], ['1 header']],
  ['headers that say nothing, above numbers and names', 'a,b\n1,a.example\n2,b.example', unrankedAb, ['1 header']],
  ['a number that is no rank by its header', 'id,domain\n7,a.example\n8,b.example', unrankedAb, ['1 header']],
  [
    'top-level domains that are words of headers',
    'com\nname\nsite\nhost',
    ['com null', 'name null', 'site null', 'host null'],
  ],
  ['the same when such a word comes first', 'name\nsite\ncom', ['name null', 'site null', 'com null']],
  ['ranked top-level domains', '1,com\n2,net', ['com 1', 'net 2']],
  [
    'origins of another kind than the web',
    'https://a.example\nftp://c.example\nhttp://b.example',
    unrankedAb,
    ['2 url'],
  ],
  ['origins without ranks', 'https://a.example\nhttp://b.example', unrankedAb],
  [
    'origins with a port, a slash, a capital',
    'origin,rank\nhttps://a.example:8443,1000\nHTTP://B.Example/,1000',
    ['a.example 1000', 'b.example 1000'],
    ['1 header'],
  ],
  [
    'what is no origin among them',
    'origin,rank\nhttps://a.example,1000\nhttps://b.example/page,1000\nhttps://198.18.0.1,1000\nhttps://u@c.example,1000\nhttps://[2001:db8::1]:1,1000',
    ['a.example 1000'],
    ['1 header', '3 url', '4 ip_address', '5 url', '6 ip_address'],
  ],
  [
    'origins whose ranks are buckets, without header',
    'https://a.example,1000\nhttps://b.example,1000',
    ['a.example 1000', 'b.example 1000'],
  ],
  [
    'a few URLs in a list of names are artefacts',
    '1,a.example\n2,http://c.example\n3,b.example',
    ['a.example 1', 'b.example 3'],
    ['2 url'],
  ],
  [
    'a cell too many',
    'rank,domain\n1,a.example\n2,x,b.example\n3,b.example,',
    ['a.example 1', 'b.example 3'],
    ['1 header', '3 wrong_columns'],
  ],
  [
    'a cell too few',
    'n,rank,domain\nx,1,a.example\nx,2\nx,3,b.example',
    ['a.example 1', 'b.example 3'],
    ['1 header', '3 wrong_columns'],
  ],
  [
    'a quote that is left open',
    '"1","a.example"\n"2","b.example\n"3","c.example"',
    ['a.example 1', 'c.example 3'],
    ['2 open_quote'],
  ],
  [
    'a rank that is none',
    'rank,domain,x\n1,a.example,\nn/a,b.example,\n-2,c.example,\n1.5,d.example,',
    ['a.example 1'],
    ['1 header', '3 not_a_rank', '4 not_a_rank', '5 not_a_rank'],
  ],
  [
    'a rank that is not there',
    'rank,domain,x\n1,a.example,\n,b.example,',
    ['a.example 1', 'b.example null'],
    ['1 header'],
  ],
  ['a blank cell for a name', 'rank,domain,x\n1,a.example,\n2,,', ['a.example 1'], ['1 header', '3 blank']],
  ['columns that say the same twice', '1,a.example,a.example\n2,b.example,b.example', ab],
  [
    'a column by its header',
    'site,target,place\nx.example,a.example,1\ny.example,b.example,2',
    ab,
    ['1 header'],
    { name: 'target', rank: 'place' },
  ],
  [
    'by its header in another case',
    'Site;Target\nx.example;a.example\ny.example;b.example',
    unrankedAb,
    ['1 header'],
    { name: 'target' },
  ],
  ['by its number', 'x.example,a.example,1\ny.example,b.example,2', ab, [], { name: 2, rank: 3 }],
  [
    'by its number, under a header',
    'p,q,r\nx.example,a.example,1\ny.example,b.example,2',
    ab,
    ['1 header'],
    { name: 2, rank: 3 },
  ],
  [
    'the name alone is said',
    'tld,domain,rank\nx.example,a.example,1\ny.example,b.example,2',
    ab,
    ['1 header'],
    { name: 'domain' },
  ],
  [
    'another rank than the first',
    'rank,tld_rank,domain\n1,7,a.example\n2,9,b.example',
    ['a.example 7', 'b.example 9'],
    ['1 header'],
    { rank: 'tld_rank' },
  ],
];
for (const [sentence, text, entries, others = [], wanted = {}] of cases) {
  test(`${sentence}: every line is a target or has its reason`, async () => {
    const { source, ...read } = await readList(listFile('case', text), wanted);
    assert.equal(read, { entries, others });
    assert.is(source.lines, entries.length + others.length);
  });
}

const refused: [sentence: string, text: string, wanted: object, message: RegExp][] = [
  [
    'a header that is not there',
    'rank,domain\n1,a.example',
    { name: 'host' },
    /no column is called "host" \(targets\.name\): it has "rank", "domain"/,
  ],
  [
    'a header of a list without',
    '1,a.example\n2,b.example',
    { name: 'domain' },
    /targets\.name is "domain", and its first line is no header: give the column's number/,
  ],
  [
    'a column past the last',
    'rank,domain\n1,a.example',
    { rank: 5 },
    /targets\.rank is column 5, and its lines have 2/,
  ],
  [
    'two columns of different names',
    '1,a.example,x.example\n2,b.example,y.example',
    {},
    /several of its columns hold names \(2, 3\): say with targets\.name/,
  ],
  [
    'columns without names',
    'rank,score\n1,5\n2,6',
    {},
    /none of its columns is known to hold names.*it has "rank", "score"/,
  ],
  [
    'another checksum',
    '1,a.example',
    { sha256: '0'.repeat(64) },
    /is not the expected file: its sha256 is [0-9a-f]{64}/,
  ],
];
for (const [sentence, text, wanted, message] of refused) {
  test(`${sentence} is refused`, async () => {
    const error = await readList(listFile('refused', text), wanted).catch((thrown: unknown) => thrown);
    assert.instance(error, CensusError);
    assert.match(String(error), message);
  });
}

test('what is odd after the lines that were looked at is told line by line', async () => {
  const many = Array.from({ length: 5000 }, (_, at) => `${at + 1},name${at}.example`);
  const { entries, others } = await readList(
    listFile('late', [...many, '"5001","late.example"', 'a\tb.example', 'ü\tb.example'].join('\n')),
  );
  assert.equal(entries.slice(5000), ['late.example 5001']);
  assert.equal(others, ['5002 not_a_name', '5003 not_a_name']);
});

test.run();
