// takes: long
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { skipUnless } from '../skip.ts';
import { moduleFolder } from './lab.ts';

const test = suite('the C tests, without zmap and without root');

/** CI (EXPECT_ALL=1) fuzzes for the whole minute, `make nightly` for longer. */
const fuzzSeconds = Number(process.env.MPTCP_FUZZ_SECONDS ?? (process.env.EXPECT_ALL === '1' ? 60 : 5));

async function runs(program: string): Promise<boolean> {
  return (await execa(program, ['--version'], { reject: false })).exitCode === 0;
}

async function make(...words: readonly string[]): Promise<string> {
  const result = await execa('make', ['-s', '-C', moduleFolder, ...words], {
    all: true,
    reject: false,
    timeout: 240_000 + fuzzSeconds * 1000,
  });
  assert.is(result.exitCode, 0, result.all.slice(-3000));
  return result.all;
}

test('core, vectors and glue hold under the sanitizers', async () => {
  if (skipUnless((await runs('gcc')) && (await runs('make')), 'C tests', 'gcc or make is missing')) return;
  const said = await make('test');
  for (const name of [
    'core',
    'opt_outs',
    'clock',
    'session',
    'packets',
    'evidence',
    'readings',
    'fields',
    'vectors',
    'sweep',
    'traffic',
    'captures',
    'connector',
    'joiner',
  ]) {
    assert.match(said, new RegExp(`^${name}: \\d+ passed, 0 failed$`, 'm'));
  }
  assert.match(said, /an uninstall leaves the trees as they were/);
});

test(`${fuzzSeconds} seconds of fuzzing find nothing`, async () => {
  if (skipUnless(await runs('clang'), 'fuzzing', 'clang is missing')) return;
  assert.match(await make('fuzz', `SECONDS=${fuzzSeconds}`), /Done \d{4,} runs/);
  // A tenth: it opens a file for each input.
  assert.match(await make('fuzz-traffic', `SECONDS=${Math.ceil(fuzzSeconds / 10)}`), /Done \d{3,} runs/);
});

test('the sources have the style of zmap', async () => {
  if (skipUnless(await runs('clang-format'), 'C style', 'clang-format is missing')) return;
  await make('check');
});

test.run();
