import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { z } from 'zod';

/**
 * Send speed of the zmap module against zmap's own tcp_synscan, in namespaces without a route out: alternating pairs, no rate
 * limit, every packet dropped at the far end's ingress. Prints a table; needs root, zmap 2.1.1, and callgrind for the last column.
 * Usage: node --import tsx scripts/bench/zmap-module.ts [PAIRS [NAME ...]]
 */
const pairs = Number(process.argv[2] ?? 9);
const chosen = process.argv.slice(3);
const moduleFolder = join(import.meta.dirname, '../../zmap-module');
const plugin = join(moduleFolder, 'build/mptcp_synscan.so');
const run = `mcmod${process.pid}`;
const scanner = `${run}-s`;
const sink = `${run}-t`;
/** 131,072 targets, 16 probes each: some four seconds. */
const streams = 16;
const addresses = 131_072;

interface Contestant {
  name: string;
  args: readonly string[];
  targets: readonly string[];
}

const v4 = ['198.18.0.0/15'];
const contestants = (folder: string): Contestant[] => [
  { name: 'v1', args: ['-M', 'mptcp_synscan', '--probe-args=v1'], targets: v4 },
  { name: 'v0', args: ['-M', 'mptcp_synscan', '--probe-args=v0'], targets: v4 },
  { name: 'plain,options=bare', args: ['-M', 'mptcp_synscan', '--probe-args=plain,options=bare'], targets: v4 },
  {
    name: 'v1 over IPv6',
    args: ['-M', 'ipv6_mptcp_synscan', `--probe-args=v1,source=2001:db8::2,list=${join(folder, 'list')}`],
    targets: ['-w', join(folder, 'numbers')],
  },
];
const stock: Contestant = { name: 'tcp_synscan', args: ['-M', 'tcp_synscan'], targets: v4 };

async function ip(...words: readonly string[]): Promise<void> {
  await execa('ip', words);
}

async function setUp(folder: string): Promise<void> {
  await execa('make', ['-s', '-C', moduleFolder]);
  await ip('netns', 'add', scanner);
  await ip('netns', 'add', sink);
  await ip('-n', scanner, 'link', 'add', 's0', 'type', 'veth', 'peer', 'name', 't0', 'netns', sink);
  await ip('-n', scanner, 'link', 'set', 's0', 'up');
  await ip('-n', sink, 'link', 'set', 't0', 'address', '02:00:00:00:00:01', 'up');
  await ip('-n', scanner, 'addr', 'add', '240.0.0.2/24', 'dev', 's0');
  const drop = 'table netdev sink {\nchain in {\ntype filter hook ingress device "t0" priority 0\npolicy drop\n}\n}\n';
  await execa('ip', ['netns', 'exec', sink, 'nft', '-f', '-'], { input: drop });
  await writeFile(join(folder, 'zmap.conf'), '');
  await writeFile(join(folder, 'blocklist.conf'), '# nothing\n');
  const list = Array.from(
    { length: addresses },
    (_, n) => `2001:db8:1::${(n >> 16).toString(16)}:${(n & 0xffff).toString(16)}`,
  );
  const files = [
    '--list',
    join(folder, 'list'),
    '--numbers',
    join(folder, 'numbers'),
    '--declare-global',
    '2001:db8::/32',
  ];
  await execa(join(moduleFolder, 'build/mptcp-hitlist'), files, { input: list.join('\n') });
}

function commandOf(folder: string, { args, targets }: Contestant, more: readonly string[]): string[] {
  const files = ['-C', join(folder, 'zmap.conf'), '-b', join(folder, 'blocklist.conf'), '-i', 's0'];
  return ['zmap', ...files, '-G', '02:00:00:00:00:01', '-p', '80', '-T', '1', '-c', '1', ...args, ...more, ...targets];
}

/** Packets that the scanner's link has sent, read from outside through a process that lives there. */
async function sentBy(pid: number): Promise<number> {
  const line = (await readFile(`/proc/${pid}/net/dev`, 'utf8')).split('\n').find((text) => text.includes('s0:'));
  return Number(line?.trim().split(/[\s:]+/)[10] ?? Number.NaN);
}

const linkSchema = z.array(z.object({ stats64: z.object({ tx: z.object({ packets: z.number() }) }) }));

/** Packets that the link has sent up to now. */
async function sentBefore(): Promise<number> {
  const { stdout } = await execa('ip', ['-n', scanner, '-j', '-s', 'link', 'show', 's0']);
  return linkSchema.parse(JSON.parse(stdout))[0]?.stats64.tx.packets ?? 0;
}

/** Clock ticks (10 ms) of processor time that a process has used, user and system: fields 14 and 15 of proc(5)'s stat. */
async function ticksOf(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
}

interface Speed {
  /** Packets per second. */
  rate: number;
  /** Processor time of one packet, nanoseconds: what is left when others keep the machine busy. */
  cpu: number;
}

/** Packets per second between the first and the last twentieth of one run; another run where too few samples fell into it. */
async function speedOf(folder: string, contestant: Contestant): Promise<Speed> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const speed = await trySpeedOf(folder, contestant);
    if (speed !== null) return speed;
  }
  throw new Error(`${contestant.name}: this machine is too busy to measure`);
}

