import { once } from 'node:events';
import { execa } from 'execa';
import { removeNetnsFiles, writeNetnsFiles } from '../../scripts/lab/netns-files.ts';

/**
 * A chain of kernel routers, and behind each of them a host: what is sent to `address(n, i)` passes n routers. No route leads out.
 *
 *   scanner -- r1 -- r2 -- ... -- r12
 *              |     |             |
 *              +-----+----- hosts -+     one namespace with Linux MPTCP; answers leave by the router that the host is behind
 */
export const longest = 12;

/** The i-th address of the host behind n routers. */
export function address(routers: number, i: number, family: 4 | 6 = 4): string {
  return family === 4 ? `198.18.${100 + routers}.${i}` : `2001:db8:${100 + routers}::${i}`;
}

/** The address by which the k-th router answers. */
export function hop(k: number, family: 4 | 6 = 4): string {
  return family === 4 ? `198.18.${k}.2` : `2001:db8:${k}::2`;
}

/** What routers do beside routing: rules of their `forward` hook, behind the TTL, and others; hops that limit or keep back their errors. */
export interface Chain {
  forward?: Record<number, string[]>;
  arriving?: Record<number, string[]>;
  silent?: number[];
  limited?: number[];
  /** Rules of its `nat` table, by router. */
  translating?: Record<number, string[]>;
  /** Routers that have a server of their own on the port. */
  serving?: number[];
}

export interface Standing {
  scanner: string;
  hosts: string;
  router: (k: number) => string;
}

const routers = Array.from({ length: longest }, (_, i) => i + 1);

function sysctls(limited: boolean): string[] {
  return [
    'net.ipv4.ip_forward=1',
    'net.ipv6.conf.all.forwarding=1',
    'net.ipv6.conf.default.accept_dad=0',
    'net.ipv4.conf.all.rp_filter=0',
    'net.ipv4.conf.default.rp_filter=0',
    'net.ipv4.icmp_msgs_per_sec=1000000',
    'net.ipv4.icmp_msgs_burst=1000000',
    'net.core.somaxconn=65535',
    'net.ipv4.tcp_max_syn_backlog=65535',
    // the kernel's own default: one a second to each address, six at a time
    `net.ipv4.icmp_ratelimit=${limited ? 1000 : 0}`,
    `net.ipv6.icmp.ratelimit=${limited ? 1000 : 0}`,
  ];
}

function link(near: string, far: string, k: number, names: [string, string]): string[][] {
  const net4 = names[1] === 'before' ? `198.18.${k}` : `198.18.${50 + k}`;
  const net6 = names[1] === 'before' ? `2001:db8:${k}` : `2001:db8:${50 + k}`;
  return [
    ['link', 'add', names[0], 'netns', near, 'type', 'veth', 'peer', 'name', names[1], 'netns', far],
    ...[near, far].flatMap((name, end) => [
      ['-n', name, 'addr', 'add', `${net4}.${end + 1}/30`, 'dev', names[end] ?? ''],
      ['-n', name, 'addr', 'add', `${net6}::${end + 1}/64`, 'dev', names[end] ?? '', 'nodad'],
      ['-n', name, 'link', 'set', names[end] ?? '', 'up'],
    ]),
  ];
}

function routes({ scanner, hosts, router }: Standing): string[][] {
  const via = (name: string, to: string, gateway: string, ...rest: string[]) => [
    '-n',
    name,
    'route',
    'add',
    to,
    'via',
    gateway,
    ...rest,
  ];
  const all = [via(scanner, '198.18.0.0/16', hop(1)), via(scanner, '2001:db8::/32', hop(1, 6))];
  for (const k of routers) {
    const [own4, own6] = [`198.18.${100 + k}.0/24`, `2001:db8:${100 + k}::/48`];
    const table = String(100 + k);
    all.push(via(router(k), own4, `198.18.${50 + k}.2`), via(router(k), own6, `2001:db8:${50 + k}::2`));
    all.push(
      ['-n', hosts, 'route', 'add', 'local', own4, 'dev', 'lo'],
      ['-n', hosts, 'route', 'add', 'local', own6, 'dev', 'lo'],
    );
    all.push(
      ['-n', hosts, 'rule', 'add', 'from', own4, 'lookup', table],
      ['-n', hosts, '-6', 'rule', 'add', 'from', own6, 'lookup', table],
    );
    all.push(
      via(hosts, 'default', `198.18.${50 + k}.1`, 'table', table),
      via(hosts, 'default', `2001:db8:${50 + k}::1`, 'table', table),
    );
    if (k > 1)
      all.push(via(router(k), '198.18.1.0/30', `198.18.${k}.1`), via(router(k), '2001:db8:1::/64', `2001:db8:${k}::1`));
    if (k < longest)
      all.push(via(router(k), '198.18.96.0/19', hop(k + 1)), via(router(k), '2001:db8::/32', hop(k + 1, 6)));
  }
  return all;
}

