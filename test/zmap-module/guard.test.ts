// needs: root
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isRoot, withNamespace } from '../orchestrator/tools/namespace.ts';
import { skipUnless } from '../skip.ts';
import { gone, guard, holder, journals, kill, rules } from './holder.ts';

const test = suite('mptcp-guard');

/** Newer kernels have it. */
const keepsOption = 'net.mptcp.syn_retrans_before_tcp_fallback';
const newer = existsSync(`/proc/sys/${keepsOption.replaceAll('.', '/')}`);
const orNone = <T>(values: T[]) => (newer ? values : []);

/** Settings of a namespace as somebody left them, none of them as a measurement needs it. */
const foreign = ['3600', '1', '8080', ...orNone(['3']), 'add_addr_accepted 8 subflows 8'];
const needed = ['0', '0', '8080,61001-65096', ...orNone(['128']), 'add_addr_accepted 0 subflows 0'];

async function settings(name: string): Promise<string[]> {
  const always = ['net.mptcp.blackhole_timeout', 'net.mptcp.pm_type', 'net.ipv4.ip_local_reserved_ports'];
  const names = [...always, ...orNone([keepsOption])];
  const sysctls = await execa('ip', ['netns', 'exec', name, 'sysctl', '-n', ...names]);
  const limits = await execa('ip', ['netns', 'exec', name, 'ip', 'mptcp', 'limits']);
  return [...sysctls.stdout.split('\n'), limits.stdout.trim()];
}

async function untidy(name: string): Promise<void> {
  const always = ['net.mptcp.blackhole_timeout=3600', 'net.mptcp.pm_type=1', 'net.ipv4.ip_local_reserved_ports=8080'];
  const set = [...always, ...orNone([`${keepsOption}=3`])];
  const inside = ['netns', 'exec', name];
  await execa('ip', [...inside, 'sysctl', '-qw', ...set, 'net.ipv4.ip_local_port_range=1024 65535']);
  await execa('ip', [...inside, 'ip', 'mptcp', 'limits', 'set', 'subflows', '8', 'add_addr_accepted', '8']);
  assert.equal(await settings(name), foreign);
}

/** A leader that others lean on gives its place to a child of its own, which nobody here can wait for. */
async function settled(name: string, expected: string[]): Promise<void> {
  const done = async () => String(await settings(name)) === String(expected) && journals(name).length === 0;
  for (let tries = 0; tries < 100 && !(await done()); tries++);
  assert.equal(await settings(name), expected);
  assert.equal(journals(name), [], 'no journal is left');
}

