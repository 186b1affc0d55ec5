// needs: root
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { PrefixSet } from '../../orchestrator/address/prefix-set.ts';
import { optOutTable } from '../../orchestrator/tools/zmap/opt-out-table.ts';
import { temporaryFolder } from '../orchestrator/tools/context.ts';
import { isRoot, withNamespace } from '../orchestrator/tools/namespace.ts';
import { skipUnless } from '../skip.ts';
import { moduleFolder } from './lab.ts';

const test = suite('mptcp-join');
await execa('make', ['-s', '-C', moduleFolder, 'build/mptcp-join-checked']);
const joiner = join(moduleFolder, 'build', 'mptcp-join-checked');
const folder = await temporaryFolder();
const file = (name: string) => join(folder, name);
const table = optOutTable(new PrefixSet(['10.0.0.0/8', 'fc00::/7']), 1);
await writeFile(file('table'), table);
await writeFile(file('cut'), table.subarray(0, 40));
await writeFile(file('text'), '10.0.0.0/8\n');

const local = ['--ports', '61385-61512', '--held', '61002-61200'];
const ports = [...local, '--journal', file('journal')];
const outside = ['--outside', file('table')];

const wrong: [title: string, words: string[], input: string][] = [
  ['no ports of its own', ['--held', '61002-61200', ...outside], '.\n'],
  ['no ports of connections', ['--ports', '61385-61512', ...outside], '.\n'],
  ['ports that are none', ['--ports', '5-4', '--held', '61002-61200'], '.\n'],
  ['more ports than it keeps in mind', ['--ports', '1024-65535', '--held', '61002-61200'], '.\n'],
  ['a word without a value', [...ports, '--wait'], '.\n'],
  ['a time that is none', [...ports, '--wait', '0'], '.\n'],
  ['no journal', [...local, ...outside], '.\n'],
  ['a journal that cannot be written', [...local, ...outside, '--journal', folder], '.\n'],
  ['an unknown word', [...ports, '--inside', file('table')], '.\n'],
  ['a table that is cut short', [...ports, '--outside', file('cut')], '.\n'],
  ['a table that is text', [...ports, '--blocked', file('text')], '.\n'],
  ['a table that is not there', [...ports, '--opt-outs', file('none')], '.\n'],
  ['an address that is none', [...ports, ...outside], '198.18.0.1/32\n.\n'],
  ['an address with another second word', [...ports, ...outside], '198.18.0.1 asked\n.\n'],
  ['addresses without an end', [...ports, ...outside], '198.18.0.1\n'],
];
for (const [title, words, input] of wrong) {
  test(`${title}: it is refused before anything is heard`, async () => {
    const { exitCode, stdout } = await execa(joiner, words, { input, reject: false });
    assert.equal([exitCode, stdout], [2, '']);
  });
}

if (!skipUnless(isRoot, 'mptcp-join', 'needs root')) {
  test('it is ready, and ends with its input in order, and with a signal', () =>
    withNamespace('joiner', async (name) => {
      const words = ['netns', 'exec', name, joiner, ...ports, ...outside, '--opt-outs', file('table')];
      const ended = await execa('ip', words, { input: '198.18.0.1\n2001:db8::1\n2001:db8::2 interrupted\n.\n' });
      assert.is(ended.stdout, '{"ready":true}\n{"join_events_lost":0}');
      const child = execa('ip', words, { stdin: 'pipe', reject: false });
      child.stdin.write('.\n');
      for await (const line of child.iterable()) {
        assert.ok(['{"ready":true}', '{"join_events_lost":0}'].includes(line));
        child.kill('SIGTERM');
      }
      assert.is((await child).exitCode, 3);
    }));

  test('without the right to it, it says so', () =>
    withNamespace('joiner', async (name) => {
      const user = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--inh-caps=-all'];
      const words = ['netns', 'exec', name, ...user, joiner, ...local, '--journal', '/dev/null'];
      const { exitCode, stderr } = await execa('ip', words, { input: '.\n', reject: false });
      assert.is(exitCode, 1);
      assert.match(stderr, 'cannot listen to path manager events here: Operation not permitted');
    }));
}

test.run();
