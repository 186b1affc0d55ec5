import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LineWriter, sha256File, sha256Of, writeWhole } from '../../../../orchestrator/core/folder/files.ts';

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

test.run();
