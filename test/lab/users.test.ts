// needs: root
// takes: long
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { chmod, chown, rm } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readManifest } from '../../orchestrator/core/folder/manifest.ts';
import { tearDown } from '../../scripts/lab/teardown.ts';
import { cliWords } from '../cli-words.ts';
import { skipUnless } from '../skip.ts';
import { type Stand, standUp } from './census-in-lab.ts';
import { whyNoLab } from './inside.ts';

const test = suite('lab/users');

/** The gate does without two of the runs. */
const whole = process.env.USERS === 'all';
/** Some user's; any but root's will do. */
const UID = 65_534;
/** The program as it is started in the checkout. */
const cli = [process.execPath, ...cliWords.map((word) => (isAbsolute(word) ? relative('.', word) : word))];
const asUser = ['setpriv', `--reuid=${UID}`, `--regid=${UID}`, '--clear-groups'];
const withCaps = (...names: string[]) => {
  const list = names.map((name) => `+${name}`).join(',');
  return [...asUser, `--inh-caps=${list}`, `--ambient-caps=${list}`];
};
/**
 * The checkout at another place: in /root, or in a home, it is closed to other users. The mount is gone with the process, as `ip netns exec`
 * gives each a mount namespace.
 */
function inOpenCheckout(stand: Stand): string[] {
  const place = stand.folder('checkout');
  const script = 'mkdir -p "$1" && mount --bind . "$1" && cd "$1" && shift && exec "$@"';
  return ['ip', 'netns', 'exec', stand.lab.scanner, 'sh', '-c', script, 'sh', place];
}
const inMounts = (script: string) => ['unshare', '-m', 'sh', '-c', `${script}; exec "$@"`, 'sh'];

/** What /proc says of a process of a run, by the name of its program. */
interface Seen {
  uids: string;
  capabilities: string;
  noNewPrivileges: string;
  variables: string[];
}

function field(status: string, name: string): string {
  return new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1]?.replaceAll('\t', ' ') ?? '';
}

