// takes: long
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { endOrphans } from '../../../orchestrator/core/process/left-behind.ts';
import { leavingNothing } from '../../../orchestrator/machine/afterwards.ts';
import { ownPrograms } from '../../../orchestrator/machine/version.ts';
import { cliWords } from '../../cli-words.ts';
import { skipUnless } from '../../skip.ts';
import { setUp } from '../own-prober.ts';

const test = suite('machine/afterwards');

const root = fileURLToPath(new URL('../../..', import.meta.url));
const isBuilt = existsSync(join(ownPrograms, 'mptcp-guard'));

/** A child that neither its parent's end nor a signal it may catch ends, in a session of its own, without a pipe of anybody's. */
const daemon = (at: string) =>
  `(setsid bash -c 'trap "" TERM HUP INT; echo $$ >${at}; while :; do sleep 0.2; done' <&- >/dev/null 2>&1 &) &`;

const pidIn = (path: string) => readFileSync(path, 'utf8').trim();

function lives(path: string): boolean {
  const proc = `/proc/${pidIn(path)}`;
  return existsSync(proc) && !/^State:\s+Z/m.test(readFileSync(`${proc}/status`, 'utf8'));
}

async function until(what: () => boolean, seconds: number): Promise<boolean> {
  const limit = performance.now() + 1000 * seconds;
  while (!what() && performance.now() < limit) await new Promise((resolve) => setTimeout(resolve, 50));
  return what();
}

/** A process that runs a program of the kind, by `exec`, within `around`. */
function running(around: string, path: string): ChildProcess {
  const module = (name: string) => JSON.stringify(new URL(`../../../orchestrator/${name}`, import.meta.url).href);
  const site = JSON.stringify(new URL('../core/process/site.ts', import.meta.url).href);
  const program = `import { exec } from ${module('core/process/exec.ts')};
    import { leavingNothing } from ${module('machine/afterwards.ts')};
    import { makeSite, script } from ${site};
    const alone = async (work) => await work();
    await ${around}(async () => await exec(makeSite(), script(${JSON.stringify(`${daemon(path)} sleep 60`)})));`;
  return spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    cwd: root,
    stdio: 'ignore',
  });
}

function place(): string {
  return join(mkdtempSync(join(tmpdir(), 'afterwards-')), 'pid');
}

async function begun(child: ChildProcess, path: string): Promise<void> {
  const there = () => existsSync(path) && pidIn(path) !== '';
  assert.ok(await until(() => there() || child.exitCode !== null, 60));
  assert.ok(there() && lives(path));
}

test('what a program of a killed process left behind is ended at once, whatever session it made itself', async () => {
  if (skipUnless(isBuilt, 'afterwards', 'no mptcp-guard')) return;
  const path = place();
  const child = running('leavingNothing', path);
  await begun(child, path);
  child.kill('SIGKILL');
  await once(child, 'close');
  assert.ok(await until(() => !lives(path), 10));
});

test('the next start ends what nobody was there to end, and nothing of a process that is alive or of nobody', async () => {
  const [orphan, other, foreign] = [place(), place(), place()];
  const [killed, alive] = [running('alone', orphan), running('alone', other)];
  await begun(killed, orphan);
  await begun(alive, other);
  const stranger = spawn('bash', ['-c', daemon(foreign)], { stdio: 'ignore' });
  await once(stranger, 'close');
  assert.ok(await until(() => existsSync(foreign) && pidIn(foreign) !== '', 10));
  killed.kill('SIGKILL');
  await once(killed, 'close');
  await leavingNothing(async () => undefined);
  const living = [orphan, other, foreign].map(lives);
  alive.kill('SIGKILL');
  await once(alive, 'close');
  await endOrphans();
  const later = lives(other);
  process.kill(Number(pidIn(foreign)), 'SIGKILL');
  assert.equal([...living, later], [false, true, true, false]);
});

test('a census that is killed leaves no process of its programs', async () => {
  if (skipUnless(isBuilt, 'afterwards of a census', 'no mptcp-guard')) return;
  const { at, config, folder } = setUp(null);
  const path = place();
  const given = JSON.parse(readFileSync(config, 'utf8'));
  given.scan.tool.command = ['bash', '-c', `${daemon(path)} sleep 60`];
  writeFileSync(config, JSON.stringify(given));
  const census = spawn(process.execPath, [...cliWords, 'run', '-c', config, folder], { cwd: root, stdio: 'ignore' });
  await begun(census, path);
  census.kill('SIGKILL');
  await once(census, 'close');
  assert.ok(await until(() => !lives(path), 10), at('run'));
});

test.run();
