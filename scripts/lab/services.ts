import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { run } from './command.ts';
import { authority, delegatingZone, resolver, unansweredTld } from './nameservers.ts';
import type { Plan, Site } from './plan.ts';
import type { Topology } from './topology.ts';
import { Box, Odd, Rewrite, V0Front } from './world.ts';
import { zoneFile } from './zone.ts';

/** A server of the lab: what runs where, and how one sees that it serves. */
interface Service {
  name: string;
  namespace: string;
  command: string[];
  ready: { listens: number } | { says: string };
}

const built = (program: string) => fileURLToPath(new URL(`build/${program}`, import.meta.url));
const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Compiles the user-space programs unless they are newer than their sources. */
export async function buildPrograms(): Promise<void> {
  await run(['make', '--silent', '-C', fileURLToPath(new URL('.', import.meta.url))]);
}

function nginxConfig(folder: string, ports: readonly number[]): string {
  const listen = ports.flatMap((port) => [`listen ${port} backlog=65535;`, `listen [::]:${port} backlog=65535;`]);
  return `daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events { worker_connections 16384; }
http {
  access_log off;
  keepalive_timeout 75s;
  types { text/html html; }
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  server { ${listen.join(' ')} server_name _; root ${folder}/www; }
}
`;
}

async function webServer(site: Site, namespace: string, ports: readonly number[], folder: string): Promise<Service> {
  await mkdir(path.join(folder, 'www'), { recursive: true });
  const head = `<!doctype html><title>${site.site}</title>\n`;
  await writeFile(
    path.join(folder, 'www/index.html'),
    head.padEnd(site.page_bytes, '<p>A page of the test Internet.\n'),
  );
  await writeFile(path.join(folder, 'nginx.conf'), nginxConfig(folder, ports));
  const nginx = ['nginx', '-e', path.join(folder, 'error.log'), '-c', path.join(folder, 'nginx.conf')];
  const command = site.server === 'mptcp' ? ['mptcpize', 'run', ...nginx] : nginx;
  return { name: site.site, namespace, command, ready: { listens: ports[0] ?? 80 } };
}

/** The resolver, and the server of the zones that are delegated to a server which never answers. */
async function nameServers(plan: Plan, topology: Topology, folder: string): Promise<Service[]> {
  const { services } = plan.world;
  const root = zoneFile(plan);
  const at = (name: string, address: string) => ({ name, namespace: '', folder: path.join(folder, name), address });
  const resolving = { ...at('resolver', services.resolver), namespace: topology.infrastructure };
  if (plan.unanswered.length === 0) return [await resolver(resolving, root)];
  const owning = { ...at('authority', services.authority), namespace: topology.authority };
  const zones = new Map(plan.unanswered.map((zone) => [zone, services.deaf]));
  const lost = delegatingZone(unansweredTld, services.authority, zones);
  return [await resolver(resolving, root), await authority(owning, unansweredTld, lost)];
}

function boxCommand(box: z.infer<typeof Box>, port: string): string[] {
  if (box === 'mirror') return [built('mirror'), 'tun0'];
  if (box === 'mirror_pad') return [built('mirror'), 'tun0', 'pad'];
  if (Rewrite.safeParse(box).success) return [built('rewriter'), 'tun0', port, box];
  return [built('repeater'), 'tun0', box];
}

/** The program on the way to a site, if it is one. */
function wayCommand({ way }: Site, ports: readonly number[]): string[] | null {
  const box = Box.safeParse(way);
  const port = String(ports[0] ?? 80);
  if (box.success) return boxCommand(box.data, port);
  return V0Front.safeParse(way).success ? [built('responder'), 'tun0', port, 'v0'] : null;
}

/** Every program of the lab with its files written under folder, one folder per service. */
export async function servicesOf(plan: Plan, topology: Topology, data: string, folder: string): Promise<Service[]> {
  const { infrastructure } = topology;
  const whois = [process.execPath, '--import', 'tsx', script('whois-server.ts'), path.join(data, 'whois.json')];
  const services: Service[] = [
    ...(await nameServers(plan, topology, folder)),
    {
      name: 'whois',
      namespace: infrastructure,
      command: [...whois, plan.world.services.whois, plan.world.date],
      ready: { says: 'ready' },
    },
  ];
  for (const { site } of plan.sites) {
    const namespace = topology.site(site.site);
    const { ports } = plan.world.census;
    if (site.server === 'mptcp' || site.server === 'tcp')
      services.push(await webServer(site, namespace, ports, path.join(folder, site.site)));
    if (Odd.safeParse(site.server).success) {
      const command = [built('responder'), 'tun0', String(ports[0] ?? 80), site.server];
      services.push({ name: site.site, namespace, command, ready: { says: 'ready' } });
    }
    const command = wayCommand(site, ports);
    if (command)
      services.push({
        name: `${site.site}-way`,
        namespace: topology.way(site.site),
        command,
        ready: { says: 'ready' },
      });
  }
  return services;
}

async function serves(service: Service, log: string): Promise<boolean> {
  if ('says' in service.ready) return (await readFile(log, 'utf8')).includes(service.ready.says);
  const sockets = await run([
    'ip',
    'netns',
    'exec',
    service.namespace,
    'ss',
    '-Hltn',
    `sport = :${service.ready.listens}`,
  ]);
  return sockets !== '';
}

/** Starts a service in a session of its own and waits until it serves. Throws with the end of its log when it ends or needs over two minutes: a zone of two million names is read in 10 s. */
export async function start(service: Service, folder: string): Promise<void> {
  const log = path.join(folder, `${service.name}.log`);
  const file = await open(log, 'w');
  const child = spawn('ip', ['netns', 'exec', service.namespace, ...service.command], {
    cwd: import.meta.dirname, // where tsx is found, whatever folder the lab is called from
    detached: true,
    stdio: ['ignore', file.fd, file.fd],
  });
  await once(child, 'spawn');
  child.unref();
  await file.close();
  for (const end = Date.now() + 120_000; Date.now() < end; await sleep(20)) {
    if (child.exitCode !== null || child.signalCode !== null) break;
    if (await serves(service, log)) return;
  }
  throw new Error(
    `${service.name} (${service.command.join(' ')}) does not serve: ${(await readFile(log, 'utf8')).slice(-1000)}`,
  );
}
