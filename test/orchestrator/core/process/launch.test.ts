import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { exec, firstWords, start } from '../../../../orchestrator/core/process/exec.ts';
import { launchFault, searchPath, startOf } from '../../../../orchestrator/core/process/launch.ts';
import { ownPrograms } from '../../../../orchestrator/machine/version.ts';
import { bash, makeSite, messageOf, script } from './site.ts';

const test = suite('core/process/launch');
const launcher = join(ownPrograms, 'mptcp-guard');

/** What a program finds when it has been started. */
async function linesOf(text: string, more: Parameters<typeof script>[1] = {}): Promise<string[]> {
  const process = start(makeSite(), script(text, more));
  process.closeInput();
  const lines: string[] = [];
  for await (const line of process.lines()) lines.push(line);
  await process.done;
  return lines;
}

async function withVariables<T>(variables: Record<string, string>, work: () => Promise<T>): Promise<T> {
  const before = { ...process.env };
  Object.assign(process.env, variables);
  try {
    return await work();
  } finally {
    process.env = before;
  }
}

/** bash sets these itself. */
const ofBash = ['PWD', 'OLDPWD', '_'];

test('a program is given a closed list of variables, those of its command, and those for programs of the user', async () => {
  const names = await withVariables(
    {
      SECRET: 'x',
      LD_LIBRARY_PATH: '/nonexistent',
      HTTPS_PROXY: 'x',
      MPTCP_CENSUS_KEY: 'k',
      TZ: 'UTC',
      TERM: 'dumb',
      TMPDIR: '/tmp',
    },
    async () => (await linesOf('env', { env: { LD_PRELOAD: '' } })).map((line) => line.split('=')[0] ?? ''),
  );
  const expected = [
    'HOME',
    'LC_ALL',
    'LD_PRELOAD',
    'MPTCP_CENSUS_COMMAND',
    'MPTCP_CENSUS_KEY',
    'PATH',
    'SHLVL',
    'TERM',
    'TMPDIR',
    'TZ',
  ];
  assert.equal(names.filter((name) => !ofBash.includes(name)).sort(), expected);
});

test('without a PATH programs are looked for where they usually are, and not in the folder that the run was started in', () => {
  const { PATH } = process.env;
  try {
    for (const none of [undefined, '']) {
      if (none === undefined) delete process.env.PATH;
      else process.env.PATH = none;
      const folders = searchPath().split(delimiter);
      assert.equal(folders.slice(0, 3), ['/usr/local/bin', '/usr/bin', '/bin']);
      assert.not.ok(folders.includes(''));
    }
  } finally {
    process.env.PATH = PATH;
  }
});

test('a program that needs no capability has none, and no way to any', async () => {
  const lines = await linesOf('grep -E "^(Cap(Inh|Prm|Eff|Bnd|Amb)|NoNewPrivs)" /proc/self/status');
  const found = Object.fromEntries(lines.map((line) => line.split(':\t')));
  const { CapBnd, ...others } = found;
  const none = '0'.repeat(16);
  assert.equal(others, { CapInh: none, CapPrm: none, CapEff: none, CapAmb: none, NoNewPrivs: '1' });
  // Only who may change the bounding set finds it empty.
  if (process.getuid?.() === 0) assert.is(CapBnd, none);
});

test('so it is on a terminal, and for what is asked for its version', async () => {
  const site = makeSite({ terminal: true });
  const text = `grep -E "^(CapEff|NoNewPrivs)" /proc/self/status > ${join(site.folder, 'status')}`;
  await exec(site, script(text, { live: true }));
  const expected = `CapEff:\t${'0'.repeat(16)}\nNoNewPrivs:\t1`;
  assert.is(readFileSync(join(site.folder, 'status'), 'utf8').trim(), expected);
  assert.is(await firstWords('grep', ['-E', '^(CapEff|NoNewPrivs)', '/proc/self/status']), expected);
});

test('a program that is not there could not be started, by its own name', async () => {
  const program = { ...bash, name: 'no-such-program' };
  const message = await messageOf(exec(makeSite(), { program, args: ['x'], timeoutMs: 10_000 }));
  assert.match(message, 'scan/00000: no-such-program could not be started');
  assert.is(launchFault(127, ['no such file']), null, 'a program may end with 127 itself');
});

test('a program ends when who started it is killed; one that puts something back goes on', async () => {
  for (const outlives of [false, true]) {
    const { args } = startOf({ program: { ...bash, name: 'sleep' }, args: ['60'], outlives });
    const words = JSON.stringify(args).replace(`"${process.pid}"`, 'String(process.pid)');
    const text = `const { spawn } = require('node:child_process');
      const child = spawn(${JSON.stringify(launcher)}, ${words}, { stdio: 'ignore' });
      console.log(child.pid); setInterval(() => undefined, 1000);`;
    const parent = spawn(process.execPath, ['-e', text], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = Number(String((await once(parent.stdout, 'data'))[0]));
    const isSleep = () =>
      existsSync(`/proc/${pid}`) && readFileSync(`/proc/${pid}/cmdline`, 'utf8') === 'sleep\0' + '60\0';
    const becomes = async (wanted: boolean) => {
      for (let tries = 0; tries < 500 && isSleep() !== wanted; tries++)
        await new Promise((done) => setTimeout(done, 10));
      return isSleep();
    };
    assert.ok(await becomes(true), 'it has begun');
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    if (outlives) {
      assert.ok(isSleep());
      process.kill(pid, 'SIGKILL');
    } else assert.not(await becomes(false));
  }
});

test.run();
