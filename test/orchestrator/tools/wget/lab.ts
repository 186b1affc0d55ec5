import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';

/**
 * A scanner and real servers in namespaces without a way out: MPTCP and plain TCP in one of them, in another MPTCP with
 * checksums and a path that damages one segment.
 */
const MPTCP = '198.18.4';
const PLAIN = '198.18.5';
const DAMAGED = '198.18.6.7';

/** How the addresses of the lab behave; the tests and the fixture name them. */
export const lab = {
  announces: `${MPTCP}.7`,
  redirects: `${MPTCP}.10`,
  closes: `${MPTCP}.9`,
  stripped: `${MPTCP}.11`,
  strippedAfterSynack: `${MPTCP}.12`,
  ipv6: '2001:db8:4::7',
  plain: `${PLAIN}.7`,
  closed: `${PLAIN}.200`,
  damaged: DAMAGED,
  ranges: ['198.18.0.0/15', '2001:db8::/32'],
} as const;

function nginxConfig(folder: string, name: string, servers: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${join(folder, `${name}-${kind}`)};`,
  );
  return `daemon off; master_process off; pid ${join(folder, `${name}.pid`)}; error_log stderr crit;
events { worker_connections 1024; }
http { access_log off; ${temporary.join(' ')} ${servers} }
`;
}

const listens = (...addresses: string[]) => addresses.map((address) => `listen ${address}:80;`).join(' ');
const hello = 'location / { return 200 "hello\\n"; }';

const mptcpServers = `
server { ${listens(lab.announces, lab.stripped, lab.strippedAfterSynack, `[${lab.ipv6}]`)} keepalive_timeout 65; ${hello} }
server { ${listens(lab.closes)} keepalive_timeout 0; ${hello} }
server { ${listens(lab.redirects)} keepalive_timeout 65; location / { return 301 http://elsewhere.example/; } }`;

const stripRules = `table inet strip {
 chain before {
  type filter hook prerouting priority -150;
  ip daddr ${lab.stripped} reset tcp option mptcp
 }
 chain after {
  type filter hook output priority -150;
  ip saddr ${lab.strippedAfterSynack} tcp flags & syn == 0 reset tcp option mptcp
 }
}
`;

const damageRules = `table inet damage {
 chain after {
  type filter hook output priority 0;
  ip saddr ${DAMAGED} ct reply packets 9 @ih,800,8 set 0x58
 }
}
`;

interface Lab {
  /** Words to put before a command that probes. */
  within: string[];
}

/** Builds the lab, hands it over, takes it down. Needs root, nginx, nft and a kernel with MPTCP. */
export async function withLab(work: (lab: Lab) => Promise<void>): Promise<void> {
  const [scanner, servers, faulty] = ['s', 't', 'f'].map((role) => `mcw${process.pid}${role}`);
  if (scanner === undefined || servers === undefined || faulty === undefined) throw new Error('three names');
  const folder = await mkdtemp(join(tmpdir(), 'mptcp-census-wget-'));
  const processes: ReturnType<typeof spawn>[] = [];
  const ip = (namespace: string, ...args: string[]) => execa('ip', ['-n', namespace, ...args]);
  const inside = (namespace: string, ...argv: string[]) => execa('ip', ['netns', 'exec', namespace, ...argv]);

  async function connect(peer: string, name: string, subnet: string): Promise<void> {
    await ip(scanner ?? '', 'link', 'add', `s${name}`, 'type', 'veth', 'peer', 'name', `${name}0`, 'netns', peer);
    await ip(scanner ?? '', 'addr', 'add', `${subnet}.1/30`, 'dev', `s${name}`);
    await ip(peer, 'addr', 'add', `${subnet}.2/30`, 'dev', `${name}0`);
    await ip(scanner ?? '', 'link', 'set', `s${name}`, 'up');
    for (const device of ['lo', `${name}0`]) await ip(peer, 'link', 'set', device, 'up');
  }

  async function serve(namespace: string, name: string, config: string, under: string[]): Promise<void> {
    const path = join(folder, `${name}.conf`);
    await writeFile(path, nginxConfig(folder, name, config));
    const args = ['netns', 'exec', namespace, ...under, 'nginx', '-c', path];
    processes.push(spawn('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] }));
  }

  async function rules(namespace: string, name: string, text: string): Promise<void> {
    const path = join(folder, `${name}.nft`);
    await writeFile(path, text);
    await inside(namespace, 'nft', '-f', path);
  }

  try {
    for (const name of [scanner, servers, faulty]) await execa('ip', ['netns', 'add', name]);
    await connect(servers, 't', '198.18.255');
    await connect(faulty, 'f', '198.18.254');
    for (const range of [MPTCP, PLAIN]) {
      await ip(scanner, 'route', 'add', `${range}.0/24`, 'via', '198.18.255.2');
      await ip(servers, 'route', 'add', 'local', `${range}.0/24`, 'dev', 'lo');
    }
    await ip(scanner, '-6', 'addr', 'add', '2001:db8:ff::1/64', 'dev', 'st', 'nodad');
    await ip(servers, '-6', 'addr', 'add', '2001:db8:ff::2/64', 'dev', 't0', 'nodad');
    await ip(scanner, '-6', 'route', 'add', '2001:db8:4::/64', 'via', '2001:db8:ff::2');
    await ip(servers, '-6', 'addr', 'add', `${lab.ipv6}/128`, 'dev', 'lo', 'nodad');
    await ip(scanner, 'route', 'add', '198.18.6.0/24', 'via', '198.18.254.2');
    await ip(faulty, 'route', 'add', 'local', '198.18.6.0/24', 'dev', 'lo');
    // one segment per packet, so that `ct reply packets` counts segments
    await ip(faulty, 'link', 'set', 'f0', 'gso_max_segs', '1');
    await inside(faulty, 'sysctl', '-q', '-w', 'net.mptcp.checksum_enabled=1', 'net.netfilter.nf_conntrack_acct=1');
    const announced = [
      ['198.18.5.77', 'id', '1'],
      ['10.1.2.3', 'id', '2'],
      ['2001:db8:4::99', 'id', '3'],
      ['198.18.5.78', 'id', '4', 'port', '8080'],
    ];
    await ip(servers, 'mptcp', 'limits', 'set', 'subflows', '8', 'add_addr_accepted', '8');
    for (const endpoint of announced) await ip(servers, 'mptcp', 'endpoint', 'add', ...endpoint, 'signal');
    await rules(servers, 'strip', stripRules);
    await rules(faulty, 'damage', damageRules);
    await mkdir(join(folder, 'www'));
    await writeFile(join(folder, 'www/index.html'), 'a'.repeat(20_000));
    await serve(servers, 'mptcp', mptcpServers, ['mptcpize', 'run']);
    await serve(servers, 'plain', `server { ${listens(lab.plain)} keepalive_timeout 65; ${hello} }`, []);
    const page = `server { ${listens(DAMAGED)} keepalive_timeout 65; root ${join(folder, 'www')}; }`;
    await serve(faulty, 'damaged', page, ['mptcpize', 'run']);
    for (const [namespace, address] of [
      [servers, lab.announces],
      [servers, lab.plain],
      [faulty, DAMAGED],
    ] as const)
      await listening(() => inside(namespace, 'ss', '-Hltn', 'src', `${address}:80`));
    await work({ within: ['ip', 'netns', 'exec', scanner] });
  } finally {
    for (const child of processes) child.kill('SIGKILL');
    for (const name of [scanner, servers, faulty]) await execa('ip', ['netns', 'del', name], { reject: false });
    await rm(folder, { recursive: true, force: true });
  }
}

/** Waits until a server listens, at most 5 s. */
async function listening(ask: () => Promise<{ stdout: string }>): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if ((await ask()).stdout !== '') return;
    await sleep(50);
  }
  throw new Error('a server of the lab does not listen');
}
