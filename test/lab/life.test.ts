// needs: root
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { access, mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { LabState } from '../../scripts/lab/registry.ts';
import { withNamespace } from '../orchestrator/tools/namespace.ts';
import { skipUnless } from '../skip.ts';
import { inside, whyNoLab } from './inside.ts';

// Labs of other tests come up meanwhile and remove ownerless ones: here they must stay until this test removes them.
const labs = await mkdtemp(join(tmpdir(), 'lab-life-'));
process.env.MPTCP_CENSUS_LAB_HOME = labs;
process.on('exit', () => rmSync(labs, { recursive: true, force: true }));
const { raise } = await import('../../scripts/lab/lab.ts');
const { allLabs, folderOf, forget, readState, writeState } = await import('../../scripts/lab/registry.ts');
const { processesIn, standingNamespaces, sweep, tearDown } = await import('../../scripts/lab/teardown.ts');

const test = suite('lab/life');
const CLI = ['--import', 'tsx', 'scripts/lab/cli.ts'];

interface Owner {
  id: string;
  process: ChildProcess;
}

/** Starts `lab exec` in a process of its own and waits until its command runs, which says its lab's id and sleeps. */
async function owned(): Promise<Owner> {
  const command = ['sh', '-c', 'echo "$MPTCP_CENSUS_LAB_ID"; exec sleep 300'];
  const child = spawn(process.execPath, [...CLI, 'exec', '--world', 'tiny', '--', ...command], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [id] = await once(child.stdout, 'data');
  return { id: String(id).trim(), process: child };
}

/** What is left of a lab: namespaces, mounts, files, processes. */
async function remains(id: string, pids: readonly number[]): Promise<string[]> {
  const left = (await standingNamespaces()).filter((name) => name.startsWith(`mc${id}-`));
  for (const line of (await readFile('/proc/mounts', 'utf8')).split('\n')) if (line.includes(id)) left.push(line);
  for (const entry of await readdir('/etc/netns').catch(() => [])) if (entry.includes(id)) left.push(entry);
  for (const file of [folderOf(id), ...pids.map((pid) => `/proc/${pid}`)])
    await access(file).then(
      () => left.push(file),
      () => undefined,
    );
  return left;
}

async function gone(id: string, pids: readonly number[]): Promise<string[]> {
  for (let round = 0; round < 100 && (await remains(id, pids)).length > 0; round++) await sleep(100);
  return remains(id, pids);
}

/** Ids of the processes whose command line holds both words. */
async function processesLike(...words: string[]): Promise<number[]> {
  const found: number[] = [];
  for (const entry of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const line = await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '');
    if (words.every((word) => line.includes(word))) found.push(Number(entry));
  }
  return found;
}

/** A lab that stands, as far as its state says; of its namespaces the scanner's is there. */
const standing = (id: string, checkout: string, scanner: string): LabState => ({
  ...{ id, checkout, scanner, world: 'tiny', namespaces: [scanner], owner: null, keep_data: false },
  data: folderOf(id),
});

/** What `make lab-shell` comes to. */
const shell = async (...args: string[]) =>
  await execa(process.execPath, [...CLI, 'shell', ...args], { env: { SHELL: '/bin/pwd' }, reject: false });

const reason = await whyNoLab();
if (!skipUnless(reason === null, 'lab/life', reason ?? '')) {
  test('a shell opens in the lab of this checkout, whatever labs of other checkouts stand, and asks which of its own is meant', async () => {
    await withNamespace('shell', async (scanner) => {
      const other = standing('fffff0', '/elsewhere', 'no-such-namespace');
      const [one, two] = [standing('fffff1', '.', scanner), standing('fffff2', '.', scanner)];
      try {
        await writeState(other);
        const none = await shell();
        assert.equal([none.exitCode, /standing of this checkout: none\)/.test(none.stderr)], [2, true], none.stderr);
        await writeState(one);
        const only = await shell();
        assert.is(only.exitCode, 0, only.stderr);
        await writeState(two);
        const which = await shell();
        assert.is(which.exitCode, 2);
        assert.match(which.stderr, /say which lab \(standing of this checkout: fffff[12] fffff[12]\)/);
        assert.is((await shell(two.id)).exitCode, 0);
      } finally {
        for (const { id } of [other, one, two]) await forget(id);
      }
    });
  });

  test('two labs stand at once with the same addresses, and one outlives the other', async () => {
    const [one, two] = await Promise.all([raise({ world: 'tiny' }), raise({ world: 'tiny' })]);
    try {
      for (const { state } of [one, two])
        assert.match(await inside(state, ['curl', '-s', '-m', '3', 'http://198.18.4.1/']), '<title>linux</title>');
      const pids = await processesIn(one.state.namespaces);
      await tearDown(one.state);
      // What was killed is in /proc until its parent, or who adopted it, has looked.
      assert.equal(await gone(one.state.id, pids), []);
      assert.match(await inside(two.state, ['curl', '-s', '-m', '3', 'http://198.18.4.1/']), '<title>linux</title>');
    } finally {
      await tearDown(one.state);
      await tearDown(two.state);
    }
  });

  test('exec gives the folder to its command, ends as it did and leaves nothing', async () => {
    const script = 'test -f "$MPTCP_CENSUS_LAB_DIR/census.yaml" && echo "$MPTCP_CENSUS_LAB_ID" && exit 7';
    const result = await execa(process.execPath, [...CLI, 'exec', '--world', 'tiny', '--', 'sh', '-c', script], {
      reject: false,
    });
    assert.is(result.exitCode, 7, result.stderr);
    assert.match(result.stdout, /^[0-9a-f]{6}$/);
    assert.equal(await remains(result.stdout, []), []);
  });

  test('a SIGTERM reaches the command, and the lab goes after it', async () => {
    const owner = await owned();
    const ended = once(owner.process, 'exit');
    owner.process.kill('SIGTERM');
    assert.equal(await ended, [128 + 15, null]);
    assert.equal(await remains(owner.id, []), []);
  });

  test('a kill -9 of the owner takes the lab with it, the running command too', async () => {
    const owner = await owned();
    const state = await readState(owner.id);
    const pids = await processesIn(state?.namespaces ?? []);
    assert.ok(pids.length > 5, `${pids.length} processes`);
    assert.ok((await remains(owner.id, pids)).length > 20);
    owner.process.kill('SIGKILL');
    assert.equal(await gone(owner.id, [...pids, ...(await processesLike('watchdog.ts', owner.id))]), []);
  });

  test('when the watchdog is killed as well, the next lab removes what is left', async () => {
    const owner = await owned();
    const pids = await processesIn((await readState(owner.id))?.namespaces ?? []);
    const [watchdog] = await processesLike('watchdog.ts', owner.id);
    assert.ok(watchdog);
    process.kill(watchdog ?? 0, 'SIGKILL');
    owner.process.kill('SIGKILL');
    await sleep(300);
    assert.ok((await remains(owner.id, pids)).length > 20, 'it went by itself');
    assert.ok((await sweep()).includes(owner.id));
    assert.equal(await gone(owner.id, pids), []);
  });

  test('a lab that was set up by "up" stands without an owner, is swept by nobody and goes by "down"', async () => {
    const up = await execa(process.execPath, [...CLI, 'up', '--world', 'tiny']);
    const id = /^lab ([0-9a-f]{6}):/.exec(up.stderr)?.[1] ?? '';
    assert.match(up.stderr, `down ${id}`);
    await sweep();
    const state = (await allLabs()).find((lab) => lab.id === id);
    assert.is(state?.owner, null);
    assert.match(
      await inside(state ?? never(), ['curl', '-s', '-m', '3', 'http://198.18.4.1/']),
      '<title>linux</title>',
    );
    const status = await execa(process.execPath, [...CLI, 'status']);
    assert.match(status.stdout, new RegExp(`^${id} {2}tiny {2}running`, 'm'));
    const pids = await processesIn(state?.namespaces ?? []);
    await execa(process.execPath, [...CLI, 'down', id]);
    // Its servers are init's children now, which may take a moment to collect them.
    assert.equal(await gone(id, pids), []);
  });
}

function never(): never {
  throw new Error('no such lab');
}

test.run();
