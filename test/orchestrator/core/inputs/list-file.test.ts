import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isUrl, openList } from '../../../../orchestrator/core/inputs/list-file.ts';
import { textOf } from '../../../../orchestrator/core/inputs/text.ts';
import { all, file, gzipped, lines, many, text, through, utf16, zeros, zip } from './list-files.ts';

const test = suite('list-file');

type Case = [sentence: string, list: () => string, expected: string[], opened: string[]];
const cases: Case[] = [
  ['a plain file is read line by line, whatever ends its lines', () => file('plain.csv', text), lines, []],
  ['a gzip file is opened', () => file('list.csv.gz', gzipped(text)), lines, ['gzip']],
  ['one without a name that says so, too', () => file('list', gzipped(text)), lines, ['gzip']],
  ['a plain file that calls itself .gz is plain', () => file('liar.csv.gz', text), lines, []],
  ['a plain file that calls itself .zip is plain', () => file('liar.zip', text), lines, []],
  ['a bzip2 file is opened', () => file('list.CSV.BZ2', through('bzip2', text)), lines, ['bzip2']],
  [
    'one of the smallest blocks, without a name that says so',
    () => file('list', through('bzip2', text, '-1')),
    lines,
    ['bzip2'],
  ],
  ['an xz file is opened', () => file('list.bin', through('xz', text)), lines, ['xz']],
  ['a zstd file is opened', () => file('list.zip.zst', through('zstd', text)), lines, ['zstd']],
  ['a long zstd file, to its end', () => file('long.zst', through('zstd', many.join('\n'))), many, ['zstd']],
  ['a long bzip2 file, to its end', () => file('long.bz2', through('bzip2', many.join('\n'))), many, ['bzip2']],
  [
    'a gzip file of two members',
    () => file('two.gz', Buffer.concat([gzipped(`${lines[0]}\n`), gzipped(`${lines[1]}\n`)])),
    lines.slice(0, 2),
    ['gzip'],
  ],
  [
    'zeros behind gzip are padding',
    () => file('one-zero.gz', Buffer.concat([gzipped(text), zeros(1)])),
    lines,
    ['gzip'],
  ],
  ['a megabyte of them, too', () => file('zeros.gz', Buffer.concat([gzipped(text), zeros(1 << 20)])), lines, ['gzip']],
  [
    'padding behind a long one',
    () => file('long.gz', Buffer.concat([gzipped(many.join('\n')), zeros(70_000)])),
    many,
    ['gzip'],
  ],
  [
    'a zip archive is opened, folders in it are passed over',
    () => zip('list.csv.zip', { 'lists/': '', 'lists/top.csv': text }),
    lines,
    ['zip: lists/top.csv'],
  ],
  [
    'what a system or a publisher puts beside the list is passed over, wherever it stands',
    () =>
      zip('notes.ZIP', {
        '__MACOSX/._top.csv': 'x',
        'README.txt': 'see',
        '.DS_Store': 'x',
        'top.csv': text,
        LICENSE: 'y',
        'a/readme.md': 'z',
      }),
    lines,
    ['zip: top.csv'],
  ],
  [
    'the only file of an archive is meant, whatever it is called',
    () => zip('only.zip', { readme: text }),
    lines,
    ['zip: readme'],
  ],
  ['an empty file has no line', () => file('empty.csv', ''), [], []],
  ['an empty gzip file, too', () => file('empty.gz', gzipped('')), [], ['gzip']],
  ['a byte order mark is no part of the first line', () => file('bom.csv', `\ufeff${text}`), lines, []],
  ['UTF-16 is read by its mark, low bytes first', () => file('le.csv', utf16(text, 'le')), lines, ['UTF-16']],
  ['and high bytes first', () => file('be.csv', utf16(text, 'be')), lines, ['UTF-16']],
  ['UTF-16 in gzip', () => file('le.csv.gz', gzipSync(utf16(text, 'le'))), lines, ['gzip', 'UTF-16']],
  [
    'carriage returns alone end lines',
    () => file('old.csv', 'a.example\rb.example\r'),
    ['a.example', 'b.example'],
    ['carriage returns'],
  ],
  [
    'in UTF-16, too',
    () => file('old16.csv', utf16('a.example\rb.example', 'be')),
    ['a.example', 'b.example'],
    ['UTF-16', 'carriage returns'],
  ],
  [
    'some of the lines end in carriage returns alone, others not',
    () => file('mixed.csv', 'a.example\rb.example\nc.example\r\nd.example\re.example\r'),
    ['a.example', 'b.example', 'c.example', 'd.example', 'e.example'],
    ['carriage returns'],
  ],
  [
    'in UTF-16, too, mixed',
    () => file('mixed16.csv', utf16('a.example\rb.example\nc.example\r\nd.example', 'le')),
    ['a.example', 'b.example', 'c.example', 'd.example'],
    ['UTF-16', 'carriage returns'],
  ],
  [
    'some far behind the beginning of the file',
    () => file('late.csv', `${many.join('\n')}\na.example\rb.example\n`),
    [...many, 'a.example', 'b.example'],
    [],
  ],
  [
    'several carriage returns before a line feed are one line end',
    () => file('twice.csv', 'a.example\r\r\nb.example\r\r\n'),
    ['a.example', 'b.example'],
    [],
  ],
  [
    'a carriage return within the quotes of a cell is a part of it, one behind them is not',
    () =>
      file(
        'cell.csv',
        '1,"Some\rname",a.example\n2,"Other",b.example\r3,"x",c.example\n4,"open,d.example\ne.example\rf.example\n',
      ),
    [
      '1,"Some\rname",a.example',
      '2,"Other",b.example',
      '3,"x",c.example',
      '4,"open,d.example',
      'e.example',
      'f.example',
    ],
    ['carriage returns'],
  ],
];
for (const [sentence, list, expected, opened] of cases) {
  test(sentence, async () => assert.equal(await all(list()), { read: expected, opened }));
}

test('line ends are the same however the file comes in pieces', async () => {
  const whole = Buffer.from('a\rb\nc\r\nd\r\r\ne\r\rf,"x\ry"\rg\n"h\r');
  for (const size of [1, 2, 3, 5, 7, whole.length]) {
    async function* pieces() {
      for (let at = 0; at < whole.length; at += size) yield whole.subarray(at, at + size);
    }
    const read: string[] = [];
    for await (const batch of (await textOf(pieces())).batches) read.push(...batch);
    assert.equal(read, ['a', 'b', 'c', 'd', 'e', '', 'f,"x\ry"', 'g', '"h'], `in pieces of ${size}`);
  }
});

test('a list that is read in part only leaves no program behind', async () => {
  const { batches } = await openList(file('early.bz2', through('bzip2', many.join('\n'))));
  assert.equal((await batches.next()).value?.[0], many[0]);
  await batches.return(undefined);
});

test('http and https are downloaded, in any case; other words are files', () => {
  assert.equal(['http://a/b', 'HTTPS://a/b', 'ftp://a/b', 'lists/http', '-'].map(isUrl), [
    true,
    true,
    false,
    false,
    false,
  ]);
});

test.run();
