import { chown, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { nmapDocument, RECORDED, readFingerprints } from './fingerprints.ts';
import { writeGeo } from './geo.ts';
import { inPieces } from './pieces.ts';
import type { Plan } from './plan.ts';
import { asName, truthOf } from './truth.ts';

/** Written beside and renamed: two labs that share a folder write the same bytes, and nobody reads half a file. */
async function put(dir: string, name: string, text: string | Iterable<string>): Promise<void> {
  const beside = path.join(dir, `.${name}.${process.pid}`);
  await writeFile(beside, text);
  await rename(beside, path.join(dir, name));
}

/** Every line of the list: the described ones, and between them the crowd in its order. */
function* listLines({ list, crowd, lines }: Plan): Generator<string> {
  const entries = crowd?.all();
  let next = 0;
  for (let rank = 1; rank <= lines; rank++) {
    const line = list[next];
    if (line?.rank === rank) next += 1;
    yield `${rank},${line?.rank === rank ? line.text : (entries?.next().value?.name ?? '')}\n`;
  }
}

function topList(plan: Plan): Iterable<string> {
  return inPieces(listLines(plan), (line) => line);
}

/** The text format of pyasn: prefix, tab, origin. */
function prefixTable(plan: Plan): string {
  const rows = plan.routes.map(({ prefix, network }) => `${prefix}\t${network.asn}\n`);
  return `; prefix table of the test Internet "${plan.world.name}", ${plan.world.date}\n; prefix\torigin\n${rows.join('')}`;
}

function asNames(plan: Plan): string {
  const names = plan.world.networks.map((network) => [network.asn, asName(network)]);
  return `${JSON.stringify(Object.fromEntries(names), null, 1)}\n`;
}

/** What the whois server answers from. */
export interface WhoisRow {
  prefix: string;
  asn: number;
  country: string;
  registry: string;
  allocated: string;
  name: string;
}

function whoisTable(plan: Plan): WhoisRow[] {
  return plan.routes.map(({ prefix, network }) => ({
    prefix,
    asn: network.asn,
    country: network.country,
    registry: network.registry,
    allocated: network.allocated,
    name: asName(network),
  }));
}

function blocklist(plan: Plan): string {
  const lines = plan.world.opt_out.map(({ prefix, reason }) => `${prefix}  # ${reason}\n`);
  return `# The test ranges 198.18.0.0/15 and 240.0.0.0/4 are the lab itself and stay open.
0.0.0.0/8       # this network
10.0.0.0/8      # private use
100.64.0.0/10   # shared address space
127.0.0.0/8     # loopback
169.254.0.0/16  # link local
172.16.0.0/12   # private use
192.0.0.0/24    # protocol assignments
192.0.2.0/24    # documentation
192.168.0.0/16  # private use
198.51.100.0/24 # documentation
203.0.113.0/24  # documentation
224.0.0.0/4     # multicast
${lines.join('')}`;
}

/** Points, one for each client: latitude and longitude of its city, as a map of visitors has them. */
function* clientList({ cities, clients = {} }: Plan['world']): Generator<string> {
  let before = '[';
  for (const [name, count] of Object.entries(clients)) {
    const city = cities[name];
    if (city === undefined) throw new Error(`clients: there is no city ${name}`);
    const point = JSON.stringify({ latitude: city.latitude, longitude: city.longitude });
    for (let i = 0; i < count; i++) {
      yield `${before}\n${point}`;
      before = ',';
    }
  }
  yield '\n]\n';
}

const HONEYMAP = 'honeymap.json';

function censusYaml({ world }: Plan, dir: string): string {
  const { scanner, services, census } = world;
  return `# Made by scripts/lab from the world "${world.name}".\n${stringify({
    lab: true,
    // The same controls in every run: what is measured of them is in the result.
    seed: world.seed,
    lab_ranges: ['198.18.0.0/15', '240.0.0.0/4', '2001:db8::/32'],
    targets: { list: path.join(dir, 'top-list.csv'), www: true },
    resolve: {
      tool: 'adns',
      resolvers: [services.resolver],
      window: census.window,
      patience: census.patience,
      families: census.families,
    },
    scan: {
      tool: 'zmap',
      ports: census.ports,
      versions: census.versions,
      rate: census.rate,
      blocklist: path.join(dir, 'blocklist.conf'),
      interface: scanner.interface,
      gateway_mac: scanner.gateway_mac,
      cooldown: census.cooldown,
    },
    confirm: {
      controls: census.controls,
      apart: census.apart,
      ...(census.opinions ? { probes: census.opinions } : {}),
    },
    handshake: { tool: 'wget', hold: census.hold, join: census.join },
    asn: { rib: path.join(dir, 'rib.dat'), names: path.join(dir, 'asnames.json') },
    whois: { server: services.whois, port: 43 },
    geo: { country: path.join(dir, 'country.mmdb'), city: path.join(dir, 'city.mmdb') },
    os: census.os,
    path: { ping: true },
    hops: census.hops,
    ...(world.clients ? { clients: path.join(dir, HONEYMAP) } : {}),
    parts: census.parts,
    ...(census.memory ? { memory: census.memory } : {}),
  })}`;
}

/**
 * Writes everything that a census of the world reads, and the truth, into dir (absolute). The same world and dir give the same bytes, so
 * that a run can be resumed in a later lab. With `owner`, files and folder belong to that user and group id.
 */
export async function writeData(plan: Plan, dir: string, owner?: { uid: number; gid: number }): Promise<void> {
  await mkdir(dir, { recursive: true });
  const files: Record<string, string | Iterable<string>> = {
    'top-list.csv': topList(plan),
    'rib.dat': prefixTable(plan),
    'asnames.json': asNames(plan),
    'whois.json': `${JSON.stringify(whoisTable(plan), null, 1)}\n`,
    'blocklist.conf': blocklist(plan),
    'census.yaml': censusYaml(plan, dir),
    'truth.json': `${JSON.stringify(truthOf(plan), null, 1)}\n`,
  };
  if (plan.world.fingerprints) files[RECORDED] = nmapDocument(plan, await readFingerprints(plan.world.fingerprints));
  if (plan.world.clients) files[HONEYMAP] = clientList(plan.world);
  const geo = writeGeo(plan, dir);
  for (const [name, text] of Object.entries(files)) await put(dir, name, text);
  const databases = await geo;
  if (!owner) return;
  await chown(dir, owner.uid, owner.gid);
  for (const name of [...Object.keys(files), ...databases]) await chown(path.join(dir, name), owner.uid, owner.gid);
}

/** Removes a folder made by writeData. */
export async function removeData(dir: string): Promise<void> {
  await rm(dir, { recursive: true, force: true });
}
