import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mock } from 'node:test';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isAsleep, watch } from '../../../../orchestrator/core/process/watch.ts';
import { onMockTimers } from './mock-timers.ts';
import { script } from './site.ts';

const test = suite('core/process/watch');

interface Case {
  title: string;
  timeoutMs: number;
  idleMs?: number;
  /** When the program says something, ms. */
  heard: number[];
  until: number;
  reason: string | null;
}

const cases: Case[] = [
  { title: 'within its time', timeoutMs: 1000, heard: [], until: 999, reason: null },
  {
    title: 'over its time, however much it says',
    timeoutMs: 1000,
    idleMs: 300,
    heard: [200, 400, 600, 800],
    until: 1000,
    reason: 'hung: still running after 1 s',
  },
  {
    title: 'silent for its idle time from the start',
    timeoutMs: 1000,
    idleMs: 300,
    heard: [],
    until: 300,
    reason: 'hung: nothing heard for 0.3 s',
  },
  {
    title: 'silent for its idle time since it last spoke',
    timeoutMs: 1000,
    idleMs: 300,
    heard: [200],
    until: 500,
    reason: 'hung: nothing heard for 0.3 s',
  },
  { title: 'not silent for so long', timeoutMs: 1000, idleMs: 300, heard: [200], until: 499, reason: null },
  { title: 'silent without an idle time', timeoutMs: 1000, heard: [], until: 900, reason: null },
  {
    title: 'both: the first reason stays',
    timeoutMs: 1000,
    idleMs: 300,
    heard: [],
    until: 2000,
    reason: 'hung: nothing heard for 0.3 s',
  },
  {
    title: 'a limit that setTimeout does not know',
    timeoutMs: 858_993_763_000,
    idleMs: 3_000_000_000,
    heard: [],
    until: 10_000,
    reason: null,
  },
];
for (const { title, heard, until, reason, ...limits } of cases) {
  test(
    title,
    onMockTimers(() => {
      let kills = 0;
      const guard = watch(script('true', limits), () => {
        kills += 1;
      });
      for (let now = 1; now <= until; now += 1) {
        mock.timers.tick(1);
        if (heard.includes(now)) guard.heard();
      }
      assert.is(guard.what(), reason);
      assert.is(kills > 0, reason !== null);
      guard.end();
    }),
  );
}

test(
  'after the end nothing expires',
  onMockTimers(() => {
    const guard = watch(script('true', { timeoutMs: 100, idleMs: 50 }), () => assert.unreachable());
    guard.end();
    mock.timers.tick(1000);
    assert.is(guard.what(), null);
  }),
);

/** Until it holds, at most 5 s: a process that was just started, stopped or fed needs its moment. */
async function soon(holds: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 500 && !holds(); tries++) await new Promise((resolve) => setTimeout(resolve, 10));
  return holds();
}

test('one that waits for its input is asleep, one that was stopped is not', async () => {
  const child = spawn('cat', [], { stdio: ['pipe', 'ignore', 'ignore'] });
  await once(child, 'spawn');
  assert.ok(await soon(() => isAsleep(child.pid)));
  child.kill('SIGSTOP');
  assert.ok(await soon(() => !isAsleep(child.pid)));
  child.kill('SIGKILL');
  await once(child, 'exit');
});

test('one that computes is awake', () => {
  assert.not.ok(isAsleep(process.pid));
});

test('one that is gone, or was never there, is not waited for', () => {
  assert.ok(isAsleep(undefined));
  assert.ok(isAsleep(2 ** 30));
});

test.run();
