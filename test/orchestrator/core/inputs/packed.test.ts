import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CensusError } from '../../../../orchestrator/errors.ts';
import { all, file, folder, gzipped, many, text, through, zeros, zip } from './list-files.ts';

const test = suite('packed');

async function messageOf(list: string): Promise<string> {
  const error = await all(list).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return error instanceof CensusError ? `${error.code} ${error.message} ${error.hint}` : String(error);
}

/** An archive of one list. */
function tar(): Buffer {
  file('plain.csv', text);
  return execFileSync('tar', ['cf', '-', '-C', folder, 'plain.csv']);
}

const broken: [sentence: string, list: () => string, message: RegExp][] = [
  ['a file that is not there', () => join(folder, 'none.csv'), /none\.csv: ENOENT/],
  ['a folder', () => folder, /EISDIR/],
  ['a gzip file cut short', () => file('cut.csv.gz', gzipped(text).subarray(0, 20)), /unexpected end of file/],
  [
    'gzip with other bytes than zeros behind it',
    () => file('tail.gz', Buffer.concat([gzipped(text), zeros(70_000), Buffer.from('x')])),
    /bytes behind the end/,
  ],
  [
    'gzip with text right behind it',
    () => file('tail2.gz', Buffer.concat([gzipped(text), Buffer.from('4,d.example')])),
    /incorrect header check|bytes behind/,
  ],
  [
    'a bzip2 file cut short',
    () => file('cut.bz2', through('bzip2', text).subarray(0, 30)),
    /cut\.bz2: bzip2 ended with code 2.*damaged or cut/,
  ],
  [
    'bzip2 with a stream behind it whose beginning is damaged',
    () => file('torn.bz2', Buffer.concat([through('bzip2', text), Buffer.from('Q'), through('bzip2', text)])),
    /torn\.bz2: .*trailing garbage.*damaged or cut/,
  ],
  [
    'an xz file cut short',
    () => file('cut.xz', through('xz', text).subarray(0, 50)),
    /cut\.xz: xz ended with code 1: .*[Uu]nexpected end/,
  ],
  [
    'a zstd file with a flipped bit',
    () => file('flip.zst', flipped(through('zstd', many.join('\n')))),
    /flip\.zst: zstd ended with code 1/,
  ],
  [
    'a zip archive cut short',
    () => file('cut.zip', readFileSync(zip('whole.zip', { 'top.csv': text })).subarray(0, 60)),
    /[Ee]nd of central directory/,
  ],
  [
    'a zip archive with a flipped bit in stored bytes',
    () => file('flip.zip', flippedText()),
    /its checksum is another one|invalid/,
  ],
  ['a zip archive without a file', () => zip('hollow.zip', { 'lists/': '' }), /holds no file/],
  [
    'a zip archive of several lists',
    () => zip('both.zip', { 'top-1m.csv': text, 'top-1m-tld.csv': 'com' }),
    /2 files that may be meant: top-1m\.csv, top-1m-tld\.csv/,
  ],
  ...(
    [
      ['an lz4 file', '04224d186440', /it is lz4/],
      ['an old lz4 file', '02214c18', /it is lz4/],
      ['an lzma file', '5d00008000', /it is lzma/],
      ['an lzip file', '4c5a4950010c', /it is lzip/],
      ['a file of compress', '1f9d903158', /it is packed by compress/],
      ['an old spreadsheet', 'd0cf11e0a1b11ae1', /it is an old office document/],
      ['an SQLite database', '53514c69746520666f726d6174203300', /it is an SQLite database/],
    ] as const
  ).map(([sentence, head, says]): (typeof broken)[number] => [
    sentence,
    () => file(`${sentence}.csv`, Buffer.concat([Buffer.from(head, 'hex'), Buffer.from(text)])),
    says,
  ]),
  [
    'a spreadsheet of today',
    () => zip('list.xlsx', { '[Content_Types].xml': '<', 'xl/worksheets/sheet1.xml': '<' }),
    /it is an office document: save its sheet as CSV/,
  ],
  [
    'one of the other kind',
    () => zip('list.ods', { mimetype: 'x', 'content.xml': '<', 'META-INF/manifest.xml': '<' }),
    /it is an office document/,
  ],
  ['a tar archive', () => file('list.tar', tar()), /it is a tar archive/],
  ['a tar archive in gzip', () => file('list.tgz', gzipSync(tar())), /in the gzip is a tar archive/],
  [
    'a zip archive in gzip',
    () => file('list.zip.gz', gzipSync(readFileSync(zip('in.zip', { 'top.csv': text })))),
    /in the gzip is zip/,
  ],
  [
    'the page of a server that has no list',
    () => file('page.csv', '<!DOCTYPE html>\n<html><body>404</body></html>'),
    /it is an HTML page/,
  ],
  [
    'an error of a store of files',
    () => file('s3.csv', '<Error><Code>AccessDenied</Code></Error>'),
    /it is an error message in XML, as object stores send it/,
  ],
  [
    'the same behind a declaration, under a namespace',
    () =>
      file('azure.csv', '\ufeff<?xml version="1.0"?>\n<!-- x --><Error xmlns="y"><Code>BlobNotFound</Code></Error>'),
    /it is an error message in XML/,
  ],
  [
    'the listing of such a store',
    () => file('listing.csv', '<?xml version="1.0"?><ListBucketResult><Name>lists</Name></ListBucketResult>'),
    /it is an XML document/,
  ],
  [
    'a page that is XML too',
    () =>
      file(
        'x.csv',
        '<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x.dtd">\n<html xmlns="y">',
      ),
    /it is an HTML page/,
  ],
  [
    'an error page that begins in its middle',
    () => file('403.csv', '\n <center>403</center>\n<hr>'),
    /it is an HTML page/,
  ],
  [
    'a pointer of Git LFS in the place of its file',
    () => file('lfs.csv', 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 22\n'),
    /it is a pointer of Git LFS/,
  ],
  ['a zip archive with a password', () => zipBy('flag_bits=1', 'secret.zip'), /top\.csv in the archive is encrypted/],
  [
    'a zip archive packed in a way of its own',
    () => zipBy('ZIP_LZMA', 'lzma.zip'),
    /packed in a way that is not read here \(14\)/,
  ],
  [
    'zstd with a window that is too large',
    () => file('long.zst', execFileSync('zstd', ['-q', '--long=31', '-c'], { input: many.join('\n') })),
    /long\.zst: zstd ended .*--long=31.*unpack it yourself/,
  ],
  ['JSON', () => file('list.json', '[{"domain":"a.example"}]'), /it is JSON/],
  [
    'UTF-16 without a mark',
    () => file('raw16.csv', Buffer.from(text, 'utf16le')),
    /zero bytes.*UTF-16 without a byte order mark/,
  ],
  ['UTF-32', () => file('utf32.csv', Buffer.from('fffe00006100000062000000', 'hex')), /UTF-32/],
];

function flipped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy[copy.length >> 1] = (copy[copy.length >> 1] ?? 0) ^ 0x10;
  return copy;
}

