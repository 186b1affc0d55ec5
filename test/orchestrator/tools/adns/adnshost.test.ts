import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Conversation } from '../../../../orchestrator/core/tool.ts';
import { Adnshost } from '../../../../orchestrator/tools/adns/adnshost.ts';

const test = suite('adns/adnshost');

const sweep = 50;
const flood = 1 << 16;

/** A process that has said so many bytes when it is looked at, and prints lines when told to. */
function stands() {
  let said = 0;
  let print = (_: string[]) => {};
  const conversation: Conversation = {
    writeLine: async () => undefined,
    closeInput: () => undefined,
    async *lines() {},
    async *batches() {
      for (;;) yield await new Promise<string[]>((resolve) => (print = resolve));
    },
    said: () => said,
    isAsleep: () => false,
    stderrLine: async () => '',
    stop: async () => ({ exitCode: 0, stderrTail: [], durationMs: 0 }),
    done: new Promise(() => undefined),
  };
  const host = new Adnshost(0, conversation);
  const looks = (bytes: number) => {
    said += bytes;
    return host.floods(sweep);
  };
  const answers = async () => {
    print(['0 0 ok 0 ok a.example 60 $ "OK"']);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { host, looks, answers };
}

test('a process floods while it says a pipe full between two looks, and half a second beyond', () => {
  const { looks } = stands();
  assert.not(looks(0));
  assert.not(looks(flood - 1), 'warnings of adns');
  assert.ok(looks(flood));
  for (let pause = 0; pause < 9; pause += 1) assert.ok(looks(10), `${pause}`);
  assert.not(looks(0));
  assert.ok(looks(flood));
});

test('one that answers meanwhile is no reason to wait longer for what it does not answer', async () => {
  const { host, looks, answers } = stands();
  const reading = host.read(() => undefined);
  reading.catch(() => undefined);
  await answers();
  assert.not(looks(flood));
  assert.ok(looks(flood));
  await answers();
  assert.not(looks(0));
});

test('one that floods without end is as silent as others after two minutes', () => {
  const { looks } = stands();
  for (let ms = 0; ms < 120_000; ms += sweep) assert.ok(looks(flood), `${ms}`);
  assert.not(looks(flood));
});

test.run();
