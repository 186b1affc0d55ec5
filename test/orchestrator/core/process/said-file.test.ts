import { mkdtempSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SaidFile, StderrLog } from '../../../../orchestrator/core/process/said-file.ts';

const test = suite('core/process/said-file');

async function written(most: number | undefined, texts: string[]): Promise<string> {
  const path = join(mkdtempSync(join(tmpdir(), 'stderr-')), 'program.stderr');
  const log = new StderrLog(path, () => undefined, undefined, most);
  for (const text of texts) await log.write(text);
  await log.close();
  return readFileSync(path, 'utf8');
}

test('what a program says is kept as it came', async () => {
  assert.is(await written(undefined, ['one\n', 'two\n']), 'one\ntwo\n');
});

test('what it says beyond the most that is kept is left out, and the file says so once', async () => {
  assert.is(await written(10, ['one\n', 'two\n', 'three\n', 'four\n']), 'one\ntwo\n[more was said, and is not kept]\n');
});

test('programs that say their words into one file fill it together, one after the other and at once', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'stderr-')), 'program.stderr');
  const open = () => new StderrLog(path, () => undefined, undefined, 10);
  const [one, other] = [open(), open()];
  await one.writeLines('five');
  await other.writeLines('four');
  await one.writeLines('three');
  await other.writeLines('two');
  await Promise.all([one.close(), other.close()]);
  const text = readFileSync(path, 'utf8');
  assert.is(text.length, 'five\nfour\n[more was said, and is not kept]\n'.length, text);
  const later = open();
  await later.writeLines('one');
  await later.close();
  assert.is(readFileSync(path, 'utf8'), text);
});

test('a file that holds 256 MB of words takes no more, whoever wrote them', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'stderr-')), 'program.stderr');
  writeFileSync(path, '');
  truncateSync(path, 2 ** 28); // nothing but a size: it takes no room on the disk
  const log = new StderrLog(path, () => undefined);
  for (const text of ['one\n', 'two\n', 'three\n']) await log.write(text);
  await log.close();
  const end = readFileSync(path)
    .subarray(2 ** 28)
    .toString();
  assert.is(end, '[more was said, and is not kept]\n');
});

test('lines that are read later are kept however full the file is', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'stderr-')), 'program.stderr');
  const log = new StderrLog(path, () => undefined, /^ours: /, 10);
  for (const lines of ['a flood that fills it\nours: 1', 'more', 'still\nours: 2\nmore']) await log.writeLines(lines);
  await log.close();
  assert.is(readFileSync(path, 'utf8'), '[more was said, and is not kept]\nours: 1\nours: 2\n');
});

test('pieces that are not waited for are kept in their order, and no more than one waits for room', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'said-')), 'program.stderr');
  const warnings: string[] = [];
  const hear = ({ name }: Error) => warnings.push(name);
  process.on('warning', hear);
  const file = new SaidFile(path, 'w', () => undefined);
  const pieces = Array.from({ length: 100 }, (_, n) => String(n % 10).repeat(20_000));
  for (const piece of pieces) void file.write(piece);
  await file.write('end');
  await file.close();
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', hear);
  assert.equal(warnings, []);
  assert.is(readFileSync(path, 'utf8'), `${pieces.join('')}end`);
});

test.run();
