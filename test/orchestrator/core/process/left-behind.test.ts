// takes: long
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { exec, firstWords, programOutput, start } from '../../../../orchestrator/core/process/exec.ts';
import type { ExecSite } from '../../../../orchestrator/core/process/settle.ts';
import { makeSite, messageOf, script } from './site.ts';

const test = suite('core/process/left-behind');

/** true while the process that wrote its id there is. */
function lives(folder: string, file = 'pid'): boolean {
  const pid = readFileSync(join(folder, file), 'utf8').trim();
  return existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
}

/** What a child does: says its id, then does not end when it is asked to. */
const deaf = 'trap "" TERM HUP; echo $$ > pid; while :; do sleep 1; done';
/** How a program begins such a child, by how hard that is to find again. */
const children: Record<string, string> = {
  'a child that holds its pipes': `bash -c '${deaf}' &`,
  'a child without its pipes': `bash -c '${deaf}' <&- >/dev/null 2>&1 &`,
  'a child in a session of its own': `setsid bash -c '${deaf}' &`,
  'a daemon': `(setsid bash -c '${deaf}' <&- >/dev/null 2>&1 &) &`,
  'a child of a child': `bash -c 'bash -c '"'"'${deaf}'"'"' & wait' &`,
};
const untilThere = 'until [ -s pid ]; do sleep 0.05; done';
const site = (more: Partial<ExecSite> = {}) => makeSite({ graceMs: 400, ...more });

for (const terminal of [false, true]) {
  const where = terminal ? ', on a terminal' : '';
  for (const [child, begins] of Object.entries(children)) {
    const text = `${begins} ${untilThere}; sleep 60`;
    const command = (more: object) => script(text, { inFolder: true, live: true, ...more });

    test(`${child} is gone once its program was ended by the time limit${where}`, async () => {
      const at = site({ terminal });
      const begun = performance.now();
      assert.match(await messageOf(exec(at, command({ timeoutMs: 2_500 }))), 'hung');
      assert.ok(performance.now() - begun < 10_000);
      assert.not(lives(at.folder));
    });

    test(`${child} is gone once the run was stopped${where}`, async () => {
      const controller = new AbortController();
      const at = site({ terminal, signal: controller.signal });
      const run = exec(at, command({}));
      while (!existsSync(join(at.folder, 'pid'))) await new Promise((resolve) => setTimeout(resolve, 50));
      controller.abort();
      assert.match(await messageOf(run), 'stopped');
      assert.not(lives(at.folder));
    });
  }
}

test('a child that holds the pipes of a program that has ended is ended when nobody waits for it any more', async () => {
  for (const begins of [children['a child that holds its pipes'], children['a child in a session of its own']]) {
    const at = site();
    await exec(at, script(`${begins} ${untilThere}; exit 0`, { inFolder: true }));
    assert.not(lives(at.folder));
  }
});

test('a child of a conversation that was ended is gone', async () => {
  const at = site();
  const talk = start(
    at,
    script(`${children['a daemon']} ${untilThere}; echo up >&2; exec sleep 60`, { inFolder: true }),
  );
  await talk.stderrLine(/up/);
  await talk.stop('SIGTERM');
  assert.not(lives(at.folder));
});

test('children of other commands go on, and what puts something back may do so in the background', async () => {
  const controller = new AbortController();
  const other = site();
  const still = start(other, script(`bash -c '${deaf}' & ${untilThere}; echo up >&2; wait`, { inFolder: true }));
  await still.stderrLine(/up/);
  const at = site();
  await messageOf(exec(at, script(`${children['a daemon']} sleep 60`, { inFolder: true, timeoutMs: 1_000 })));
  assert.ok(lives(other.folder));
  await still.stop('SIGKILL');
  assert.not(lives(other.folder));
  const back = site({ signal: controller.signal });
  const putting = script('(sleep 1; echo done > back) & exit 0', { inFolder: true, putsBack: true });
  const put = exec(back, putting);
  controller.abort();
  await messageOf(put);
  while (!existsSync(join(back.folder, 'back'))) await new Promise((resolve) => setTimeout(resolve, 50));
});

test('what a program says of its version is not waited for longer because a child of it holds the pipe', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'version-'));
  const program = join(folder, 'program');
  writeFileSync(program, `#!/bin/bash\ncd ${folder}\nsetsid bash -c '${deaf}' &\n${untilThere}\necho 1.2.3\n`, {
    mode: 0o755,
  });
  for (const ask of [firstWords, (name: string, args: string[]) => programOutput(name, args, null)]) {
    const begun = performance.now();
    assert.is((await ask(program, [])).trim(), '1.2.3');
    assert.ok(performance.now() - begun < 8_000);
    assert.not(lives(folder));
    rmSync(join(folder, 'pid'));
  }
});

test.run();