async function trySpeedOf(folder: string, contestant: Contestant): Promise<Speed | null> {
  const first = await sentBefore();
  const inside = ['netns', 'exec', scanner, ...commandOf(folder, contestant, ['-P', String(streams)])];
  const program = execa('ip', inside, { env: { LD_PRELOAD: plugin }, timeout: 120_000, reject: false });
  const { pid } = program;
  if (pid === undefined) throw new Error('zmap did not start');
  const ended = once(program, 'exit').then(() => true);
  const points: [number, number, number][] = [];
  while (!(await Promise.race([ended, sleep(20)]))) {
    const now = performance.now();
    points.push([now, await sentBy(pid).catch(() => Number.NaN), await ticksOf(pid).catch(() => Number.NaN)]);
  }
  const result = await program;
  if (result.exitCode !== 0) throw new Error(`${contestant.name}: ${result.stderr.slice(-500)}`);
  const total = streams * addresses;
  const within = points.filter(([, sent]) => sent - first > total / 20 && sent - first < (total * 19) / 20);
  const [start, end] = [within[0], within.at(-1)];
  if (start === undefined || end === undefined || within.length < 10) return null;
  const sent = end[1] - start[1];
  return { rate: (sent * 1000) / (end[0] - start[0]), cpu: ((end[2] - start[2]) * 1e7) / sent };
}

/** Instructions for one more packet in all that the sending thread does, out of two runs under callgrind; null without it. */
async function instructionsOf(folder: string, contestant: Contestant): Promise<number | null> {
  const totals: number[] = [];
  for (const probes of [1, 5]) {
    // zmap has given its privileges up when callgrind writes.
    const out = join(folder, 'callgrind.out');
    await writeFile(out, '');
    await chmod(out, 0o666);
    await execa('chown', ['nobody', out]);
    const tool = ['--tool=callgrind', '--fair-sched=yes', '--toggle-collect=send_run', `--callgrind-out-file=${out}`];
    const command = [
      'netns',
      'exec',
      scanner,
      'valgrind',
      ...tool,
      ...commandOf(folder, contestant, ['-P', String(probes), '-n', '4096']),
    ];
    const result = await execa('ip', command, { env: { LD_PRELOAD: plugin }, timeout: 300_000, reject: false });
    const total = result.stderr?.match(/Collected : (\d+)/)?.[1];
    if (total === undefined) return null;
    totals.push(Number(total));
  }
  const [one = 0, five = 0] = totals;
  return (five - one) / (4096 * 4);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function bench(folder: string): Promise<void> {
  console.log(`zmap module, send only: ${pairs} alternating pairs, -P ${streams} -T 1, ${availableParallelism()} CPUs`);
  const stockInstructions = await instructionsOf(folder, stock);
  console.log(`tcp_synscan: ${stockInstructions?.toFixed(0) ?? 'no callgrind'} instructions per packet`);
  for (const contestant of contestants(folder)) {
    if (chosen.length > 0 && !chosen.includes(contestant.name)) continue;
    const ours: Speed[] = [];
    const theirs: Speed[] = [];
    for (let pair = 0; pair < pairs; pair++) {
      // Who goes first changes, so that a machine that slows down or speeds up favours neither.
      const first = await speedOf(folder, pair % 2 === 0 ? contestant : stock);
      const second = await speedOf(folder, pair % 2 === 0 ? stock : contestant);
      ours.push(pair % 2 === 0 ? first : second);
      theirs.push(pair % 2 === 0 ? second : first);
    }
    const instructions = await instructionsOf(folder, contestant);
    const rates = ours.map(({ rate }, pair) => rate / (theirs[pair]?.rate ?? Number.NaN));
    const cpu = ours.map((speed, pair) => (theirs[pair]?.cpu ?? Number.NaN) / speed.cpu);
    const middle = (speeds: readonly Speed[], what: keyof Speed) =>
      median(speeds.map((speed) => speed[what])).toFixed(0);
    console.log(
      `${contestant.name}: ${shown(rates)} of tcp_synscan in packets/s (${middle(ours, 'rate')} against ${middle(theirs, 'rate')}); ` +
        `${shown(cpu)} by processor time (${middle(ours, 'cpu')} against ${middle(theirs, 'cpu')} ns a packet); ` +
        `${instructions?.toFixed(0) ?? 'no callgrind:'} instructions a packet`,
    );
  }
}

/** Median and interval of the pairs' ratios. */
function shown(ratios: readonly number[]): string {
  return `${median(ratios).toFixed(3)} (${Math.min(...ratios).toFixed(3)} to ${Math.max(...ratios).toFixed(3)})`;
}

const folder = await mkdtemp(join(tmpdir(), 'mptcp-bench-'));
await chmod(folder, 0o755);
try {
  await setUp(folder);
  await bench(folder);
} finally {
  for (const name of [scanner, sink]) await execa('ip', ['netns', 'del', name], { reject: false });
  await rm(folder, { recursive: true, force: true });
}
