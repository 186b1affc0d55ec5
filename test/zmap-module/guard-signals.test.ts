// needs: root
import { existsSync, readFileSync } from 'node:fs';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isRoot, withNamespace } from '../orchestrator/tools/namespace.ts';
import { skipUnless } from '../skip.ts';
import { gone, holder, kill } from './holder.ts';

const test = suite('mptcp-guard and signals');

/** State and session of a process, from the fields of /proc/PID/stat behind its name; a zombie has ended. */
function stateOf(pid: number): { runs: boolean; session: number | null } {
  const path = `/proc/${pid}/stat`;
  if (!existsSync(path)) return { runs: false, session: null };
  const stat = readFileSync(path, 'utf8');
  const [state, , , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { runs: state !== 'Z' && state !== 'X', session: Number(session) };
}

/** What a terminal, a script, a full disk or a closed pipe may send; a program that does not ignore it ends of each. */
const signals = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGTERM',
  'SIGPIPE',
  'SIGALRM',
  'SIGUSR1',
  'SIGUSR2',
  'SIGXFSZ',
] as const;

if (!skipUnless(isRoot, 'mptcp-guard and signals', 'needs root')) {
  test('of no signal but SIGKILL does it end before its parent, and no closed terminal reaches it', () =>
    withNamespace('guard', async (name) => {
      const timeout = async () =>
        (await execa('ip', ['netns', 'exec', name, 'sysctl', '-n', 'net.mptcp.blackhole_timeout'])).stdout;
      const before = await timeout();
      assert.is.not(before, '0');
      const one = await holder(name);
      try {
        assert.is(stateOf(one.guard).session, one.guard, 'it has a session of its own');
        for (const signal of signals) {
          process.kill(one.guard, signal);
          assert.is(await timeout(), '0', signal);
          assert.ok(stateOf(one.guard).runs, signal);
        }
      } finally {
        await kill(one, 'SIGKILL');
      }
      await gone(one.guard);
      assert.is(await timeout(), before);
    }));
}

test.run();
