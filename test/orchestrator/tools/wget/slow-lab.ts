import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import type { Place } from './programs.ts';

/**
 * A scanner, a slow path and servers of every habit (servers.ts) that have eight addresses to announce. Nothing leads out of it: the
 * path's last route is unreachable.
 */
export const address = { v4: '198.18.4.7', v6: '2001:db8:4::7' } as const;
export const announced = { v4: '198.18.4.10', v6: '2001:db8:4::10' } as const;
export const delay = new URL('../../../../zmap-module/build/delay', import.meta.url).pathname;
const program = new URL('servers.ts', import.meta.url).pathname;

interface Path {
  /** Milliseconds there and back. */
  roundTrip: number;
  /** Share of the packets that are lost, each way. */
  loss?: number;
}

export interface SlowLab {
  place: Place;
  /** Starts a server that is gone with the lab. */
  start(argv: string[]): void;
  scanner: string;
  target: string;
  inside: (namespace: string, ...argv: string[]) => ReturnType<typeof execa>;
  /** What all servers announce from now on: eight addresses of a family, with a port or without. */
  announce(family: 'v4' | 'v6', port: number | null): Promise<void>;
  /** Packets of the scanner to any address but the two that are asked. */
  foreign(): Promise<number>;
}

const ip = (...args: string[]) => execa('ip', args);
const inside = (namespace: string, ...argv: string[]) => execa('ip', ['netns', 'exec', namespace, ...argv]);

async function link(from: string, to: string, name: string, net: string): Promise<void> {
  const [a, b] = [`${name}0`, `${name}1`];
  await ip('-n', from, 'link', 'add', a, 'type', 'veth', 'peer', 'name', b, 'netns', to);
  for (const [namespace, device, last] of [
    [from, a, 1],
    [to, b, 2],
  ] as const) {
    await ip('-n', namespace, 'addr', 'add', `198.18.${net}.${last}/30`, 'dev', device);
    await ip('-n', namespace, '-6', 'addr', 'add', `2001:db8:${net}::${last}/64`, 'dev', device, 'nodad');
    await ip('-n', namespace, 'link', 'set', device, 'up');
  }
}

const routeVia = async (namespace: string, net: string, last: number) => {
  await ip('-n', namespace, 'route', 'add', 'default', 'via', `198.18.${net}.${last}`);
  await ip('-n', namespace, '-6', 'route', 'add', 'default', 'via', `2001:db8:${net}::${last}`);
};

/** The path in the middle: what comes in on either side goes through a delay before it is routed. */
async function slowDown(path: string, { roundTrip, loss = 0 }: Path, start: Start): Promise<void> {
  await inside(path, 'sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1');
  for (const device of ['all', 'default', 'p1', 'q0'])
    await inside(path, 'sysctl', '-qw', `net.ipv4.conf.${device}.rp_filter=0`);
  await start(['ip', 'netns', 'exec', path, delay, 'slow', String(roundTrip / 2)]);
  await ip('-n', path, 'link', 'set', 'slow', 'up');
  await inside(path, 'sysctl', '-qw', 'net.ipv4.conf.slow.rp_filter=0');
  for (const family of ['-4', '-6']) {
    await ip('-n', path, family, 'route', 'add', 'default', 'dev', 'slow', 'table', '7');
    for (const device of ['p1', 'q0']) await ip('-n', path, family, 'rule', 'add', 'iif', device, 'table', '7');
  }
  await ip('-n', path, 'route', 'add', '198.18.4.0/24', 'via', '198.18.252.2');
  await ip('-n', path, '-6', 'route', 'add', '2001:db8:4::/64', 'via', '2001:db8:252::2');
  const asked = `ip daddr ${address.v4} accept; ip6 daddr ${address.v6} accept`;
  const foreign = `type filter hook prerouting priority -310; iif != p1 accept; ${asked}; meta l4proto { tcp, udp, icmp } counter`;
  await inside(path, 'nft', `table inet watch { chain foreign { ${foreign}; }; }`);
  if (loss === 0) return;
  // of TCP alone: neighbours must be found
  const drop = `iif { p1, q0 } meta l4proto tcp numgen random mod 1000 < ${Math.round(1000 * loss)} drop`;
  await inside(
    path,
    'nft',
    `table inet loss { chain either { type filter hook prerouting priority -300; ${drop}; }; }`,
  );
}

