import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { exec } from '../../../../orchestrator/core/process/exec.ts';
import type { ExecSite } from '../../../../orchestrator/core/process/settle.ts';
import type { Program } from '../../../../orchestrator/core/tool.ts';

const test = suite('core/exec');

const bash: Program = {
  name: 'bash',
  version: { args: ['--version'], pattern: /version (\S+)/ },
  apt: 'bash',
  privileges: null,
  okExits: [0],
};

/** terminal and live: under a pseudo-terminal. */
for (const [terminal, over] of [
  [false, 'over pipes'],
  [true, 'under a pseudo-terminal'],
] as const) {
  test(`a command with inFolder runs in the part's folder, any other where the run was started, ${over}`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'exec-'));
    const said = join(folder, 'said');
    const signal = new AbortController().signal;
    const site: ExecSite = {
      ...{ stage: 'scan', part: '00000', folder, signal, terminal, commands: [], versions: {} },
      onStatus: () => undefined,
    };
    try {
      for (const [inFolder, right] of [
        [true, folder],
        [false, process.cwd()],
      ] as const) {
        const args = ['-c', `pwd -P > ${said}`];
        await exec(site, { program: bash, args, timeoutMs: 10_000, live: terminal, inFolder });
        assert.is(readFileSync(said, 'utf8'), `${right}\n`);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

test.run();