function ruleset(k: number, { forward = {}, arriving = {}, translating = {}, silent = [] }: Chain): string {
  const quiet = silent.includes(k) ? ['icmp type time-exceeded drop', 'icmpv6 type time-exceeded drop'] : [];
  const chain = (name: string, hook: string, rules: string[]) =>
    rules.length === 0
      ? ''
      : ` chain ${name} {\n  type filter hook ${hook} priority -150; policy accept;\n  ${rules.join('\n  ')}\n }\n`;
  const nat = translating[k] ?? [];
  const translated =
    nat.length === 0
      ? ''
      : ` chain translating {\n  type nat hook prerouting priority -100; policy accept;\n  ${nat.join('\n  ')}\n }\n`;
  const chains = [
    translated,
    chain('arriving', 'prerouting', arriving[k] ?? []),
    chain('passing', 'forward', forward[k] ?? []),
    chain('errors', 'output', quiet),
  ].join('');
  return chains === '' ? '' : `table inet box {\n${chains}}\n`;
}

async function inside(name: string, command: string[], input = ''): Promise<void> {
  await execa('ip', ['netns', 'exec', name, ...command], { input });
}

/** Cables first, then what is said to each namespace, in one program each. */
async function configure(steps: string[][]): Promise<void> {
  const namespaceOf = (step: string[]) => (step[0] === '-n' ? (step[1] ?? '') : '');
  const byNamespace = new Map<string, string[][]>();
  for (const step of steps) byNamespace.set(namespaceOf(step), [...(byNamespace.get(namespaceOf(step)) ?? []), step]);
  for (const [name, own] of byNamespace) {
    const lines = own.map((step) => (name === '' ? step : step.slice(2)));
    // rules of IPv6 are of a family that a batch is in as a whole
    for (const v6 of [false, true]) {
      const input = lines
        .filter((step) => (step[0] === '-6') === v6)
        .map((step) => `${(v6 ? step.slice(1) : step).join(' ')}\n`);
      const where = name === '' ? [] : ['-n', name];
      if (input.length > 0)
        await execa('ip', [...where, ...(v6 ? ['-6'] : []), '-batch', '-'], { input: input.join('') });
    }
  }
}

/** Starts a program that says when it is ready; what comes back ends it. */
async function started(name: string, command: string[]): Promise<() => Promise<void>> {
  const running = execa('ip', ['netns', 'exec', name, ...command], { reject: false });
  await once(running.stdout, 'data');
  return async () => {
    running.kill();
    await running;
  };
}

/** Sets a chain up, and takes it down when the work is done. `server` answers on port 80 of every host, and says READY when it does. */
export async function withChain<T>(
  chain: Chain,
  server: string[],
  work: (standing: Standing) => Promise<T>,
): Promise<T> {
  const named = (part: string) => `census-chain-${process.pid}-${part}`;
  const standing = { scanner: named('scanner'), hosts: named('hosts'), router: (k: number) => named(`r${k}`) };
  const names = [standing.scanner, standing.hosts, ...routers.map(standing.router)];
  const stops: (() => Promise<void>)[] = [];
  try {
    for (const name of names) await execa('ip', ['netns', 'add', name]);
    await writeNetnsFiles(standing.scanner);
    const limited = (name: string) => chain.limited?.some((k) => standing.router(k) === name) ?? false;
    await Promise.all(names.map(async (name) => await inside(name, ['sysctl', '-qw', ...sysctls(limited(name))])));
    const cables = routers.flatMap((k) => [
      ...link(k === 1 ? standing.scanner : standing.router(k - 1), standing.router(k), k, ['next', 'before']),
      ...link(standing.router(k), standing.hosts, k, ['hosts', `r${k}`]),
    ]);
    const loops = names.map((name) => ['-n', name, 'link', 'set', 'lo', 'up']);
    await configure([...cables, ...loops, ...routes(standing)]);
    for (const k of routers) {
      const rules = ruleset(k, chain);
      if (rules !== '') await inside(standing.router(k), ['nft', '-f', '-'], rules);
    }
    const served = [standing.hosts, ...(chain.serving ?? []).map(standing.router)];
    for (const name of served) stops.push(await started(name, server));
    return await work(standing);
  } finally {
    for (const stop of stops) await stop();
    for (const name of names) await execa('ip', ['netns', 'del', name], { reject: false });
    await removeNetnsFiles(standing.scanner);
  }
}
