import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { lockFolder } from '../../../../orchestrator/core/folder/lock.ts';

const test = suite('lock');
const fresh = () => mkdtempSync(join(tmpdir(), 'lock-'));

async function messageOf(folder: string): Promise<string> {
  return await lockFolder(folder).then(
    () => '',
    (error: unknown) => String(error),
  );
}

test('a folder that a living process works in is refused, and free again when it is done', async () => {
  const folder = fresh();
  const release = await lockFolder(folder);
  assert.match(await messageOf(folder), `process ${process.pid} is at work`);
  await release();
  assert.not(existsSync(join(folder, '.lock')));
  await (await lockFolder(folder))();
});

const stale: [sentence: string, text: string][] = [
  ['of a process that is gone', '{"pid": 4194303, "started": "1"}'],
  ['of a process whose number another one has now', JSON.stringify({ pid: process.pid, started: '1' })],
  ['that was cut short', '{"pid": 4'],
];
for (const [sentence, text] of stale) {
  test(`a lock ${sentence} is taken over`, async () => {
    const folder = fresh();
    writeFileSync(join(folder, '.lock'), text);
    await (await lockFolder(folder))();
  });
}

test.run();
