import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { exec } from '../../../orchestrator/core/process/exec.ts';
import type { ExecSite } from '../../../orchestrator/core/process/settle.ts';
import type { Program } from '../../../orchestrator/core/tool.ts';

const test = suite('stop');

const bash: Program = {
  name: 'bash',
  version: { args: ['--version'], pattern: /version (\S+)/ },
  apt: 'bash',
  privileges: null,
  okExits: [0],
};

function site(signal: AbortSignal): ExecSite {
  const folder = mkdtempSync(join(tmpdir(), 'stop-'));
  return {
    stage: 'scan',
    part: '00000',
    folder,
    signal,
    terminal: false,
    onStatus: () => undefined,
    commands: [],
    versions: {},
  };
}

async function messageOf(run: Promise<unknown>): Promise<string> {
  return await run.then(
    () => '',
    (error: unknown) => String(error),
  );
}

test('a program that runs when the stop is asked for is ended', async () => {
  const controller = new AbortController();
  const where = site(controller.signal);
  const begun = performance.now();
  const run = exec(where, { program: bash, args: ['-c', 'exec sleep 30'], timeoutMs: 40_000 });
  setTimeout(() => controller.abort(), 200);
  assert.match(await messageOf(run), 'scan/00000: stopped');
  assert.ok(performance.now() - begun < 15_000);
});

test('after the stop no program is started', async () => {
  const where = site(AbortSignal.abort());
  const run = exec(where, { program: bash, args: ['-c', 'echo sent'], stdout: 'out', timeoutMs: 10_000 });
  assert.match(await messageOf(run), 'scan/00000: stopped');
  assert.equal(where.commands, []);
});

test('but for what puts something back', async () => {
  const where = site(AbortSignal.abort());
  await exec(where, { program: bash, args: ['-c', 'echo back'], stdout: 'out', timeoutMs: 10_000, putsBack: true });
  assert.is(readFileSync(join(where.folder, 'out'), 'utf8'), 'back\n');
});

test.run();