type Start = (argv: string[]) => Promise<void>;

/** Files of a lab: a key and a certificate of example.com, and room for what servers need. */
async function makePlace(folder: string): Promise<Place> {
  const [key, cert] = [join(folder, 'key'), join(folder, 'cert')];
  const of = ['-subj', '/CN=example.com', '-keyout', key, '-out', cert];
  await execa('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', ...of]);
  return { folder, key, cert };
}

/** Builds the lab, hands it over, takes it down. Needs root, nft and a kernel with MPTCP. */
export async function withSlowLab(path: Path, work: (lab: SlowLab) => Promise<void>): Promise<void> {
  const [scanner, middle, target] = ['s', 'p', 't'].map((role) => `mch${process.pid}${role}`) as [
    string,
    string,
    string,
  ];
  const folder = await mkdtemp(join(tmpdir(), 'mptcp-census-slow-'));
  const processes: ChildProcess[] = [];
  const launch = ([file = '', ...args]: string[]) => {
    const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'ignore'], detached: true });
    processes.push(child);
    return child;
  };
  const start: Start = async (argv) => {
    await once(launch(argv).stdout, 'data'); // READY
  };
  const announce: SlowLab['announce'] = async (family, port) => {
    await ip('-n', target, 'mptcp', 'endpoint', 'flush');
    const at = port === null ? [] : ['port', String(port)];
    for (let i = 1; i <= 8; i++)
      await ip('-n', target, 'mptcp', 'endpoint', 'add', `${announced[family]}${i}`, 'id', String(i), ...at, 'signal');
  };
  try {
    for (const name of [scanner, middle, target]) {
      await ip('netns', 'add', name);
      await ip('-n', name, 'link', 'set', 'lo', 'up');
    }
    await link(scanner, middle, 'p', '253');
    await link(middle, target, 'q', '252');
    await routeVia(scanner, '253', 2);
    await routeVia(target, '252', 1);
    await ip('-n', target, 'route', 'add', 'local', '198.18.4.0/24', 'dev', 'lo');
    for (const own of [address.v6, ...Array.from({ length: 8 }, (_, i) => `${announced.v6}${i + 1}`)])
      await ip('-n', target, '-6', 'addr', 'add', `${own}/128`, 'dev', 'lo', 'nodad');
    await slowDown(middle, path, start);
    await ip('-n', target, 'mptcp', 'limits', 'set', 'subflows', '8', 'add_addr_accepted', '8');
    await chmod(folder, 0o755); // servers give up root
    const place = await makePlace(folder);
    const tsx = ['--import', import.meta.resolve('tsx')];
    const serve = ['mptcpize', 'run', process.execPath, ...tsx, program, place.key, place.cert];
    await start(['ip', 'netns', 'exec', target, ...serve]);
    const foreign = async () => {
      const { stdout } = await inside(middle, 'nft', 'list', 'table', 'inet', 'watch');
      return Number(/counter packets (\d+)/.exec(String(stdout))?.[1] ?? Number.NaN);
    };
    await work({ scanner, target, inside, announce, foreign, place, start: launch });
  } finally {
    // Some start others: each has a group of its own.
    for (const { pid, exitCode, signalCode } of processes)
      if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, 'SIGKILL');
    await sleep(0);
    for (const name of [scanner, middle, target]) await execa('ip', ['netns', 'del', name], { reject: false });
    await rm(folder, { recursive: true, force: true });
  }
}
