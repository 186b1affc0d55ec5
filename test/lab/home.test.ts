// needs: root
import { chown, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readManifest } from '../../orchestrator/core/folder/manifest.ts';
import { check } from '../../scripts/lab/check/check.ts';
import { readResult } from '../../scripts/lab/check/result.ts';
import { raise } from '../../scripts/lab/lab.ts';
import { tearDown } from '../../scripts/lab/teardown.ts';
import { readTruth } from '../../scripts/lab/truth.ts';
import { cliWords } from '../cli-words.ts';
import { skipUnless } from '../skip.ts';
import { whyNoLab } from './inside.ts';

const test = suite('lab/home');

/** Some user's; any but root's will do. */
const UID = 65_534;

/** A home as Debian 12 and 13 make it: nobody but its owner may look into it. */
async function home(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'home-test-'));
  await chown(folder, UID, UID);
  const { mode, uid } = await stat(folder);
  assert.equal([mode & 0o777, uid], [0o700, UID]);
  return folder;
}

const reason = await whyNoLab();
if (!skipUnless(reason === null, 'lab/home', reason ?? '')) {
  test('root makes a census from a checkout in the home of somebody else, every stage of it', async () => {
    const folder = await home();
    const { state } = await raise({ world: 'tiny', dir: join(folder, 'lab') });
    try {
      const [checkout, run] = [join(folder, 'checkout'), join(folder, 'runs/first')];
      await mkdir(checkout);
      // Programs that give up root's right to pass closed folders fail on absolute paths, the checkout's own too. The mount is gone with
      // the process: `ip netns exec` gives each a mount namespace.
      const script = 'mount --bind "$1" "$2" && cd "$2" && shift 2 && exec "$@"';
      const census = [...cliWords, 'run', '-c', join(state.data, 'census.yaml'), run];
      const command = ['sh', '-c', script, 'sh', process.cwd(), checkout, process.execPath, ...census];
      const ended = await execa('ip', ['netns', 'exec', state.scanner, ...command, '--set', 'os=true'], {
        reject: false,
        timeout: 300_000,
        env: { HOME: folder },
      });
      assert.is(ended.exitCode, 0, ended.stdout + ended.stderr);
      const truth = await readTruth(join(state.data, 'truth.json'));
      assert.equal(check(truth, await readResult(run)).differences, []);
      const { stages } = (await readManifest(run)) ?? {};
      assert.ok((stages?.os?.counts?.answered ?? 0) > 0, JSON.stringify(stages?.os));
    } finally {
      await tearDown(state);
      await rm(folder, { recursive: true });
    }
  });
}

test.run();
