import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Tail } from '../../../../orchestrator/core/process/lines.ts';
import { type Ended, type ExecSite, settle } from '../../../../orchestrator/core/process/settle.ts';
import type { Command } from '../../../../orchestrator/core/tool.ts';
import { CensusError } from '../../../../orchestrator/errors.ts';
import { bash, makeSite, script } from './site.ts';

const test = suite('core/process/settle');

function settled(ended: Partial<Ended>, command: Command = script('true'), site: ExecSite = makeSite()) {
  const tail = new Tail();
  tail.push('last words');
  const run = { site, command, startedAt: '2026-01-01T00:00:00.000Z', tail };
  const exit = () => settle(run, { exitCode: null, signal: null, expired: null, ...ended });
  try {
    return { exit: exit(), error: null, site };
  } catch (error) {
    if (!(error instanceof CensusError)) throw error;
    return { exit: null, error, site };
  }
}

const missing = new Error('spawn bash ENOENT');
const own = script('true', { okExits: [7] });
const cases: [title: string, ended: Partial<Ended>, command: Command, says: string | null][] = [
  ['a normal exit code', { exitCode: 0 }, script('true'), null],
  ['a code that is not normal', { exitCode: 1 }, script('true'), 'bash exited with 1'],
  ['a code that is normal for this call', { exitCode: 7 }, own, null],
  ["the program's own normal code where the call has others", { exitCode: 0 }, own, 'bash exited with 0'],
  ['a signal', { signal: 'SIGSEGV' }, script('true'), 'bash was ended by SIGSEGV'],
  ['a signal without a name', {}, script('true'), 'bash was ended by a signal'],
  [
    'a limit, whatever the code',
    { exitCode: 0, expired: 'hung: nothing heard for 1 s' },
    script('true'),
    'bash hung: nothing heard',
  ],
  ['a program that could not be started', { cause: missing }, script('true'), 'bash could not be started'],
];
for (const [title, ended, command, says] of cases) {
  test(`${title} ${says === null ? 'is an exit' : `says "${says}"`}`, () => {
    const { exit, error } = settled(ended, command);
    assert.is(error === null, says === null);
    if (error === null) assert.equal(exit?.stderrTail, ['last words']);
    else {
      assert.is(error.code, 'E_PROGRAM_FAILED');
      assert.match(error.message, `scan/00000: ${says}`);
    }
  });
}

test('a program that is missing is installed, any other failure is tried again', () => {
  assert.match(settled({ cause: missing }).error?.hint ?? '', 'apt-get install --no-install-recommends bash');
  assert.match(settled({ exitCode: 1 }).error?.hint ?? '', 'run the same command again');
  const unpacked = { ...script('true'), program: { ...bash, apt: null } };
  assert.match(settled({ cause: missing }, unpacked).error?.hint ?? '', 'the configuration names it');
});

test('what the machine has no room for is no reason to install the program', () => {
  const crowded = Object.assign(new Error('spawn bash EMFILE'), { code: 'EMFILE', syscall: 'spawn bash' });
  assert.match(settled({ cause: crowded }).error?.hint ?? '', 'ulimit -n');
  assert.match(settled({ signal: 'SIGXFSZ' }).error?.hint ?? '', 'ulimit -f');
});

test('every end is an entry for the manifest, with the version that was looked up', () => {
  for (const exitCode of [0, 1, null]) {
    const { site } = settled({ exitCode });
    const [entry] = site.commands;
    assert.equal(
      [entry?.argv, entry?.version, entry?.exit_code, entry?.times],
      [['bash', '-c', 'true'], '5', exitCode, 1],
    );
  }
});

test('once the run is stopped every end is that stop, but for what puts something back', () => {
  const site = () => makeSite({ signal: AbortSignal.abort() });
  assert.is(settled({ exitCode: 1 }, script('true'), site()).error?.code, 'E_STOPPED');
  assert.is(settled({ exitCode: 0 }, script('true'), site()).error?.code, 'E_STOPPED');
  assert.is(settled({ exitCode: 0 }, script('true', { putsBack: true }), site()).error, null);
});

test.run();
