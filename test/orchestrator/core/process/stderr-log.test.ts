import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StderrLog } from '../../../../orchestrator/core/process/stderr-log.ts';

const test = suite('core/process/stderr-log');

async function written(most: number | undefined, texts: string[]): Promise<string> {
  const path = join(mkdtempSync(join(tmpdir(), 'stderr-')), 'program.stderr');
  const log = new StderrLog(path, () => undefined, most);
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

test.run();