/** Looks at all processes below one, again and again, until it ends. */
async function watchBelow(root: number, ended: () => boolean): Promise<Map<string, Seen[]>> {
  const seen = new Map<string, Seen[]>();
  const below = new Set([root]);
  while (!ended()) {
    for (const pid of readdirSync('/proc').map(Number).filter(Boolean)) {
      try {
        const status = readFileSync(`/proc/${pid}/status`, 'utf8');
        if (!below.has(Number(field(status, 'PPid')))) continue;
        below.add(pid);
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        // Asked at the start which version it is, of whoever calls; a wget of the run itself may be over between two looks.
        if (words.includes('--version')) continue;
        const [, word = ''] = words;
        const named = field(status, 'Name');
        const name = named === 'mptcp-guard' ? `${named} ${word}` : named;
        const variables = readFileSync(`/proc/${pid}/environ`, 'utf8')
          .split('\0')
          .map((one) => one.split('=')[0] ?? '');
        const [uids, capabilities] = [field(status, 'Uid'), field(status, 'CapEff')];
        const noNewPrivileges = field(status, 'NoNewPrivs');
        seen.set(name, [...(seen.get(name) ?? []), { uids, capabilities, noNewPrivileges, variables }]);
      } catch {
        // it has ended meanwhile
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return seen;
}

interface Ended {
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
  seen: Map<string, Seen[]>;
}

async function run(
  stand: Stand,
  folder: string,
  before: string[] = [],
  env: Record<string, string> = {},
): Promise<Ended> {
  const command = [...before, ...cli, 'run', '-c', stand.config, folder];
  const [file = '', ...words] = [...inOpenCheckout(stand), ...command];
  const child = execa(file, words, { reject: false, input: '', env });
  let over = false;
  const watched = watchBelow(child.pid ?? 0, () => over);
  const { exitCode, stdout, stderr } = await child;
  over = true;
  return { exitCode, stdout, stderr, seen: await watched };
}

async function resultOf(folder: string): Promise<string | null> {
  return (await readManifest(folder))?.result_sha256 ?? null;
}

/** A folder of the user's, with nobody else let in. */
async function home(stand: Stand, name: string): Promise<string> {
  const folder = stand.folder(name);
  mkdirSync(folder, { mode: 0o700 });
  await chown(folder, UID, UID);
  return folder;
}

const raw = '0000000000002000';
const admin = '0000000000001000';
const none = '0000000000000000';
/** The capabilities of each program that a run starts; whatever is not named here has none. */
const expected: Record<string, string> = { zmap: raw, dumpcap: raw, nmap: raw, 'mptcp-guard hold': admin };
const variables = ['HOME', 'LC_ALL', 'PATH', 'SHLVL', 'TERM', 'TMPDIR', 'TZ'];
/** What a tool sets for its own program. */
const ofTools = /^(MPTCP_|LD_PRELOAD$|WIRESHARK_CONFIG_DIR$|NMAP_PRIVILEGED$|)/;

function requireLeast(seen: Map<string, Seen[]>, uid: number): void {
  for (const program of ['zmap', 'dumpcap', 'wget', 'mptcp-guard hold'])
    assert.ok(seen.has(program), `${program} was seen`);
  for (const program of ['zmap', 'dumpcap', 'wget', 'mptcp-guard hold', 'tshark', 'adnshost']) {
    const all = seen.get(program) ?? [];
    const last = all.at(-1);
    if (last === undefined) continue; // over before it was looked at
    assert.is(last.uids, `${uid} ${uid} ${uid} ${uid}`, program);
    assert.is(last.noNewPrivileges, '1', program);
    // Some give up themselves what they need no more.
    const most = expected[program] ?? none;
    assert.ok(
      all.every(({ capabilities }) => [most, none].includes(capabilities)),
      program,
    );
    const odd = last.variables.filter((name) => !variables.includes(name) && !ofTools.test(name));
    assert.equal(odd, [], program);
    assert.not(last.variables.includes('SECRET_OF_THE_CALLER'));
  }
}

const reason = await whyNoLab();
if (!skipUnless(reason === null, 'lab/users', reason ?? '')) {
  test('whoever makes a census comes to the same result with no more rights than it takes, or is told before the first packet', async () => {
    const stand = await standUp({ world: 'tiny' });
    try {
      await chmod(dirname(stand.config), 0o755);
      await chmod(dirname(stand.folder('x')), 0o755);
      const secret = { SECRET_OF_THE_CALLER: 'x', LD_LIBRARY_PATH: '/nonexistent' };
      const theirs = join(await home(stand, 'home-of-root-run'), 'runs', 'first');
      const forThem = await run(stand, theirs, [], secret);
      assert.is(forThem.exitCode, 0, forThem.stdout + forThem.stderr);
      requireLeast(forThem.seen, UID);
      const result = await resultOf(theirs);
      assert.ok(result !== null);
      assert.is(statSync(theirs).mode & 0o777, 0o750);
      for (const name of readdirSync(theirs, { recursive: true, encoding: 'utf8' })) {
        const { uid, mode } = statSync(join(theirs, name));
        assert.equal([uid, mode & 0o027], [UID, 0], name);
      }
      const [file = '', ...words] = [...inOpenCheckout(stand), ...asUser, ...cli, 'replay', theirs];
      const replay = await execa(file, words, { reject: false });
      assert.is(replay.exitCode, 0, replay.stdout + replay.stderr);

      const own = join(await home(stand, 'home'), 'run');
      const user = await run(stand, own, withCaps('net_raw', 'net_admin'), secret);
      assert.is(user.exitCode, 0, user.stdout + user.stderr);
      requireLeast(user.seen, UID);
      assert.is(await resultOf(own), result, 'as an ordinary user');

      const refusals: [who: string, before: string[], says: RegExp][] = [
        [
          'read-only',
          inMounts('mount --bind /proc/sys /proc/sys && mount -o remount,ro,bind /proc/sys'),
          /blackhole_timeout is 3600.*Read-only.*\n.*sysctl -w net\.mptcp\.blackhole_timeout=0/,
        ],
        [
          'no-admin',
          withCaps('net_raw'),
          /blackhole_timeout is 3600.*\n.*sysctl -w net\.mptcp\.blackhole_timeout=0.*; or .*net_admin/i,
        ],
        ['no-raw', withCaps('net_admin'), /needs zmap with CAP_NET_RAW.*\n.*net_raw/i],
        ['no-mptcp', inMounts('mount -t tmpfs none /proc/sys/net/mptcp'), /this kernel has no MPTCP.*\n.*CONFIG_MPTCP/],
      ];
      for (const [who, before, says] of refusals) {
        const folder = join(await home(stand, who), 'run');
        const refused = await run(stand, folder, before);
        assert.is(refused.exitCode, 2, `${who}: ${refused.stdout}${refused.stderr}`);
        assert.match(refused.stderr, says, who);
        assert.equal(readdirSync(dirname(folder)), [], `${who}: nothing was begun`);
      }

      if (!whole) return;
      const root = await run(stand, stand.folder('root'), [], secret);
      assert.is(root.exitCode, 0, root.stdout + root.stderr);
      requireLeast(root.seen, 0);
      assert.is(await resultOf(stand.folder('root')), result, 'as root, in a folder of its own');
      await execa('ip', ['netns', 'exec', stand.lab.scanner, 'sysctl', '-qw', 'net.mptcp.blackhole_timeout=0']);
      const least = join(await home(stand, 'least'), 'run');
      const right = await run(stand, least, withCaps('net_raw'));
      assert.is(right.exitCode, 0, right.stdout + right.stderr);
      assert.is(await resultOf(least), result, 'what is right already needs no CAP_NET_ADMIN');
    } finally {
      await tearDown(stand.lab);
      await rm(dirname(stand.folder('x')), { recursive: true, force: true });
    }
  });
}

test.run();
