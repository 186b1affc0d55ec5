import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';

/**
 * A scanner with wires to three places and to nowhere else: a server that announces addresses of its own, one that announces addresses of
 * others, and those others.
 */
export const honest = { v4: '198.18.4.7', v6: '2001:db8:4::7' } as const;
export const liar = '198.18.5.7';
/** Where the liar's port 80 leads: to its kernel, the address that is asked is another one, which it may announce. */
const behind = '198.18.5.8';
export const own = {
  v4: '198.18.4.71',
  v6: '2001:db8:4::72',
  v4Port: '198.18.4.73',
  v6Port: '2001:db8:4::74',
} as const;
export const others = {
  mptcp: '198.18.6.1',
  plain: '198.18.6.2',
  closed: '198.18.6.3',
  silent: '198.18.6.4',
  blocked: '198.18.6.5',
  late: '198.18.6.6',
  private: '10.1.2.3',
} as const;

const echo = (addresses: readonly string[]) =>
  `const { createServer } = require('node:net');
const all = ${JSON.stringify(addresses)};
let left = all.length;
for (const host of all) createServer((socket) => socket.on('error', () => {}).pipe(socket)).listen(80, host, () => --left || console.log('READY'));`;

const ip = (...args: string[]) => execa('ip', args);
const inside = (namespace: string, ...argv: string[]) => execa('ip', ['netns', 'exec', namespace, ...argv]);

export interface JoinLab {
  scanner: string;
  inside: typeof inside;
  /** A program in a namespace that is gone with the lab; resolves with its first words. */
  start(namespace: string, ...argv: string[]): Promise<ChildProcess>;
  /** Since the last time: how many SYNs with MP_JOIN left from ports of a census, by address. */
  joins(): Promise<Record<string, number>>;
}

/** A place behind a wire of its own, with the addresses that it answers for. */
async function place(scanner: string, name: string, net: number, addresses: readonly string[]): Promise<void> {
  await ip('-n', scanner, 'link', 'add', `w${net}`, 'type', 'veth', 'peer', 'name', 'w', 'netns', name);
  for (const [namespace, device, last] of [
    [scanner, `w${net}`, 1],
    [name, 'w', 2],
  ] as const) {
    await ip('-n', namespace, 'addr', 'add', `198.18.10${net}.${last}/30`, 'dev', device);
    await ip('-n', namespace, '-6', 'addr', 'add', `2001:db8:10${net}::${last}/64`, 'dev', device, 'nodad');
    await ip('-n', namespace, 'link', 'set', device, 'up');
  }
  for (const one of addresses)
    await ip('-n', name, 'addr', 'add', one, 'dev', 'lo', ...(one.includes(':') ? ['nodad'] : []));
  await ip('-n', scanner, 'route', 'add', `198.18.${net}.0/24`, 'via', `198.18.10${net}.2`);
  await ip('-n', scanner, '-6', 'route', 'add', `2001:db8:${net}::/64`, 'via', `2001:db8:10${net}::2`);
}

async function announce(name: string, addresses: readonly (readonly string[])[]): Promise<void> {
  await ip('-n', name, 'mptcp', 'limits', 'set', 'subflows', '8', 'add_addr_accepted', '8');
  for (const [index, [address = '', ...port]] of addresses.entries())
    await ip('-n', name, 'mptcp', 'endpoint', 'add', address, 'id', String(index + 1), ...port, 'signal');
}

const ownPorts = 'tcp.srcport >= 61001 and tcp.srcport <= 65096';

/** What leaves the scanner, on any wire. */
async function watch(
  start: JoinLab['start'],
  scanner: string,
  folder: string,
): Promise<() => Promise<Record<string, number>>> {
  let turn = 0;
  let capture: ChildProcess;
  const file = () => join(folder, `${turn}.pcapng`);
  const begin = async () => {
    capture = await start(scanner, 'dumpcap', '-q', '-i', 'any', '-f', 'tcp', '-w', file());
    while (!existsSync(file())) await sleep(10); // it is made once the filter holds
  };
  await begin();
  return async () => {
    capture.kill('SIGINT');
    await once(capture, 'exit');
    const filter = `tcp.flags.syn == 1 and tcp.flags.ack == 0 and tcp.options.mptcp.subtype == 1 and ${ownPorts}`;
    const words = ['-n', '-r', file(), '-Y', filter, '-T', 'fields', '-e', 'ip.dst', '-e', 'ipv6.dst'];
    const { stdout } = await execa('tshark', words);
    turn += 1;
    await begin();
    const counts: Record<string, number> = {};
    for (const line of stdout.split('\n').filter(Boolean)) {
      const to = line.trim();
      counts[to] = (counts[to] ?? 0) + 1;
    }
    return counts;
  };
}

/** Builds the lab, hands it over, takes it down. */
export async function withJoinLab(work: (lab: JoinLab) => Promise<void>): Promise<void> {
  const names = ['s', 'h', 'l', 'o'].map((role) => `mcj${process.pid}${role}`);
  const [scanner = '', honestName = '', liarName = '', othersName = ''] = names;
  const folder = await mkdtemp(join(tmpdir(), 'mptcp-census-join-'));
  const processes: ChildProcess[] = [];
  const start: JoinLab['start'] = async (namespace, ...argv) => {
    const child = spawn('ip', ['netns', 'exec', namespace, ...argv], { stdio: ['pipe', 'pipe', 'pipe'] });
    processes.push(child);
    await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data')]);
    return child;
  };
  try {
    for (const name of names) {
      await ip('netns', 'add', name);
      await ip('-n', name, 'link', 'set', 'lo', 'up');
    }
    await place(scanner, honestName, 4, [...Object.values(honest), ...Object.values(own)]);
    await place(scanner, liarName, 5, [liar, behind]);
    await place(scanner, othersName, 6, Object.values(others));
    await ip('-n', scanner, 'route', 'add', `${others.private}/32`, 'via', '198.18.106.2');
    await announce(honestName, [
      [own.v4],
      [own.v6],
      [own.v4Port, 'port', '8080'],
      [own.v6Port, 'port', '8081'],
      [honest.v4, 'port', '8090'],
      [others.private],
    ]);
    const told = Object.values(others).filter((one) => one !== others.private);
    await announce(
      liarName,
      [...told, own.v4, liar].map((one) => [one]),
    );
    await inside(
      othersName,
      'nft',
      `table inet off { chain in { type filter hook input priority 0; ip daddr ${others.silent} drop; }; }`,
    );
    const turn = `table ip turn { chain in { type nat hook prerouting priority -100; ip daddr ${liar} tcp dport 80 dnat to ${behind}; }; }`;
    await inside(liarName, 'nft', turn);
    await inside(liarName, 'sysctl', '-qw', 'net.mptcp.allow_join_initial_addr_port=0');
    const mptcpServers: [name: string, address: string][] = [
      [honestName, '::'],
      [liarName, behind],
      [othersName, others.mptcp],
    ];
    for (const [name, address] of mptcpServers)
      await start(name, 'mptcpize', 'run', process.execPath, '-e', echo([address]));
    const plain = Object.values(others).filter((one) => one !== others.mptcp && one !== others.closed);
    await start(othersName, process.execPath, '-e', echo(plain));
    await work({ scanner, inside, start, joins: await watch(start, scanner, folder) });
  } finally {
    for (const child of processes) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    for (const name of names) await execa('ip', ['netns', 'del', name], { reject: false });
    await rm(folder, { recursive: true, force: true });
  }
}