/** An archive of one list as Python's zipfile makes it: of another method, or said to be encrypted. */
function zipBy(how: string, name: string): string {
  const method = how.startsWith('ZIP_') ? how : 'ZIP_DEFLATED';
  const script = `import sys,zipfile\nz=zipfile.ZipFile(sys.argv[1],"w",zipfile.${method})\nz.writestr("top.csv","1,a.example\\n"*9)\nz.close()`;
  execFileSync('python3', ['-c', script, join(folder, name)]);
  if (how === method) return join(folder, name);
  const bytes = readFileSync(join(folder, name));
  // The flag of encryption, in the header of the member and in the directory.
  bytes[6] = 1;
  bytes[bytes.indexOf('504b0102', 'hex') + 8] = 1;
  return file(name, bytes);
}

/** An archive whose list is stored as it is, with one letter of it changed. */
function flippedText(): Buffer {
  const script =
    'import sys,zipfile\nz=zipfile.ZipFile(sys.argv[1],"w",zipfile.ZIP_STORED)\nz.writestr("top.csv","1,a.example")\nz.close()';
  execFileSync('python3', ['-c', script, join(folder, 'stored.zip')]);
  const bytes = readFileSync(join(folder, 'stored.zip'));
  bytes[bytes.indexOf('a.example')] = 'z'.charCodeAt(0);
  return bytes;
}

for (const [sentence, list, message] of broken) {
  test(`${sentence} is an error that names it`, async () => {
    const said = await messageOf(list());
    assert.match(said, /^E_INPUT /);
    assert.match(said, message);
  });
}

for (const [program, apt] of [
  ['bzip2', 'bzip2'],
  ['xz', 'xz-utils'],
  ['zstd', 'zstd'],
] as const) {
  test(`without ${program} the error says what to install`, async () => {
    const path = file(`lone.${program}`, through(program, text));
    const before = process.env.PATH;
    process.env.PATH = '/nonexistent';
    try {
      const said = await messageOf(path);
      assert.match(
        said,
        new RegExp(
          `^E_PROGRAM_MISSING .*lone\\.${program} needs ${program}, which is not installed apt-get install .*${apt}`,
        ),
      );
    } finally {
      process.env.PATH = before;
    }
  });
}

test.run();
