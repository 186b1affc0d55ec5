// needs: root
import { chown, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../../orchestrator/config/config.ts';
import { searchPath } from '../../../../orchestrator/core/process/launch.ts';
import { captureFile, hasRead } from '../../../../orchestrator/tools/wget/capture.ts';
import { wget } from '../../../../orchestrator/tools/wget/tool.ts';
import { skipUnless } from '../../../skip.ts';
import { decodeAll, makeContext, temporaryFolder } from '../context.ts';
import { isRoot } from '../namespace.ts';
import { lab, withLab } from './lab.ts';

const test = suite('the end of a capture');

/** A capture that is awake at the looks named, and asleep at all others. */
function awakeAt(...looks: number[]) {
  const seen = { looks: 0, isAsleep: () => !looks.includes(seen.looks++) };
  return seen;
}

test('a capture that sleeps at three looks in a row has read everything', async () => {
  const capture = awakeAt(0, 3);
  assert.ok(await hasRead(capture, 1000));
  assert.is(capture.looks, 7, 'two in a row are not enough');
});

test('one that goes on reading is not waited for without end', async () => {
  assert.not.ok(await hasRead({ isAsleep: () => false }, 100));
});

/** A dumpcap that reads nothing from its second second to its seventh, as on a disk that stands still. */
async function slowDumpcap(): Promise<string> {
  const folder = await temporaryFolder();
  const { stdout: path } = execaSync('sh', ['-c', 'command -v dumpcap']);
  const script = `#!/bin/sh
echo "$@" >${folder}/arguments
case "$*" in *--version*) ;; *) (sleep 1; kill -STOP $$; sleep 6; kill -CONT $$) >/dev/null 2>&1 & ;; esac
exec ${path} "$@"
`;
  await writeFile(join(folder, 'dumpcap'), script, { mode: 0o755 });
  return folder;
}

const configOf = (handshake: object, scan: object = {}) =>
  Config.parse({
    lab: true,
    lab_ranges: lab.ranges,
    targets: { prefixes: ['198.18.0.0/16'] },
    handshake,
    scan,
  });

type Context = Awaited<ReturnType<typeof makeContext>>;

/** Connects to some servers of the lab, with the dumpcap of a folder, and looks at what came of it, in `part` if it is given. */
async function collected(
  config: Config,
  addresses: string[],
  folder: string,
  look: (context: Context) => Promise<void>,
  part?: string,
): Promise<void> {
  const rows = addresses.map((address) => ({ address, port: 80, host: null }));
  await withLab(async ({ within }) => {
    const own = [...within, 'env', `PATH=${folder}:${searchPath()}`];
    const context = await makeContext({ rows, config, within: own, ...(part === undefined ? {} : { folder: part }) });
    await wget.collect?.(context);
    await look(context);
  });
}

const inLab =
  isRoot &&
  ['dumpcap', 'tshark', 'nginx', 'nft'].every((name) => execaSync(name, ['-v'], { reject: false }).code !== 'ENOENT');
const title = 'what a capture has not yet read when the last connection ends is not lost';
if (!skipUnless(inLab, title, 'needs root, dumpcap, tshark, nginx and nft')) {
  test(title, async () => {
    const folder = await slowDumpcap();
    const config = configOf({ hold: '2s', timeout: '5s', hold_first: false });
    await collected(config, [lab.announces, lab.redirects], folder, async (context) => {
      const { records, rejects } = await decodeAll(wget, context);
      assert.equal(rejects, []);
      for (const record of records) {
        assert.is(record.fallback, false, record.address);
        assert.ok(record.hold_held, 'seen to its end');
      }
      assert.is((await wget.facts?.(context.folder))?.capture_cut, undefined);
    });
  });

  test("a capture ends by itself, whatever becomes of the run, is its owner's alone, and holds headers and no page", async () => {
    const folder = await slowDumpcap();
    const hurried = { hold: '1s', timeout: '5s', hold_first: false };
    const config = configOf(hurried, { interface: 'lo' });
    await collected(config, [lab.announces, lab.ipv6], folder, async (context) => {
      const words = await readFile(join(folder, 'arguments'), 'utf8');
      const [, seconds = '', kib = ''] = / -a duration:(\d+) -a filesize:(\d+) /.exec(words) ?? [];
      assert.ok(Number(seconds) > 10 && Number(seconds) < 300, words);
      assert.ok(Number(kib) > 1024 && Number(kib) < 1 << 20, words);
      assert.is((await stat(join(context.folder, captureFile))).mode & 0o777, 0o600);
      const capture = await readFile(join(context.folder, captureFile));
      assert.ok(capture.includes('GET / HTTP'), 'of the request the beginning has room');
      assert.not.ok(capture.includes('hello'), 'the page was captured');
      // The page may begin behind more bytes of the answer's own headers than are kept: what is kept is seen by its length.
      const asked = ['-r', join(context.folder, captureFile), ...'-T fields -e frame.cap_len -e frame.len'.split(' ')];
      const packets = execaSync('tshark', asked).stdout.split('\n');
      const lengths = packets.map((packet) => packet.split('\t').map(Number));
      assert.is(Math.max(...lengths.map(([kept = 0]) => kept)), 120, 'of a link, IPv6 and TCP with all options');
      assert.ok(lengths.some(([kept = 0, whole = 0]) => whole > kept));
      const { records, rejects } = await decodeAll(wget, context);
      assert.equal(rejects, [], 'captured though the prober was given another interface than they left by');
      assert.equal(
        records.map(({ fallback }) => fallback),
        [false, false],
      );
    });
  });

  test('in the home of somebody else root writes a capture too, though dumpcap gives up the right to pass closed folders', async () => {
    const home = await temporaryFolder();
    const part = join(home, 'part');
    await mkdir(part);
    await chown(home, 65_534, 65_534);
    assert.is((await stat(home)).mode & 0o777, 0o700, 'as a home is');
    const config = configOf({ hold: '1s', timeout: '5s', hold_first: false });
    const look = async (context: Context) => {
      const { records, rejects } = await decodeAll(wget, context);
      assert.equal([records.map(({ fallback }) => fallback), rejects], [[false], []]);
    };
    await collected(config, [lab.announces], home, look, part);
  });
}

test.run();
