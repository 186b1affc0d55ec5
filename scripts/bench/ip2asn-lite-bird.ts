import { mkdtemp, open, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { z } from 'zod';

/**
 * A table of more than a million prefixes as BIRD writes it: one daemon announces them to another over BGP, in two namespaces
 * without a route out, and the second dumps its table as MRT. ip2asn-lite then builds a table from the dump. Exit 1 when it reads less than
 * a million prefixes a second or needs 400 MB. The prefixes are contents of BGP messages: no packet goes to them, no kernel learns them.
 * Needs root and Debian's bird2. Usage: node --import tsx scripts/bench/ip2asn-lite-bird.ts [ROUNDS]
 */
const rounds = Number(process.argv[2] ?? 5);
const prefixes = 1_050_000;
const name = `mcbird${process.pid}`;
const here = join(import.meta.dirname, 'ip2asn-lite');
const limits = { prefixesPerSecond: 1e6, bytes: 400e6 };

const Took = z.object({ seconds: z.number(), processor: z.number() });

/** What build.mjs prints. */
const Built = z.object({
  ipv4: z.number(),
  read: Took,
  built: Took,
  peak: z.number(),
  sample: z.object({ asn: z.number(), prefix: z.string() }).nullable(),
});

interface Daemon {
  namespace: string;
  address: string;
  asn: number;
}

const announcer: Daemon = { namespace: `${name}-a`, address: '198.18.0.1', asn: 64500 };
const collector: Daemon = { namespace: `${name}-c`, address: '198.18.0.2', asn: 64501 };

/** Prefix and origin by number: /24 from 16.0.0.0 on, 120,000 origins of 2 and of 4 bytes, none of them a daemon's (a loop). */
function prefixOf(number: number): string {
  return `${16 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}.0/24`;
}

function originOf(number: number): number {
  return (number % 2 === 0 ? 1 : 200_001) + ((number * 7919) % 60_000);
}

async function setUpNamespaces(): Promise<void> {
  const ip = (...words: string[]): Promise<unknown> => execa('ip', words);
  for (const { namespace } of [announcer, collector]) await ip('netns', 'add', namespace);
  await ip(
    '-n',
    announcer.namespace,
    'link',
    'add',
    'a0',
    'type',
    'veth',
    'peer',
    'name',
    'c0',
    'netns',
    collector.namespace,
  );
  for (const [{ namespace, address }, link] of [
    [announcer, 'a0'],
    [collector, 'c0'],
  ] as const) {
    await ip('-n', namespace, 'addr', 'add', `${address}/30`, 'dev', link);
    await ip('-n', namespace, 'link', 'set', link, 'up');
  }
}

function configOf(own: Daemon, other: Daemon, more: string): string {
  return `router id ${own.address};
protocol device {}
${more}
protocol bgp peer {
  local ${own.address} as ${own.asn};
  neighbor ${other.address} as ${other.asn};
  connect delay time 1;
  ipv4 { import all; export ${own === announcer ? 'all' : 'none'}; };
}
`;
}

async function writeRoutes(path: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (let from = 0; from < prefixes; from += 10_000) {
      const lines = Array.from({ length: 10_000 }, (_, i) => {
        const number = from + i;
        return `route ${prefixOf(number)} unreachable { bgp_path.prepend(${originOf(number)}); };\n`;
      });
      await file.write(lines.join(''));
    }
  } finally {
    await file.close();
  }
}

async function birdc(folder: string, who: Daemon, command: string[]): Promise<string> {
  const socket = join(folder, `${who.namespace}.ctl`);
  return (await execa('birdc', ['-s', socket, ...command], { timeout: 120_000 })).stdout;
}

/** Runs a daemon in its namespace until it is told to go down. */
async function runBird(folder: string, who: Daemon): Promise<void> {
  const file = (ending: string): string => join(folder, `${who.namespace}.${ending}`);
  const bird = ['bird', '-f', '-c', file('conf'), '-s', file('ctl'), '-P', file('pid')];
  await execa('ip', ['netns', 'exec', who.namespace, ...bird], { timeout: 300_000, reject: false, stdio: 'ignore' });
}

