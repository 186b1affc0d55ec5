// needs: root
import { chownSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isRoot, withNamespace } from '../orchestrator/tools/namespace.ts';
import { skipUnless } from '../skip.ts';
import { gone, guard, holder, journals, kill } from './holder.ts';

const test = suite('mptcp-guard, journals');

if (!skipUnless(isRoot, 'mptcp-guard, journals', 'needs root')) {
  /** A namespace whose guard was killed, and the path of its journal. */
  async function withOrphan(use: (name: string, journal: string) => Promise<void>): Promise<void> {
    await withNamespace('guard', async (name) => {
      // Not as it is needed, so that there is something to be kept.
      await execa('ip', ['netns', 'exec', name, 'sysctl', '-qw', 'net.mptcp.blackhole_timeout=3600']);
      const first = await holder(name);
      process.kill(first.guard, 'SIGKILL');
      await gone(first.guard);
      await kill(first, 'SIGKILL');
      const [journal = ''] = journals(name);
      assert.not.equal(journal, '');
      try {
        await use(name, join('/dev/shm', journal));
      } finally {
        rmSync(join('/dev/shm', journal), { force: true });
      }
    });
  }

  /** The journal as it is once its namespace is gone: the kernel gives the number of one away again, this one to none. */
  const outlive = (journal: string) =>
    writeFileSync(journal, readFileSync(journal, 'utf8').replace(/net:\[\d+\]/, 'net:[1]'));

  for (const word of ['hold', 'look']) {
    test(`the next ${word} removes the journal of a namespace that is gone, and none of one without a process`, () =>
      withOrphan(async (_, journal) =>
        withNamespace('other', async (name) => {
          const begin = () => execa('ip', ['netns', 'exec', name, guard, word], { input: '', reject: false });
          assert.match(readFileSync(journal, 'utf8'), /^namespace\tnet:\[\d+\]\n/);
          await begin();
          assert.ok(existsSync(journal));
          outlive(journal);
          await begin();
          assert.not(existsSync(journal));
        }),
      ));
  }

  test('no journal goes where it cannot be told who is in which namespace, and none of another user', () =>
    withOrphan(async (name, journal) => {
      outlive(journal);
      const look = (...before: string[]) =>
        execa('ip', ['netns', 'exec', name, ...before, guard, 'look'], { input: '', reject: false });
      chownSync(journal, 65_534, 65_534);
      await look();
      assert.ok(existsSync(journal), "another user's");
      await look('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups');
      assert.ok(existsSync(journal), 'root is where its owner may not look');
    }));
}

test.run();
