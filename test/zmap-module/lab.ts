import { once } from 'node:events';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { removeNetnsFiles, writeNetnsFiles } from '../../scripts/lab/netns-files.ts';
import { skipUnless } from '../skip.ts';

/** The module's folder, its plug-in and its lab programs, all built by `make -C zmap-module all lab-programs`. */
export const moduleFolder = join(import.meta.dirname, '../../zmap-module');
export const plugin = join(moduleFolder, 'build/mptcp_synscan.so');

export const gatewayMac = '02:00:00:00:00:01';

/** A scanner and what it scans, in namespaces without a route out. `folder` holds an empty zmap.conf and blocklist.conf. */
export interface Lab {
  folder: string;
  scanner: string;
  target: string;
  ip(...words: readonly string[]): Promise<void>;
  inTarget(command: readonly string[]): Promise<void>;
  /** Starts a program in a namespace and waits until it prints READY; the function that comes back ends it before the lab does. */
  serve(namespace: string, command: readonly string[]): Promise<() => Promise<void>>;
  addNamespace(word: string): Promise<string>;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Why no such lab can stand here, or null. */
export async function whyNoLab(): Promise<string | null> {
  if (process.getuid?.() !== 0) return 'needs root';
  if (!(await exists('/proc/sys/net/mptcp/enabled'))) return 'this kernel has no MPTCP';
  if (!(await exists('/dev/net/tun'))) return 'there is no TUN device';
  const folders = (process.env.PATH ?? '').split(delimiter);
  for (const program of ['ip', 'nft', 'sysctl', 'zmap', 'make', 'gcc']) {
    const found = await Promise.all(folders.map((folder) => exists(join(folder, program))));
    if (!found.includes(true)) return `${program} is missing`;
  }
  return null;
}

function start(namespace: string, command: readonly string[]) {
  return execa('ip', ['netns', 'exec', namespace, ...command], { reject: false, buffer: false });
}
type Program = ReturnType<typeof start>;

/** A program says READY with its first output; one that ends instead says so on stderr. */
async function waitUntilReady(name: string, program: Program): Promise<void> {
  const ended = program.then(() => Promise.reject(new Error(`${name} ended before it was ready`)));
  ended.catch(() => undefined);
  await Promise.race([once(program.stdout, 'data'), ended]);
}

/** Runs `body` in a fresh lab and takes it down again, whatever happens. */
export async function withLab(body: (lab: Lab) => Promise<void>): Promise<void> {
  await execa('make', ['-s', '-C', moduleFolder, 'all', 'lab-programs']);
  const run = `mcmod${process.pid}`;
  const namespaces: string[] = [];
  const programs: Program[] = [];
  const folder = await mkdtemp(join(tmpdir(), 'mptcp-synscan-'));

  async function ip(...words: readonly string[]): Promise<void> {
    await execa('ip', words);
  }
  async function addNamespace(word: string): Promise<string> {
    const name = `${run}-${word}`;
    await ip('netns', 'add', name);
    namespaces.push(name);
    await writeNetnsFiles(name);
    // Without this a fresh interface answers no neighbour solicitation for a second or two.
    const noDad = ['net.ipv6.conf.default.accept_dad=0', 'net.ipv6.conf.default.dad_transmits=0'];
    await ip('netns', 'exec', name, 'sysctl', '-qw', ...noDad);
    await ip('-n', name, 'link', 'set', 'lo', 'up');
    return name;
  }
  async function serve(namespace: string, command: readonly string[]): Promise<() => Promise<void>> {
    const program = start(namespace, command);
    programs.push(program);
    await waitUntilReady(command.join(' '), program);
    return async () => {
      program.kill('SIGKILL');
      await program;
    };
  }

  try {
    await writeFile(join(folder, 'zmap.conf'), '');
    await writeFile(join(folder, 'blocklist.conf'), '# nothing is blocked in the lab\n');
    const scanner = await addNamespace('s');
    const target = await addNamespace('t');
    const inTarget = async (command: readonly string[]) => {
      await execa('ip', ['netns', 'exec', target, ...command]);
    };
    await body({ folder, scanner, target, ip, inTarget, serve, addNamespace });
  } finally {
    for (const program of programs) program.kill('SIGKILL');
    for (const name of namespaces) {
      await execa('ip', ['netns', 'del', name], { reject: false });
      await removeNetnsFiles(name);
    }
    await rm(folder, { recursive: true, force: true });
  }
}

/** Joins scanner and target by one link: 240.0.0.2 to 240.0.0.1, and 198.18.0.0/15 behind it. */
export async function joinDirectly({ ip, scanner, target, inTarget }: Lab): Promise<void> {
  await ip('-n', scanner, 'link', 'add', 's0', 'type', 'veth', 'peer', 'name', 't0', 'netns', target);
  await ip('-n', scanner, 'link', 'set', 's0', 'up');
  await ip('-n', target, 'link', 'set', 't0', 'address', gatewayMac, 'up');
  await ip('-n', scanner, 'addr', 'add', '240.0.0.2/24', 'dev', 's0');
  await ip('-n', target, 'addr', 'add', '240.0.0.1/24', 'dev', 't0');
  await ip('-n', scanner, 'route', 'add', '198.18.0.0/15', 'via', '240.0.0.1');
  await inTarget(['sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.core.somaxconn=1048576', 'net.mptcp.enabled=1']);
  await inTarget(['sysctl', '-qw', 'net.ipv4.tcp_max_syn_backlog=1048576', 'net.ipv4.tcp_syncookies=0']);
}

/** Runs `body` where scanner and target are joined by one link; skipped, with the reason, where no lab can stand. */
export async function inLab(title: string, body: (lab: Lab) => Promise<void>): Promise<void> {
  const missing = await whyNoLab();
  if (skipUnless(missing === null, title, missing ?? '')) return;
  await withLab(async (lab) => {
    await joinDirectly(lab);
    await body(lab);
  });
}

/** 65,536 kernel MPTCP servers: every address of 198.18.0.0/16 is local and one program listens on port 80. What comes back ends it. */
export async function addKernelServers(lab: Lab): Promise<() => Promise<void>> {
  await lab.ip('-n', lab.target, 'route', 'replace', 'local', '198.18.0.0/16', 'dev', 'lo');
  return lab.serve(lab.target, [join(moduleFolder, 'build/mptcp_server'), '80']);
}

/** IPv6 beside it: 2001:db8::2 to 2001:db8::1, and 2001:db8:1::/64 behind it, of which every address is local. */
export async function joinIpv6({ ip, scanner, target, inTarget }: Lab): Promise<void> {
  await ip('-n', scanner, 'addr', 'add', '2001:db8::2/64', 'dev', 's0', 'nodad');
  await ip('-n', target, 'addr', 'add', '2001:db8::1/64', 'dev', 't0', 'nodad');
  await ip('-n', scanner, 'route', 'add', '2001:db8:1::/48', 'via', '2001:db8::1');
  await inTarget(['sysctl', '-qw', 'net.ipv6.conf.all.forwarding=1']);
  await ip('-n', target, 'route', 'add', 'local', '2001:db8:1::/64', 'dev', 'lo');
}

/** A crowd on 198.18.0.0/15 in place of the personalities (zmap-module/test/responder.c). */
export type Crowd = 'crowd' | 'unkind';

/** The responder of personalities on 198.19.0.0/16, with a loss in percent for each way, drawn by `seed`. */
export async function addResponder(lab: Lab, lossPercent: number, crowd?: Crowd, seed = 1): Promise<void> {
  await lab.ip('-n', lab.target, 'tuntap', 'add', 'dev', 'tun0', 'mode', 'tun');
  await lab.ip('-n', lab.target, 'link', 'set', 'tun0', 'up', 'txqueuelen', '20000');
  const range = crowd === undefined ? '198.19.0.0/16' : '198.18.0.0/15';
  await lab.ip('-n', lab.target, 'route', 'add', range, 'dev', 'tun0');
  const more = crowd === undefined ? [] : [crowd];
  await lab.serve(lab.target, [
    join(moduleFolder, 'build/responder'),
    'tun0',
    String(lossPercent),
    String(seed),
    ...more,
  ]);
}
