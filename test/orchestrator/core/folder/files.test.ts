import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  LineWriter,
  renameWhole,
  sha256File,
  sha256Of,
  writeWhole,
} from '../../../../orchestrator/core/folder/files.ts';
import { diskWork } from './disk-work.ts';

const test = suite('files');

/** Lines of a length that makes the writer write before it is finished, and of one that does not. */
const sizes: [title: string, lines: number, length: number][] = [
  ['no line', 0, 0],
  ['two short lines', 2, 5],
  ['more than one batch of bytes', 40, 5000],
];

for (const [title, count, length] of sizes) {
  test(`a file of ${title} has its name only when it is whole`, async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'files-')), 'below', '00000.ndjson');
    const writer = await LineWriter.create(path);
    const lines = Array.from({ length: count }, (_, n) => String(n).padEnd(length, 'x'));
    for (const line of lines) {
      await writer.write(line);
      assert.not(existsSync(path), 'a reader never sees half a file');
    }
    const digest = await writer.finish();
    const text = lines.map((line) => `${line}\n`).join('');
    assert.is(readFileSync(path, 'utf8'), text);
    assert.is(writer.lines, count);
    assert.equal([digest, await sha256File(path)], [sha256Of(text), sha256Of(text)]);
    assert.equal(readdirSync(join(path, '..')), ['00000.ndjson'], 'nothing is left beside it');
  });
}

test('a file that was there stays what it was until the new one is whole', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'files-')), 'records.ndjson');
  await writeWhole(path, 'old\n');
  const writer = await LineWriter.create(path);
  await writer.write('x'.repeat(100_000));
  assert.is(readFileSync(path, 'utf8'), 'old\n');
  await writer.finish();
  assert.is(readFileSync(path, 'utf8').length, 100_001);
});

test('a link that lies where a file is written first is not followed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'files-'));
  writeFileSync(join(folder, 'precious'), 'precious\n');
  for (const name of ['manifest.json', 'lines.ndjson'])
    symlinkSync(join(folder, 'precious'), join(folder, `${name}.tmp`));
  await writeWhole(join(folder, 'manifest.json'), '{}\n');
  const writer = await LineWriter.create(join(folder, 'lines.ndjson'));
  await writer.write('{}');
  await writer.finish();
  assert.is(readFileSync(join(folder, 'precious'), 'utf8'), 'precious\n');
  assert.equal(readdirSync(folder).sort(), ['lines.ndjson', 'manifest.json', 'precious']);
});

test('a folder gets its name with all that is in it, once that is on disk', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'files-'));
  mkdirSync(join(folder, '00000.partial', 'below'), { recursive: true });
  writeFileSync(join(folder, '00000.partial', 'below', 'lines'), 'a line\n');
  writeFileSync(join(folder, '00000.partial', 'commands.json'), '[]\n');
  const told = await diskWork(folder, () => renameWhole(join(folder, '00000.partial'), join(folder, '00000')));
  assert.equal(readdirSync(folder), ['00000']);
  assert.is(readFileSync(join(folder, '00000', 'below', 'lines'), 'utf8'), 'a line\n');
  const inIt = ['/below', '/below/lines', '/commands.json', ''].map((name) => `00000.partial${name} is on disk`);
  assert.equal(told.slice(0, -2).sort(), inIt.sort());
  assert.equal(told.slice(-2), ['00000 is named', '. is on disk']);
});

const writers: [sentence: string, work: (path: string) => Promise<unknown>][] = [
  ['a whole file', (path) => writeWhole(path, 'whole\n')],
  [
    'a file of lines',
    async (path) => {
      const writer = await LineWriter.create(path);
      await writer.write('line');
      await writer.finish();
    },
  ],
];
for (const [sentence, work] of writers) {
  test(`${sentence} is on disk before it has its name, and the name, and each new folder above it, when it has been written`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'files-'));
    const told = await diskWork(folder, () => work(join(folder, 'a', 'b', 'file')));
    const named = told.indexOf('a/b/file is named');
    assert.ok(named > 0, told.join(', '));
    assert.is(told[named - 1], 'a/b/file.tmp is on disk');
    for (const above of ['.', 'a']) assert.ok(told.slice(0, named).includes(`${above} is on disk`), told.join(', '));
    assert.ok(told.slice(named).includes('a/b is on disk'), told.join(', '));
  });
}

test('rows are lines of JSON, each in its place among lines', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'files-')), 'rows.ndjson');
  const writer = await LineWriter.create(path);
  writer.add('first');
  const texts = ['first'];
  for (let n = 0; n < 40_000; n += 1) {
    const row = { line: n, text: n % 97 === 0 ? `b\u00fccher "${n}"` : `name${n}.example`, long: 'x'.repeat(n % 61) };
    texts.push(n % 89 === 50 ? `line ${n}` : JSON.stringify(row));
    if (n % 89 === 50) writer.add(`line ${n}`);
    else writer.addRow(row);
    if (n % 1000 === 0) await writer.drain();
  }
  writer.addRow({ text: 'x'.repeat(1_000_000) });
  const digest = await writer.finish();
  const text = [...texts, JSON.stringify({ text: 'x'.repeat(1_000_000) })].map((line) => `${line}\n`).join('');
  assert.is(readFileSync(path, 'utf8'), text);
  assert.equal([writer.lines, digest], [40_002, sha256Of(text)]);
});

const kinds: [title: string, ...args: string[]][] = [['lines'], ['rows', 'rows']];
for (const [title, ...args] of kinds) {
  test(`${title} that do not fit on the disk are an error of whoever writes them, and no file gets the name`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'files-'));
    const program = fileURLToPath(new URL('limited.ts', import.meta.url));
    // A file of more than 64 kB is a full disk to this process.
    const command = [process.execPath, '--import', 'tsx', program, join(folder, 'lines'), ...args].join(' ');
    const { stdout, exitCode } = await execa('bash', ['-c', `ulimit -f 64; trap '' XFSZ; exec ${command}`], {
      reject: false,
      env: { TSX_DISABLE_CACHE: '1' },
    });
    assert.equal([stdout, exitCode], ['EFBIG', 0]);
    assert.not(existsSync(join(folder, 'lines')));
  });
}

test.run();
