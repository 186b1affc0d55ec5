import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { execa } from 'execa';
import { median } from './ip2asn-lite/verdict.ts';

/**
 * `traffic` on a capture of 96-byte packets of which 1 % are MPTCP's, against `tcpdump -r FILE -w /dev/null` on the same file, in
 * alternating pairs; and the most memory that our processes held together. Exit 1 when the median is below half of tcpdump's speed, or
 * the memory grows with the packets. Needs tcpdump and the built program (make build); the file lies in TMPDIR (or /var/tmp) and is
 * removed: 112 bytes a packet. Usage: node --import tsx scripts/bench/traffic.ts [PACKETS] [PAIRS]
 */
const packets = Number(process.argv[2] ?? 30_000_000);
const pairs = Number(process.argv[3] ?? 5);
const least = 0.5;
/** Of the most memory, between half of the packets and all of them: what waits for late subflows is bounded, and full after 20 M. */
const growth = 1.3;

const root = join(import.meta.dirname, '..', '..');
const maker = join(root, 'zmap-module/build/capture_maker');
const reader = join(root, 'zmap-module/build/mptcp-traffic');

async function make(path: string, count: number): Promise<void> {
  const child = execa(maker, [String(count), '10'], { buffer: false, stdout: 'pipe' });
  await pipeline(child.stdout, createWriteStream(path));
  await child;
}

/** Most memory of a process and those it started, in MB: the sum of what each held at most. */
async function mostMemory(pid: number, known: Map<number, number>): Promise<void> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kb = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0);
  known.set(pid, Math.max(known.get(pid) ?? 0, kb / 1024));
  for (const child of children.trim().split(' ').filter(Boolean)) await mostMemory(Number(child), known);
}

async function run(program: string, args: string[]): Promise<{ seconds: number; megabytes: number }> {
  const began = performance.now();
  const child = execa(program, args, { stdout: 'ignore', stderr: 'ignore', stdin: 'ignore' });
  const memory = new Map<number, number>();
  const timer = setInterval(() => void mostMemory(child.pid ?? 0, memory), 200);
  await child.finally(() => clearInterval(timer));
  const megabytes = [...memory.values()].reduce((sum, mb) => sum + mb, 0);
  return { seconds: (performance.now() - began) / 1000, megabytes };
}

const tcpdump = (path: string) => run('tcpdump', ['-r', path, '-w', '/dev/null']);
const traffic = (path: string) => run(process.execPath, [join(root, 'dist/cli.js'), 'traffic', path]);

async function compare(path: string): Promise<number> {
  const small = join(path, '..', 'small.pcap');
  await make(small, Math.ceil(packets / 2));
  await make(path, packets);
  const few = await traffic(small);
  const ratios: number[] = [];
  let most = 0;
  for (let pair = 0; pair < pairs; pair++) {
    const theirs = await tcpdump(path);
    const ours = await traffic(path);
    const alone = await run(reader, [path]);
    most = Math.max(most, ours.megabytes);
    ratios.push(theirs.seconds / ours.seconds);
    console.log(
      `tcpdump ${theirs.seconds.toFixed(2)} s; traffic ${ours.seconds.toFixed(2)} s, ${ours.megabytes.toFixed(0)} MB; its reader alone ${alone.seconds.toFixed(2)} s`,
    );
  }
  const speed = median(ratios);
  const { size } = await stat(path);
  console.log(
    `${packets} packets, ${(size / 1e9).toFixed(1)} GB: ${speed.toFixed(2)} of tcpdump's speed (median of ${pairs}; at least ${least})`,
  );
  console.log(`memory: ${few.megabytes.toFixed(0)} MB for half of the packets, ${most.toFixed(0)} MB for all`);
  return speed >= least && most <= growth * few.megabytes ? 0 : 1;
}

const folder = await mkdtemp(join(process.env.TMPDIR ?? '/var/tmp', 'bench-traffic-'));
try {
  if ((await readdir(join(root, 'dist'))).length > 0) process.exitCode = await compare(join(folder, 'all.pcap'));
} finally {
  await rm(folder, { recursive: true, force: true });
}
