import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  LineWriter,
  renameWhole,
  sha256File,
  sha256Of,
  writeWhole,
} from '../../../../orchestrator/core/folder/files.ts';

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

test('a folder gets its name with all that is in it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'files-'));
  mkdirSync(join(folder, '00000.partial', 'below'), { recursive: true });
  writeFileSync(join(folder, '00000.partial', 'below', 'lines'), 'a line\n');
  await renameWhole(join(folder, '00000.partial'), join(folder, '00000'));
  assert.equal(readdirSync(folder), ['00000']);
  assert.is(readFileSync(join(folder, '00000', 'below', 'lines'), 'utf8'), 'a line\n');
});

test.run();
