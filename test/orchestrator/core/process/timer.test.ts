import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mock } from 'node:test';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { after, every } from '../../../../orchestrator/core/process/timer.ts';
import { onMockTimers } from './mock-timers.ts';

const test = suite('core/process/timer');

const longest = 2 ** 31 - 1;

/** Ticks in steps that a timer knows. */
function pass(ms: number): void {
  for (let left = ms; left > 0; left -= longest) mock.timers.tick(Math.min(left, longest));
}

for (const ms of [1, 60_000, longest - 1, longest, longest + 1, 858_993_763_000]) {
  test(
    `${ms} ms are ${ms} ms`,
    onMockTimers(() => {
      let done = 0;
      after(ms, () => {
        done += 1;
      });
      pass(ms - 1);
      assert.is(done, 0);
      pass(1);
      assert.is(done, 1);
      pass(3 * longest);
      assert.is(done, 1);
    }),
  );
}

test(
  'a time beyond the longest is not over after some of its first milliseconds',
  onMockTimers(() => {
    for (const ms of [longest + 1, 3 * longest]) {
      let done = 0;
      const callOff = after(ms, () => {
        done += 1;
      });
      // one by one: what a step sets comes due in a later one
      for (let step = 0; step < 10; step += 1) mock.timers.tick(1);
      assert.is(done, 0, `${ms} ms`);
      callOff();
    }
  }),
);

test(
  'what was called off never happens, in any of its stretches',
  onMockTimers(() => {
    for (const passed of [0, 10, longest + 10]) {
      let done = 0;
      const callOff = after(2 * longest, () => {
        done += 1;
      });
      pass(passed);
      callOff();
      pass(3 * longest);
      assert.is(done, 0);
    }
  }),
);

test('what is done again and again is not begun once more when it was ended under way; the end waits for it', async () => {
  let begun = 0;
  let finish = () => {};
  const first = new Promise<void>((resolve) => {
    begun = 0;
    finish = resolve;
  });
  const underWay = new Promise<() => Promise<void>>((resolve) => {
    const end = every(1, async () => {
      begun += 1;
      resolve(end);
      await first;
    });
  });
  const ended = (await underWay)();
  finish();
  await ended;
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.is(begun, 1);
});

test('it goes on until it is ended, and the end tells what the last time threw', async () => {
  let times = 0;
  const end = await new Promise<() => Promise<void>>((resolve) => {
    const stop = every(1, async () => {
      times += 1;
      if (times < 3) return;
      resolve(stop);
      throw new Error('the third');
    });
  });
  assert.match(await end().then(() => 'nothing', String), 'the third');
  assert.is(times, 3);
});

const source = new URL('../../../../orchestrator/core/process/timer.ts', import.meta.url).href;

/** A process that says when it begins to wait, and when it has waited. */
function waiting(ms: number): ChildProcess {
  const program = `import { after } from ${JSON.stringify(source)};
    const begun = performance.now();
    after(${ms}, () => console.log('waited', Math.round(performance.now() - begun)));
    console.log('began');`;
  const cwd = fileURLToPath(new URL('../../../..', import.meta.url));
  const args = ['--import', 'tsx', '--input-type=module', '-e', program];
  return spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
}

test('time for which the process was stopped does not count', async () => {
  const child = waiting(1_500);
  let said = '';
  child.stdout?.on('data', (text) => {
    said += text;
  });
  while (!said.includes('began')) await once(child.stdout ?? child, 'data');
  child.kill('SIGSTOP');
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  child.kill('SIGCONT');
  await once(child, 'close');
  const waited = Number(/waited (\d+)/.exec(said)?.[1]);
  // 4 s and 1.5 s, but for two beats by which a process may be late without having been stopped.
  assert.ok(waited > 4_900, `${waited} ms`);
});

test.run();
