// runs: behind
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { setUpRun } from './set-up-run.ts';
import { cli, requireOneLine, shell } from './shell.ts';

const test = suite('files that may be no larger');

const { answer } = setUpRun({});
const loud = ['bash', '-c', `head -c 200000 /dev/zero | tr '\\0' x >&2; ${answer}`];

/** Kilobytes that a file may have, and the first that is larger. */
const limits: [kilobytes: number, file: string, stage: string][] = [
  [1, 'manifest.json.tmp', ''],
  [64, 'raw/resolve/', 'resolve: '],
];

for (const [kilobytes, file, stage] of limits) {
  test(`a run under ulimit -f ${kilobytes} is told by its stage, file and limit, and is completed under a higher one`, async () => {
    const { config, folder } = setUpRun({ resolve: loud });
    const run = `${cli} run -c ${config} ${folder}`;
    const { exitCode, stderr } = await shell(`ulimit -f ${kilobytes}; ${run}`);
    requireOneLine(stderr, /raise the limit \(ulimit -f\)/);
    assert.ok(stderr.startsWith(`error E_RUN_FOLDER: ${stage}EFBIG: file too large, write '${folder}/${file}`), stderr);
    assert.is(exitCode, stage === '' ? 2 : 1);
    const again = await shell(run);
    assert.equal([again.exitCode, again.stderr], [0, '']);
  });
}

test('a program that is ended because its file grew too large is told with the limit: it does not inherit our listener', async () => {
  const words = join(mkdtempSync(join(tmpdir(), 'file-limit-')), 'words');
  const { config, folder } = setUpRun({
    resolve: ['bash', '-c', `ulimit -f 1; exec head -c 4096 /dev/zero > ${words}`],
  });
  const { exitCode, stderr } = await shell(`${cli} run -c ${config} ${folder}`);
  requireOneLine(
    stderr,
    /^error E_PROGRAM_FAILED: resolve\/\w+: bash was ended by SIGXFSZ[\s\S]*raise the limit \(ulimit -f\)/,
  );
  assert.is(exitCode, 1);
});

test.run();
