import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { start } from '../../../orchestrator/core/process/exec.ts';
import { whileHeld } from '../../../orchestrator/machine/guard.ts';
import { makeSite, messageOf, script } from '../core/process/site.ts';
import { makeContext } from '../tools/context.ts';

const test = suite('machine/guard');

const held = '{"addresses":[],"ports":[61002,61512],"journal":false,"settings":{}}';
/** Says what it holds, and what was moved once its input ends. */
const guard = script(`echo '${held}'; cat >/dev/null; echo '{"moved":[]}'`, { putsBack: true });

test('work that fails while it holds is the error, and its last words hang nobody', async () => {
  const context = await makeContext({ rows: [], config: null });
  const site = makeSite({ graceMs: 200 });
  const work = whileHeld({ ...context, start: () => start(site, guard) }, () => Promise.reject(new Error('no room')));
  let callOff: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    callOff = setTimeout(() => resolve('it hangs'), 5000);
  });
  assert.match(await Promise.race([messageOf(work), late]), 'no room');
  clearTimeout(callOff);
});

for (const [sentence, words] of [
  ['at the start', 'echo \'{"ports":[61002,61512]}\'; cat >/dev/null'],
  ['at the end', `echo '${held}'; cat >/dev/null; echo moved nothing`],
] as const) {
  test(`a guard of another version is told of, and ended: ${sentence}`, async () => {
    const context = await makeContext({ rows: [], config: null });
    const site = makeSite({ graceMs: 200 });
    const other = script(words, { putsBack: true });
    const work = whileHeld({ ...context, start: () => start(site, other) }, async () => 'measured');
    assert.match(await messageOf(work), /mptcp-guard says what this version does not understand: /);
  });
}

test.run();
