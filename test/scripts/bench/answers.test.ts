// takes: long
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('scripts/bench/answers');

const bench = join(import.meta.dirname, '../../../scripts/bench/answers.ts');

test('of a prefix of which every address answers, all answers are decoded, counted and merged', async () => {
  const argv = ['--import', 'tsx', bench, '240.0.0.0/20'];
  const { exitCode, stdout, stderr } = await execa(process.execPath, argv, { reject: false, timeout: 300_000 });
  assert.is(exitCode, 0, `${stdout}\n${stderr}`);
  assert.match(stdout, '4096 answers from 240.0.0.0/20');
});

test.run();
