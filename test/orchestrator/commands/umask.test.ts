// runs: behind
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { knownError } from '../../../orchestrator/errors.ts';
import { setUpRun } from './set-up-run.ts';
import { cli, finished, requireOneLine, shell } from './shell.ts';

const test = suite('a umask that takes rights from the owner');

for (const mask of ['777', '300', '100']) {
  test(`umask ${mask} is named before anything is made`, async () => {
    const { config, folder } = setUpRun({});
    const { exitCode, stderr } = await shell(`umask ${mask}; ${cli} run -c ${config} ${folder}`);
    requireOneLine(stderr, /^ +set another for the command, such as umask 027/m);
    assert.match(stderr, `error E_RUN_FOLDER: the umask is ${mask}: `);
    assert.is(exitCode, 2);
    assert.not(existsSync(folder));
  });
}

test('so is it before a replay, and a umask that leaves the owner all is none of it', async () => {
  const { folder } = await finished();
  const into = join(mkdtempSync(join(tmpdir(), 'umask-')), 'replay');
  const refused = await shell(`umask 777; ${cli} replay ${folder} --into ${into}`);
  assert.match(refused.stderr, 'the umask is 777');
  assert.not(existsSync(into));
  const { exitCode, stderr } = await shell(`umask 077; ${cli} replay ${folder} --into ${into}`);
  assert.equal([exitCode, stderr], [0, '']);
});

test('a file that is closed is told to be closed by the umask only where it is so', () => {
  const closed = Object.assign(new Error('EACCES: permission denied, open'), { code: 'EACCES', syscall: 'open' });
  const before = process.umask(0o777);
  try {
    assert.match(knownError(closed).hint, /^the umask closes what is made/);
    process.umask(0o077);
    assert.match(knownError(closed).hint, /^permission denied/);
  } finally {
    process.umask(before);
  }
});

test.run();
