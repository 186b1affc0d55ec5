// needs: root
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isRoot, withNamespace } from '../orchestrator/tools/namespace.ts';
import { skipUnless } from '../skip.ts';
import { gone, guard, holder, kill, rules } from './holder.ts';

const test = suite('mptcp-guard hold joins');

if (!skipUnless(isRoot, 'mptcp-guard hold joins', 'needs root')) {
  const manager = async (name: string) =>
    (await execa('ip', ['netns', 'exec', name, 'sysctl', '-n', 'net.mptcp.pm_type'])).stdout;

  test('for joins the path manager is a program of ours, and the kernel again after kill -9 of whoever asked', () =>
    withNamespace('guard', async (name) => {
      const one = await holder(name, ['joins']);
      assert.is(await manager(name), '1');
      assert.match(await rules(name), /tcp sport 61002-61512 .* subtype 1 .* drop/);
      const other = await execa('ip', ['netns', 'exec', name, guard, 'hold'], { input: '', reject: false });
      assert.match(other.stderr, /^refused E_PROGRAM_FAILED: net\.mptcp\.path_manager is userspace, though process/);
      await kill(one, 'SIGKILL');
      await gone(one.guard);
      assert.equal([await manager(name), await rules(name)], ['0', '']);
      const killed = await holder(name, ['joins']);
      process.kill(killed.guard, 'SIGKILL');
      await gone(killed.guard);
      assert.equal([await manager(name), await rules(name)], ['1', ''], 'nobody is left to put it back');
      await kill(killed, 'SIGKILL');
      const next = await holder(name);
      assert.is(await manager(name), '0');
      await kill(next, 'SIGKILL');
      await gone(next.guard);
      assert.is(await manager(name), '0', 'what there was before the first');
    }));

  test('who may not have the rule gets no joins', () =>
    withNamespace('guard', async (name) => {
      const set = ['net.mptcp.blackhole_timeout=0', 'net.mptcp.pm_type=1'];
      await execa('ip', ['netns', 'exec', name, 'sysctl', '-qw', ...set]);
      const user = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--inh-caps=-all'];
      for (const word of ['hold', 'look']) {
        const words = ['netns', 'exec', name, ...user, guard, word, 'joins'];
        const { exitCode, stderr } = await execa('ip', words, { input: '', reject: false });
        assert.is(exitCode, 3);
        assert.match(
          stderr,
          /^refused E_PRIVILEGES: nothing keeps the kernel from repeating an MP_JOIN SYN: .*\(Operation not permitted\)\|/,
        );
      }
    }));

  test('a kernel of before 6.16, which knows the path manager by number, is held by number and put back', () =>
    withNamespace('guard', async (name) => {
      // What Linux 6.1 has of these settings, and no other; each is the real one.
      const older = `all=$(mktemp -d) && mount --bind /proc/sys/net/mptcp $all && mount -t tmpfs none /proc/sys/net/mptcp || exit
        for one in enabled checksum_enabled pm_type; do : > /proc/sys/net/mptcp/$one; mount --bind $all/$one /proc/sys/net/mptcp/$one; done
        exec "$@"`;
      const inside = ['netns', 'exec', name, 'unshare', '-m', 'sh', '-c', older, 'sh', guard, 'hold', 'joins'];
      const child = execa('ip', inside, { stdin: 'pipe' });
      const lines = child.iterable();
      const { settings } = JSON.parse((await lines.next()).value ?? '');
      assert.equal(settings, {
        'net.mptcp.pm_type': { found: '0', held: '1' },
        'mptcp limits': { found: '0 2', held: '0 0' },
        'net.ipv4.ip_local_reserved_ports': { found: '', held: '' },
      });
      assert.is(await manager(name), '1');
      child.stdin.end();
      assert.is((await lines.next()).value, '{"moved":[]}');
      await child;
      assert.is(await manager(name), '0');
    }));

  test('a kernel without a path manager in user space joins nothing, and says so', () =>
    withNamespace('guard', async (name) => {
      const older = 'mount -t tmpfs none /proc/sys/net/mptcp && echo 1 > /proc/sys/net/mptcp/enabled && exec "$@"';
      const hold = (...words: string[]) =>
        execa('ip', ['netns', 'exec', name, 'unshare', '-m', 'sh', '-c', older, 'sh', guard, 'hold', ...words], {
          input: '',
          reject: false,
        });
      const { exitCode, stderr } = await hold('joins');
      assert.is(exitCode, 3);
      assert.match(stderr, /^refused E_CONFIG: no program can be the path manager of this kernel/);
      assert.is((await hold()).exitCode, 0, 'without joins it is none that matters');
    }));
}

test.run();