if (!skipUnless(isRoot, 'mptcp-guard', 'needs root')) {
  const inUntidy = (work: (name: string) => Promise<void>) =>
    withNamespace('guard', async (name) => {
      await untidy(name);
      await work(name);
      await settled(name, foreign);
    });

  for (const signal of ['SIGKILL', 'SIGHUP', 'SIGTERM', 'SIGINT'] as const) {
    test(`what it set is put back when its parent is ended by ${signal}`, () =>
      inUntidy(async (name) => {
        const one = await holder(name);
        assert.equal(await settings(name), needed);
        await kill(one, signal);
        await gone(one.guard);
      }));
  }

  test('of two that overlap the second finds what the first found, and the last to end puts it back', () =>
    inUntidy(async (name) => {
      const [first, second] = [await holder(name), await holder(name)];
      assert.equal(
        [first.ports, second.ports],
        [
          [61002, 61512],
          [61514, 62024],
        ],
      );
      await kill(first, 'SIGKILL');
      await gone(first.guard);
      assert.equal(await settings(name), needed, 'the second still measures');
      const third = await holder(name);
      assert.equal(third.ports, [61002, 61512], 'the ports of one that ended are free');
      await kill(second, 'SIGTERM');
      await gone(second.guard);
      assert.equal(await settings(name), needed, 'the third still measures');
      await kill(third, 'SIGKILL');
      await gone(third.guard);
    }));

  test('when the first guard itself is killed, the second puts back what the first had found', () =>
    inUntidy(async (name) => {
      const [first, second] = [await holder(name), await holder(name)];
      process.kill(first.guard, 'SIGKILL');
      await gone(first.guard);
      assert.equal(await settings(name), needed);
      await kill(second, 'SIGKILL');
      await gone(second.guard);
      await kill(first, 'SIGKILL');
    }));

  test('when all guards were killed, the next one reads in the journal what there was before', () =>
    inUntidy(async (name) => {
      const first = await holder(name);
      process.kill(first.guard, 'SIGKILL');
      await gone(first.guard);
      await kill(first, 'SIGKILL');
      assert.equal(await settings(name), needed);
      const next = await holder(name);
      await kill(next, 'SIGKILL');
      await gone(next.guard);
    }));

  test('a setting that somebody else changed meanwhile is told of, and left as they want it', () =>
    withNamespace('guard', async (name) => {
      const inside = ['netns', 'exec', name];
      const child = execa('ip', [...inside, guard, 'hold'], { stdin: 'pipe' });
      const lines = child.iterable();
      await lines.next();
      await execa('ip', [...inside, 'sysctl', '-qw', 'net.mptcp.blackhole_timeout=77']);
      child.stdin.end();
      assert.equal((await lines.next()).value, '{"moved":["net.mptcp.blackhole_timeout"]}');
      await child;
      assert.is((await settings(name))[0], '77');
    }));

  test('without capabilities it holds what is right already, and refuses by name what is not', () =>
    withNamespace('guard', async (name) => {
      const user = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--inh-caps=-all'];
      const hold = () => execa('ip', ['netns', 'exec', name, ...user, guard, 'hold'], { input: '', reject: false });
      const refused = await hold();
      assert.is(refused.exitCode, 3);
      assert.match(
        refused.stderr,
        /^refused E_PRIVILEGES: net\.mptcp\.blackhole_timeout is 3600, .*\|sysctl -w net\.mptcp\.blackhole_timeout=0$/,
      );
      await execa('ip', ['netns', 'exec', name, 'sysctl', '-qw', 'net.mptcp.blackhole_timeout=0']);
      const held = await hold();
      assert.is(held.exitCode, 0, held.stderr);
      assert.match(held.stdout, '"mptcp limits":{"found":"0 2","held":"0 2"}');
      if (newer) assert.match(held.stdout, `"${keepsOption}":{"found":"2","held":"2"}`);
    }));

  if (newer) {
    test('a setting that drops the option of no SYN already stays as it is', () =>
      withNamespace('guard', async (name) => {
        await execa('ip', ['netns', 'exec', name, 'sysctl', '-qw', `${keepsOption}=200`]);
        const { stdout } = await execa('ip', ['netns', 'exec', name, guard, 'hold'], { input: '' });
        assert.match(stdout, `"${keepsOption}":{"found":"200","held":"200"}`);
      }));

    test('one that cannot be set hinders neither the first guard nor one that leans on it', () =>
      withNamespace('guard', async (name) => {
        await execa('ip', ['netns', 'exec', name, 'sysctl', '-qw', 'net.mptcp.blackhole_timeout=0']);
        const user = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--inh-caps=-all'];
        const inside = ['netns', 'exec', name, ...user, guard, 'hold'];
        const first = execa('ip', inside, { stdin: 'pipe' });
        await first.iterable().next();
        const second = await execa('ip', inside, { input: '', reject: false });
        first.stdin.end();
        assert.is(second.exitCode, 0, second.stderr);
        assert.match(second.stdout, `"${keepsOption}":{"found":"2","held":"2"}`);
        assert.match(second.stdout, '{"moved":[]}');
        await first;
      }));
  }

  test('SYNs from its ports lose their timestamps for as long as the guard lives, kill -9 or not', () =>
    withNamespace('guard', async (name) => {
      await execa('ip', ['netns', 'exec', name, 'nft', 'add', 'table', 'inet', 'somebody']);
      const before = await rules(name);
      const one = await holder(name, ['bare-syns']);
      assert.match(await rules(name), 'tcp sport 61002-61512 tcp flags syn / syn,ack reset tcp option timestamp');
      await execa('ip', ['netns', 'exec', name, 'nft', 'flush', 'ruleset']);
      assert.match(await rules(name), 'reset tcp option timestamp', 'nobody else takes it away');
      await execa('ip', ['netns', 'exec', name, 'nft', 'add', 'table', 'inet', 'somebody']);
      process.kill(one.guard, 'SIGKILL');
      await gone(one.guard);
      assert.is(await rules(name), before);
      await kill(one, 'SIGKILL');
    }));

  test('of two guards each takes the timestamps from its own ports alone, and leaves the other its rule', () =>
    withNamespace('guard', async (name) => {
      const [first, second] = [await holder(name, ['bare-syns']), await holder(name, ['bare-syns'])];
      assert.match(await rules(name), /61002-61512[\s\S]*61514-62024/);
      await kill(first, 'SIGKILL');
      await gone(first.guard);
      for (let tries = 0; tries < 100 && (await rules(name)).includes('61002'); tries++);
      assert.not.match(await rules(name), '61002-61512');
      assert.match(await rules(name), '61514-62024');
      await kill(second, 'SIGTERM');
      await gone(second.guard);
      assert.is(await rules(name), '');
    }));

  test('who may not have the rule is told why, and measures with timestamps', () =>
    withNamespace('guard', async (name) => {
      await execa('ip', ['netns', 'exec', name, 'sysctl', '-qw', 'net.mptcp.blackhole_timeout=0']);
      const user = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--inh-caps=-all'];
      const asNobody = (word: string) =>
        execa('ip', ['netns', 'exec', name, ...user, guard, word, 'bare-syns'], { input: '' });
      assert.match((await asNobody('hold')).stdout, '"bare_syns":false,"timestamps_because":"Operation not permitted"');
      assert.is((await asNobody('look')).stdout, 'timestamps stay: Operation not permitted');
    }));

  test('checksums are asked for where that is wanted, and who wants them otherwise waits', () =>
    inUntidy(async (name) => {
      const checksum = async () =>
        (await execa('ip', ['netns', 'exec', name, 'sysctl', '-n', 'net.mptcp.checksum_enabled'])).stdout;
      const one = await holder(name, ['checksum=1']);
      assert.is(await checksum(), '1');
      const other = await execa('ip', ['netns', 'exec', name, guard, 'hold', 'checksum=0'], {
        input: '',
        reject: false,
      });
      assert.match(other.stderr, /^refused E_PROGRAM_FAILED: net\.mptcp\.checksum_enabled is 1, though process \d+ /);
      await kill(one, 'SIGKILL');
      await gone(one.guard);
      assert.is(await checksum(), '0');
    }));

  test('who holds its name without being a guard is not waited for for ever', () =>
    withNamespace('guard', async (name) => {
      const squat =
        'use Socket; socket(S, AF_UNIX, SOCK_SEQPACKET, 0); bind(S, pack_sockaddr_un("\\0mptcp-census-guard")) or die; ' +
        'listen(S, 5); $| = 1; print "there"; sleep 60';
      const other = spawn('ip', ['netns', 'exec', name, 'perl', '-e', squat], { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(other.stdout, 'data');
      const { exitCode, stderr } = await execa('ip', ['netns', 'exec', name, guard, 'hold'], {
        input: '',
        reject: false,
      });
      other.kill('SIGKILL');
      await once(other, 'exit');
      assert.is(exitCode, 3);
      assert.match(stderr, 'another process holds the name');
    }));
}

test.run();
