import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FileError, openTable } from '../src/index.ts';
import { run } from './cli-runs.ts';
import { rejection, withFile, withFolder } from './scratch.ts';

const test = suite('files packed otherwise, and what messages show of files');

const begins = (hex: string) => Buffer.concat([Buffer.from(hex, 'hex'), Buffer.alloc(600, 0x9b)]);
const tar = Buffer.concat([Buffer.from('table.dat'), Buffer.alloc(248), Buffer.from('ustar\x0000'), Buffer.alloc(300)]);
const packed: [name: string, bytes: Buffer][] = [
  ['a zip archive', begins('504b0304140000000800')],
  ['an xz file', begins('fd377a585a000004e6d6b446')],
  ['a zstd file', begins('28b52ffd0458')],
  ['a zstd file', begins('5a2a4d1803000000ffffff28b52ffd')],
  ['an lz4 file', begins('04224d186440')],
  ['a 7z archive', begins('377abcaf271c0004')],
  ['a tar archive', tar],
  ['a tar archive', gzipSync(tar)],
  ['a gzip file', gzipSync(gzipSync('198.18.0.0/15\t5\n'))],
  ['a bzip2 file', gzipSync(begins('425a6839314159265359'))],
];
for (const [name, bytes] of packed) {
  test(`${name} as a table, or as names, is called that, and is to be unpacked`, async () => {
    await withFile('packed', bytes, async (path) => {
      const says = new RegExp(`packed: byte 0: expected .*, found ${name}: unpack it first$`);
      const asTable = await rejection(openTable(path));
      assert.ok(asTable instanceof FileError && asTable.code === 'BAD_FORMAT', String(asTable));
      assert.match(asTable.message, says);
      await withFile('table', '198.18.0.0/15\t5\n', async (table) => {
        const asNames = await rejection(openTable(table, { names: path }));
        assert.ok(asNames instanceof FileError, String(asNames));
        assert.match(asNames.message, says);
      });
    });
  });
}

/** A control sequence of eight bits, a direction mark and a line end. */
const odd = '\u009b31m\u202e\u007f';
const damaged: [sentence: string, table: string, names: string | null][] = [
  ['the first line of a file of another kind', `${odd} no table\n`, null],
  ['a line of a table', `198.18.0.0/15\t5\n198.20.0.0/16\t${odd}\n`, null],
  ['names in JSON that is none, over several lines', '198.18.0.0/15\t5\n', `{\n"5":\n${odd}\n}`],
  ['a name of no number', '198.18.0.0/15\t5\n', `{"${odd}": "X"}`],
];
for (const [sentence, table, names] of damaged) {
  test(`a message about ${sentence} is one line that no terminal obeys`, async () => {
    await withFolder(async (folder) => {
      const at = (name: string) => join(folder, name);
      await writeFile(at('table'), table);
      if (names !== null) await writeFile(at('names'), names);
      const { code, stderr } = await run([
        'build',
        at('table'),
        ...(names === null ? [] : ['--names', at('names')]),
        '-o',
        at('out'),
      ]);
      assert.is(code, 1, stderr);
      assert.match(stderr, /^ip2asn-lite: [^\p{Cc}\u202e]+\n$/u);
      const error = await rejection(openTable(at('table'), names === null ? {} : { names: at('names') }));
      assert.match(String(error), /^FileError: [^\p{Cc}\u202e]+$/u);
    });
  });
}

test('a path with a line end and an escape code is shown as one line', async () => {
  const { code, stderr } = await run(['lookup', '/nonexistent/a\n\u001b[31mb', '198.18.0.1']);
  assert.is(code, 1);
  assert.match(stderr, /^ip2asn-lite: [ -~]*a\\u000a\\u001b\[31mb[ -~]*\n$/);
});

test('a name with an escape code is the same name as JSON, and shown', async () => {
  await withFolder(async (folder) => {
    const at = (name: string) => join(folder, name);
    await writeFile(at('table'), '198.18.0.0/15\t5\n');
    await writeFile(at('names'), JSON.stringify({ 5: `A${odd}` }));
    const built = await run(['build', at('table'), '--names', at('names'), '-o', at('out')]);
    assert.is(built.code, 0, built.stderr);
    const { stdout } = await run(['lookup', at('out'), '--all', '198.18.0.1']);
    assert.match(stdout, /^[ -~]+\n$/);
    assert.is(JSON.parse(stdout).name, `A${odd}`);
  });
});

test.run();
