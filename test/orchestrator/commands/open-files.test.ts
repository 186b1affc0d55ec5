import { existsSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { leastOpenFiles } from '../../../orchestrator/machine/engine.ts';
import { setUpRun } from './set-up-run.ts';
import { cli, requireOneLine, shell } from './shell.ts';

const test = suite('files that may be open');

const { config, folder } = setUpRun({});

/** At the lower number Node would end it with a stack as it reads the modules of the commands side by side. */
for (const may of [64, leastOpenFiles - 1]) {
  for (const words of ['--version', `doctor -c ${config}`, `run -c ${config} ${folder}`]) {
    test(`with ${may} open files ${words.split(' ')[0]} ends in one line, and makes nothing`, async () => {
      const { exitCode, stdout, stderr } = await shell(`ulimit -n ${may}; ${cli} ${words}`);
      requireOneLine(stderr, /raise the hard limit: ulimit -Hn/);
      assert.ok(stderr.includes(`the limit of open files is ${may} here, and this program needs ${leastOpenFiles}`));
      assert.equal([exitCode, stdout], [2, '']);
      assert.not(existsSync(folder));
    });
  }
}

test('with as many as it needs a run comes to its end', async () => {
  const { exitCode, stderr } = await shell(`ulimit -n ${leastOpenFiles}; ${cli} run -c ${config} ${folder}`);
  assert.equal([exitCode, stderr], [0, '']);
});

test.run();
