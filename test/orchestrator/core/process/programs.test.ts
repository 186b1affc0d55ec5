import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findProgram, requirePrograms } from '../../../../orchestrator/core/process/programs.ts';
import type { Program } from '../../../../orchestrator/core/tool.ts';
import { CensusError } from '../../../../orchestrator/errors.ts';
import { bash } from './site.ts';

const test = suite('core/process/programs');

/** A program that prints these words when asked for its version, executable or not. */
function makeProgram(words: string, mode = 0o755, more: Partial<Program> = {}): Program {
  const name = join(mkdtempSync(join(tmpdir(), 'programs-')), 'own-program');
  writeFileSync(name, `#!/bin/sh\n${words}\n`);
  chmodSync(name, mode);
  return { ...bash, name, version: { args: ['--version'], pattern: /version (\S+)/ }, apt: 'own-package', ...more };
}

const versions: [title: string, words: string, version: string | null][] = [
  ['on stdout', 'echo version 1.2', '1.2'],
  ['on stderr', 'echo version 1.2 >&2', '1.2'],
  ['with an exit code that is not 0', 'echo version 1.2; exit 1', '1.2'],
  ['not at all', 'exit 0', null],
  ['in other words', 'echo release 1.2', null],
  ['in the language of the pattern, whatever the locale', '[ "$LC_ALL" = C ] && echo version 1.2', '1.2'],
];
for (const [title, words, version] of versions) {
  test(`a version that is told ${title}: ${version}`, async () => {
    const program = makeProgram(words);
    assert.equal(await findProgram(program), { program, path: program.name, version, runsAs: null, unfit: null });
  });
}

test('a program that is ended while it is asked for its version is asked once more, and no more often', async () => {
  const ended = makeProgram(
    'echo x >>"$0.asked"; [ -e "$0.once" ] || { touch "$0.once"; kill -9 $$; }; echo version 1.2',
  );
  assert.is((await findProgram(ended)).version, '1.2');
  const always = makeProgram('echo x >>"$0.asked"; kill -9 $$');
  assert.is((await findProgram(always)).version, null);
  const asked = ({ name }: Program) => readFileSync(`${name}.asked`, 'utf8');
  assert.equal([ended, always].map(asked), ['x\nx\n', 'x\nx\n']);
});

test('a file that may not be executed is no program', async () => {
  assert.is((await findProgram(makeProgram('echo version 1', 0o644))).path, null);
});

test('a program is found in the folders that plain users lack', async () => {
  const before = process.env.PATH;
  process.env.PATH = '/nonexistent';
  const found = await findProgram({ ...bash, name: 'ldconfig' }).finally(() => {
    process.env.PATH = before;
  });
  assert.match(found.path ?? '', /\/sbin\/ldconfig$/);
});

test('the first that is missing is named, with its stage and its package; a program of two stages is listed once', async () => {
  const there = makeProgram('echo version 1');
  const gone = { ...bash, name: 'no-such-program', apt: 'own-package' };
  const error = await requirePrograms([
    { stage: 'scan', programs: [there] },
    { stage: 'path', programs: [there, gone] },
  ]).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof CensusError)) throw new Error(`no CensusError: ${error}`);
  assert.is(error.code, 'E_PROGRAM_MISSING');
  assert.match(error.message, 'path needs no-such-program, which is not installed');
  assert.match(error.hint, 'apt-get install --no-install-recommends own-package');
  const found = await requirePrograms([
    { stage: 'scan', programs: [there] },
    { stage: 'path', programs: [there] },
  ]);
  assert.equal(
    found.map(({ version }) => version),
    ['1'],
  );
});

test.run();
