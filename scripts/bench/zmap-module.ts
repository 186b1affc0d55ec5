import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { z } from 'zod';
import { PrefixSet } from '../../orchestrator/address/prefix-set.ts';
import { OptOutTable, optOutVariable } from '../../orchestrator/tools/zmap/opt-out-table.ts';

/**
 * Send speed of the zmap module in namespaces without a route out: alternating pairs, no rate limit, every packet dropped at the far
 * end's ingress. The peer is zmap's own tcp_synscan, once as Debian ships it and once under the same shared object, whose repairs
 * make every module faster: the second says what the module itself costs. Exit 1 when a required ratio is missed.
 * Needs root, zmap 2.1.1, and callgrind for instructions.
 * Usage: node --import tsx scripts/bench/zmap-module.ts [PAIRS [NAME ...]]   names: v1, "v1 itself", v0, plain, "v1 over IPv6", "opt-outs"
 */
const pairs = Number(process.argv[2] ?? 9);
const chosen = process.argv.slice(3);
const moduleFolder = join(import.meta.dirname, '../../zmap-module');
const plugin = join(moduleFolder, 'build/mptcp_synscan.so');
const run = `mcmod${process.pid}`;
const scanner = `${run}-s`;
const sink = `${run}-t`;
/** 131,072 targets, 16 probes each: some two seconds. */
const streams = 16;
const addresses = 131_072;

interface Contestant {
  name: string;
  args: readonly string[];
  targets: readonly string[];
  env: Readonly<Record<string, string>>;
}

interface Comparison {
  name: string;
  ours: Contestant;
  theirs: Contestant;
  /** Least ratio of packets per second; null where none is due. */
  required: number | null;
}

function comparisons(folder: string): Comparison[] {
  const targets = ['198.18.0.0/15'];
  const env = { LD_PRELOAD: plugin };
  const ours = (probe: string): Contestant => ({
    name: `mptcp_synscan ${probe}`,
    args: ['-M', 'mptcp_synscan', `--probe-args=${probe}`],
    targets,
    env,
  });
  const stock = { name: 'tcp_synscan as shipped', args: ['-M', 'tcp_synscan'], targets, env: {} };
  const repaired = { ...stock, name: 'tcp_synscan with our repairs', env };
  const ipv6 = {
    name: 'ipv6_mptcp_synscan v1',
    args: ['-M', 'ipv6_mptcp_synscan', `--probe-args=v1,source=2001:db8::2,list=${join(folder, 'list')}`],
    targets: ['-w', join(folder, 'numbers')],
    env,
  };
  const watching = {
    ...ours('v1'),
    name: 'mptcp_synscan v1 with 5,000 opt-outs',
    env: { ...env, [optOutVariable]: join(folder, 'opt-outs') },
  };
  return [
    { name: 'v1', ours: ours('v1'), theirs: stock, required: 0.97 },
    { name: 'v1 itself', ours: ours('v1'), theirs: repaired, required: 0.97 },
    { name: 'v0', ours: ours('v0'), theirs: stock, required: null },
    { name: 'plain', ours: ours('plain,options=bare'), theirs: repaired, required: null },
    { name: 'v1 over IPv6', ours: ipv6, theirs: ours('v1'), required: 0.9 },
    { name: 'opt-outs', ours: watching, theirs: ours('v1'), required: 0.97 },
  ];
}

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
  // Some in each /24 of the targets: no lookup ends at the first look.
  const optOuts = Array.from({ length: 5000 }, (_, n) => `198.${18 + (n % 2)}.${(n >> 1) % 256}.${1 + (n >> 9)}`);
  await new OptOutTable(join(folder, 'opt-outs')).write(new PrefixSet(optOuts));
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
  const program = execa('ip', inside, { env: contestant.env, timeout: 120_000, reject: false });
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
    const result = await execa('ip', command, { env: contestant.env, timeout: 300_000, reject: false });
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

/** Who goes first changes, so that a machine that slows down or speeds up favours neither. */
async function runPairs(folder: string, { ours, theirs }: Comparison): Promise<[Speed, Speed][]> {
  const speeds: [Speed, Speed][] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const first = await speedOf(folder, pair % 2 === 0 ? ours : theirs);
    const second = await speedOf(folder, pair % 2 === 0 ? theirs : ours);
    speeds.push(pair % 2 === 0 ? [first, second] : [second, first]);
  }
  return speeds;
}

function describe(speeds: readonly [Speed, Speed][]): string {
  const middle = (side: 0 | 1, what: keyof Speed) => median(speeds.map((both) => both[side][what])).toFixed(0);
  return (
    `${shown(speeds.map(([a, b]) => a.rate / b.rate))} in packets/s (${middle(0, 'rate')} against ${middle(1, 'rate')}), ` +
    `${shown(speeds.map(([a, b]) => b.cpu / a.cpu))} by processor time (${middle(0, 'cpu')} against ${middle(1, 'cpu')} ns a packet)`
  );
}

/** True when every required ratio was reached. */
async function bench(folder: string): Promise<boolean> {
  console.log(`zmap module, send only: ${pairs} alternating pairs, -P ${streams} -T 1, ${availableParallelism()} CPUs`);
  const wanted = comparisons(folder).filter(({ name }) => chosen.length === 0 || chosen.includes(name));
  let reached = true;
  for (const comparison of wanted) {
    const { name, ours, theirs, required } = comparison;
    const speeds = await runPairs(folder, comparison);
    const missed = required !== null && median(speeds.map(([a, b]) => a.rate / b.rate)) < required;
    const due = required === null ? '' : ` (at least ${required}: ${missed ? 'MISSED' : 'reached'})`;
    console.log(`${name}: ${ours.name} / ${theirs.name}: ${describe(speeds)}${due}`);
    reached &&= !missed;
  }
  const everyone = new Map(wanted.flatMap(({ ours, theirs }) => [ours, theirs]).map((one) => [one.name, one]));
  for (const one of everyone.values()) {
    console.log(
      `${one.name}: ${(await instructionsOf(folder, one))?.toFixed(0) ?? 'no callgrind:'} instructions a packet`,
    );
  }
  return reached;
}

/** Median and interval of the pairs' ratios. */
function shown(ratios: readonly number[]): string {
  return `${median(ratios).toFixed(3)} (${Math.min(...ratios).toFixed(3)} to ${Math.max(...ratios).toFixed(3)})`;
}

const folder = await mkdtemp(join(tmpdir(), 'mptcp-bench-'));
await chmod(folder, 0o755);
try {
  await setUp(folder);
  process.exitCode = (await bench(folder)) ? 0 : 1;
} finally {
  for (const name of [scanner, sink]) await execa('ip', ['netns', 'del', name], { reject: false });
  await rm(folder, { recursive: true, force: true });
}
