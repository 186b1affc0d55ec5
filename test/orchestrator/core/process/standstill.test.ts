import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

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

test('any other end is told by itself', () => {
  const { status, stderr } = ended('process.exitCode = 2;');
  assert.is(status, 2);
  assert.is(stderr, '');
});

test.run();