/** Waits until the collector has every prefix. */
async function waitForTable(folder: string): Promise<void> {
  for (let tries = 0; tries < 180; tries++) {
    await sleep(1000);
    const text = await birdc(folder, collector, ['show', 'route', 'count']).catch(() => '');
    if (Number(/of \d+ routes for (\d+) networks in table master4/.exec(text)?.[1]) === prefixes) return;
  }
  throw new Error('the collector did not get all prefixes within three minutes');
}

/** The dump, written by the second daemon. */
async function writeDump(folder: string): Promise<string> {
  const routes = join(folder, 'routes.conf');
  const dump = join(folder, 'rib.mrt');
  await writeRoutes(routes);
  // an include is a line of its own, or it is none
  const feed = `protocol static feed {\n  ipv4;\n  include "${routes}";\n}`;
  await writeFile(join(folder, `${announcer.namespace}.conf`), configOf(announcer, collector, feed));
  await writeFile(join(folder, `${collector.namespace}.conf`), configOf(collector, announcer, ''));
  await setUpNamespaces();
  const birds = [collector, announcer].map((who) => runBird(folder, who));
  try {
    await waitForTable(folder);
    await birdc(folder, collector, ['mrt', 'dump', 'table', 'master4', 'to', `"${dump}"`]);
    await waitUntilWritten(dump);
  } finally {
    for (const who of [collector, announcer]) await birdc(folder, who, ['down']).catch(() => '');
    await Promise.all(birds);
  }
  return dump;
}

/** BIRD writes the dump in pieces after it has answered. */
async function waitUntilWritten(path: string): Promise<void> {
  for (let size = -1, tries = 0; tries < 60; tries++) {
    const now = (await stat(path)).size;
    if (now === size && now > prefixes * 12) return;
    size = now;
    await sleep(2000);
  }
  throw new Error('the dump did not get whole within two minutes');
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

async function measure(dump: string): Promise<boolean> {
  const last = prefixes - 1;
  const probe = prefixOf(last).replace('.0/24', '.7');
  const results: z.infer<typeof Built>[] = [];
  for (let round = 0; round < rounds; round++) {
    const { stdout } = await execa('node', [join(here, 'build.mjs'), dump, probe], { timeout: 120_000 });
    results.push(Built.parse(JSON.parse(stdout)));
  }
  const [first] = results;
  if (first?.ipv4 !== prefixes || first.sample?.asn !== originOf(last) || first.sample?.prefix !== prefixOf(last))
    throw new Error(`the table is not what was announced: ${JSON.stringify(first)}`);
  const rate = (key: 'read' | 'built', clock: 'seconds' | 'processor'): number =>
    prefixes / median(results.map((result) => result[key][clock]));
  const peak = median(results.map((result) => result.peak));
  const million = (value: number): string => `${(value / 1e6).toFixed(2)} M`;
  console.log(
    `ip2asn-lite, a dump of ${prefixes} prefixes (${million((await stat(dump)).size)}B) by ${(await execa('bird', ['--version'])).stderr}, ${rounds} runs, medians`,
  );
  console.log(
    `read:           ${million(rate('read', 'processor'))} prefixes/s of processor time, ${million(rate('read', 'seconds'))}/s by the clock; due 1 M`,
  );
  console.log(
    `read and built: ${million(rate('built', 'processor'))} prefixes/s of processor time, ${million(rate('built', 'seconds'))}/s by the clock`,
  );
  console.log(`peak memory of the whole process: ${million(peak)}B; due below 400 MB`);
  return rate('read', 'processor') > limits.prefixesPerSecond && peak < limits.bytes;
}

if (process.getuid?.() === 0) {
  const folder = await mkdtemp(join(tmpdir(), 'ip2asn-bird-'));
  try {
    process.exitCode = (await measure(await writeDump(folder))) ? 0 : 1;
  } finally {
    for (const { namespace } of [announcer, collector])
      await execa('ip', ['netns', 'del', namespace], { reject: false });
    await rm(folder, { recursive: true, force: true });
  }
} else {
  console.log('SKIP ip2asn-lite on a table of bird: not root');
}
