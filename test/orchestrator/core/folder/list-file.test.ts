import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readLines } from '../../../../orchestrator/core/folder/list-file.ts';
import { CensusError } from '../../../../orchestrator/errors.ts';

const test = suite('list-file');
const folder = mkdtempSync(join(tmpdir(), 'list-file-'));
const text = '1,a.example\r\n2,b.example\n\n3,ü.example';
const lines = ['1,a.example', '2,b.example', '', '3,ü.example'];

/** A zip archive made by Python's zipfile, as list publishers make theirs. */
function zip(name: string, entries: Record<string, string>): string {
  const script =
    'import json,sys,zipfile\nz=zipfile.ZipFile(sys.argv[1],"w",zipfile.ZIP_DEFLATED)\nfor n,t in json.loads(sys.argv[2]).items(): z.writestr(n,t)\nz.close()';
  execFileSync('python3', ['-c', script, join(folder, name), JSON.stringify(entries)]);
  return join(folder, name);
}

function file(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

async function all(list: string): Promise<string[]> {
  const read: string[] = [];
  for await (const batch of readLines(list)) read.push(...batch);
  return read;
}

async function messageOf(list: string): Promise<string> {
  const error = await all(list).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return error instanceof CensusError ? `${error.code} ${error.message}` : String(error);
}

const cases: [sentence: string, list: () => string, expected: string[]][] = [
  ['a plain file is read line by line, whatever ends its lines', () => file('plain.csv', text), lines],
  ['a gzip file is opened', () => file('list.csv.gz', gzipSync(text)), lines],
  [
    'a zip archive is opened, folders in it are passed over',
    () => zip('list.csv.zip', { 'lists/': '', 'lists/top.csv': text }),
    lines,
  ],
  ['an empty file has no line', () => file('empty.csv', ''), []],
];
for (const [sentence, list, expected] of cases) {
  test(sentence, async () => assert.equal(await all(list()), expected));
}

const broken: [sentence: string, list: () => string, message: RegExp][] = [
  ['a file that is not there', () => join(folder, 'none.csv'), /none\.csv: ENOENT/],
  ['a gzip file cut short', () => file('cut.csv.gz', gzipSync(text).subarray(0, 20)), /unexpected end of file/],
  ['a zip archive that is none', () => file('none.zip', 'PK? no'), /[Ee]nd of central directory/],
  ['a zip archive without a file', () => zip('hollow.zip', { 'lists/': '' }), /holds no file/],
];
for (const [sentence, list, message] of broken) {
  test(`${sentence} is an error that names it`, async () => {
    const said = await messageOf(list());
    assert.match(said, /^E_INPUT targets: /);
    assert.match(said, message);
  });
}

test('a list is downloaded, an archive too, and a missing page is an error', async () => {
  const archive = readFileSync(zip('remote.csv.zip', { 'top.csv': text }));
  const server = createServer((request, response) => {
    if (request.url === '/remote.csv.zip') response.end(archive);
    else if (request.url === '/top.csv') response.end(text);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  try {
    assert.equal(await all(`http://127.0.0.1:${port}/remote.csv.zip`), lines);
    assert.equal(await all(`http://127.0.0.1:${port}/top.csv`), lines);
    assert.match(await messageOf(`http://127.0.0.1:${port}/gone.csv`), /the server answers 404/);
  } finally {
    server.close();
  }
});

test.run();
