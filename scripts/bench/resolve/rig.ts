import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { authority, delegatingZone, delegation, type NameServer, resolver } from '../../lab/nameservers.ts';
import { isDead, nameAt } from './names.ts';

export const resolverAddress = '198.18.0.53';
const authorityAddress = '198.18.0.54';
const deafAddress = '198.18.0.55';
const lost = 'unanswered';

/** Two namespaces without a route out: the resolver, and the servers that it asks. */
export interface Rig {
  /** where the contestants ask */
  namespace: string;
  /** names that have an address */
  live: number;
  /** A resolver that remembers nothing. */
  freshResolver(): Promise<void>;
}

/** All live names in the root zone, each dead one a zone of its own, delegated to an address that swallows packets. */
function zones(names: number, dead: number): { root: string; lost: string; live: number } {
  const lines = [
    '. 3600 IN SOA ns.bench.test. hostmaster.bench.test. 1 3600 600 86400 60',
    '. 3600 IN NS ns.bench.test.',
    `ns.bench.test. 3600 IN A ${resolverAddress}`,
    ...delegation(lost, authorityAddress),
  ];
  const unanswered = new Map<string, string>();
  for (let n = 0; n < names; n++) {
    const name = nameAt(n, dead);
    if (isDead(n, dead)) unanswered.set(name, deafAddress);
    else lines.push(`${name}. 300 IN A 240.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`);
  }
  return {
    root: `${lines.join('\n')}\n`,
    lost: delegatingZone(lost, authorityAddress, unanswered),
    live: names - unanswered.size,
  };
}

async function start({ namespace, name, command, ready }: NameServer, folder: string): Promise<ChildProcess> {
  const path = join(folder, `${name}.log`);
  const log = await open(path, 'w');
  const child = spawn('ip', ['netns', 'exec', namespace, ...command], { stdio: ['ignore', log.fd, log.fd] });
  await log.close();
  for (let waited = 0; waited < 60_000 && child.exitCode === null; waited += 20) {
    if ((await readFile(path, 'utf8')).includes(ready.says)) return child;
    await sleep(20);
  }
  throw new Error(`${name} does not serve: ${(await readFile(path, 'utf8')).slice(-500)}`);
}

async function stop(child: ChildProcess | null): Promise<void> {
  if (child === null || child.exitCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

/** The cable, the addresses, and a rule that drops what is sent to the server of the dead names. */
async function lay(near: string, far: string): Promise<void> {
  const deaf = `add table inet deaf; add chain inet deaf in { type filter hook input priority 0; }; add rule inet deaf in ip daddr ${deafAddress} drop`;
  const steps = [
    ['ip', 'netns', 'add', near],
    ['ip', 'netns', 'add', far],
    ['ip', '-n', near, 'link', 'add', 'far', 'type', 'veth', 'peer', 'name', 'near', 'netns', far],
    ...[near, far].map((name) => ['ip', '-n', name, 'link', 'set', 'lo', 'up']),
    ['ip', '-n', near, 'addr', 'add', '198.19.254.0/31', 'dev', 'far'],
    ['ip', '-n', far, 'addr', 'add', '198.19.254.1/31', 'dev', 'near'],
    ['ip', '-n', near, 'link', 'set', 'far', 'up'],
    ['ip', '-n', far, 'link', 'set', 'near', 'up'],
    ['ip', '-n', near, 'addr', 'add', `${resolverAddress}/32`, 'dev', 'lo'],
    ...[authorityAddress, deafAddress].map((address) => ['ip', '-n', far, 'addr', 'add', `${address}/32`, 'dev', 'lo']),
    ['ip', '-n', near, 'route', 'add', '198.18.0.0/24', 'via', '198.19.254.1'],
    ['ip', '-n', far, 'route', 'add', '198.18.0.0/24', 'via', '198.19.254.0'],
    ['ip', 'netns', 'exec', far, 'nft', deaf],
  ];
  for (const [program = '', ...args] of steps) await execa(program, args);
}

export async function withRig<T>(
  folder: string,
  { names, dead }: { names: number; dead: number },
  work: (rig: Rig) => Promise<T>,
): Promise<T> {
  const [near, far] = [`bench-dns-${process.pid}`, `bench-dead-${process.pid}`];
  await mkdir(folder, { recursive: true });
  const { root, lost: lostZone, live } = zones(names, dead);
  const place = (name: string, namespace: string, address: string) => ({
    ...{ name, namespace, address },
    folder: join(folder, name),
  });
  let resolving: ChildProcess | null = null;
  let owning: ChildProcess | null = null;
  try {
    await lay(near, far);
    owning = await start(await authority(place('authority', far, authorityAddress), lost, lostZone), folder);
    const server = await resolver(place('resolver', near, resolverAddress), root);
    return await work({
      namespace: near,
      live,
      async freshResolver() {
        await stop(resolving);
        resolving = await start(server, folder);
      },
    });
  } finally {
    await stop(resolving);
    await stop(owning);
    for (const name of [near, far]) await execa('ip', ['netns', 'del', name], { reject: false });
  }
}
