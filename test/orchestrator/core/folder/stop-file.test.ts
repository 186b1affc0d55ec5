import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { untilStopped } from '../../../../orchestrator/core/folder/stop-file.ts';

const test = suite('core/folder/stop-file');

const folder = mkdtempSync(join(tmpdir(), 'stop-file-'));
const path = join(folder, 'stop');
const { signal } = new AbortController();

const kinds: [kind: string, put: () => void][] = [
  ['a file', () => writeFileSync(path, '')],
  ['a folder', () => mkdirSync(path)],
  ['a link that leads nowhere', () => symlinkSync('nowhere', path)],
];
for (const [kind, put] of kinds) {
  test(`ends a run, whatever it is: ${kind}`, async () => {
    const work = (stopped: AbortSignal) =>
      new Promise<string>((resolve) => {
        stopped.addEventListener('abort', () => resolve('ended'), { once: true });
        put();
      });
    assert.is(await untilStopped(folder, signal, work), 'ended');
    const again = await untilStopped(folder, signal, async () => 'begun').catch((error) => error.code);
    assert.is(again, 'E_STOPPED');
    rmSync(path, { recursive: true });
    assert.is(await untilStopped(folder, signal, async () => 'begun'), 'begun');
  });
}

test.run();
