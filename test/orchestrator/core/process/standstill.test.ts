import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cliWords } from '../../../cli-words.ts';
import { setUpRun } from '../../commands/set-up-run.ts';

const test = suite('standstill');

const source = new URL('../../../../orchestrator/core/process/standstill.ts', import.meta.url).href;

function ended(rest: string) {
  const program = `import { tellOfStandstill } from ${JSON.stringify(source)};
    tellOfStandstill(() => process.exitCode, (text) => console.error(text));
    ${rest}`;
  const args = ['--import', 'tsx', '--input-type=module', '-e', program];
  const cwd = fileURLToPath(new URL('../../../..', import.meta.url));
  return spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
}

test('a promise that never settles does not end the program in silence', () => {
  const { status, stderr } = ended('await new Promise(() => undefined);');
  assert.is(status, 13);
  assert.match(stderr, /^error: what it waited for never came/m);
});

test('the command says so itself when it waits for what never comes', () => {
  // The first file that a run opens beside its own never answers, and nothing else is left to wait for.
  const never = `import fs, { promises } from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    const { lstat } = promises;
    promises.lstat = (path, ...more) => String(path).endsWith('/run') ? new Promise(() => undefined) : lstat(path, ...more);
    syncBuiltinESMExports();`;
  const { config, folder } = setUpRun({});
  const words = ['--import', `data:text/javascript,${encodeURIComponent(never)}`, ...cliWords, 'run', '-c', config];
  const { status, stderr } = spawnSync(process.execPath, [...words, folder], { encoding: 'utf8' });
  assert.is(status, 13);
  assert.match(stderr, /^error: what it waited for never came.*\n {2}what was measured is kept/m);
});

test('any other end is told by itself', () => {
  const { status, stderr } = ended('process.exitCode = 2;');
  assert.is(status, 2);
  assert.is(stderr, '');
});

test.run();
