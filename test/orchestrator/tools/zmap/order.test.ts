// needs: root
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { survivedSeed } from '../../../../orchestrator/tools/zmap/order.ts';
import { skipUnless } from '../../../skip.ts';
import { temporaryFolder } from '../context.ts';
import { isRoot, withPair } from '../namespace.ts';

const order = suite('scan order');

// A sweep of 1 to 3000 over 16 addresses with Debian's zmap 2.1.1: it aborted with these and no others.
const fatal = [251, 871, 1269, 1323, 1952, 2512, 2614, 2912, 2919];

order('a seed that zmap 2.1.1 survives is kept, the others give way to the next', () => {
  const changed = Array.from({ length: 3000 }, (_, index) => index + 1).filter((seed) => survivedSeed(seed) !== seed);
  assert.equal(changed, fatal);
  for (const seed of fatal) assert.is(survivedSeed(seed), seed + 1);
});

order('zmap itself aborts with the one and lists all targets with the other', async () => {
  if (skipUnless(isRoot, 'zmap --dryrun in a namespace', 'needs root')) return;
  await withPair('order', async (scanner) => {
    const none = join(await temporaryFolder(), 'none');
    const lists = async (seed: number): Promise<number | null> => {
      const files = ['-C', none, '-b', none, '-i', 's0', '-G', '02:00:00:00:00:01', '-p', '80', '-c', '1'];
      const args = ['zmap', '--dryrun', ...files, `--seed=${seed}`, '198.18.4.0/28'];
      const { stdout, exitCode } = await execa('ip', ['netns', 'exec', scanner, ...args], { reject: false });
      return exitCode === 0 ? (stdout.match(/daddr/g)?.length ?? 0) : null;
    };
    await execa('touch', [none]);
    for (const seed of fatal.slice(0, 3)) {
      assert.is(await lists(seed), null, `seed ${seed}`);
      assert.is(await lists(survivedSeed(seed)), 16, `instead of seed ${seed}`);
    }
  });
});

order.run();
