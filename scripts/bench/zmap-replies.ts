import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { scanFields } from '../../orchestrator/tools/zmap/fields.ts';
import { printed } from '../../orchestrator/tools/zmap/spelling.ts';
import {
  addResponder,
  gatewayMac,
  joinDirectly,
  type Lab,
  moduleFolder,
  plugin,
  whyNoLab,
  withLab,
} from '../../test/zmap-module/lab.ts';

/**
 * What a reply costs, in namespaces without a route out: processor time and bytes for each of 58,368 replies as JSON, that of sending
 * their SYNs among it. The peer is zmap's own tcp_synscan with every field of its own, under the same shared object. Processor time is
 * the kernel's account of the zmap process, so that what else the machine does hardly counts. Alternating pairs; exit 1 when the
 * median of their ratios is over the mark. Needs root and zmap 2.1.1. Usage: node --import tsx scripts/bench/zmap-replies.ts [PAIRS]
 */
const pairs = Number(process.argv[2] ?? 9);
const mark = 1.1;

interface Contestant {
  name: string;
  module: readonly string[];
  fields: readonly string[];
}
const probe = ['-M', 'mptcp_synscan', '--probe-args=v1'];
const census: Contestant = {
  name: 'mptcp_synscan, what a census asks for',
  module: probe,
  fields: [...printed(scanFields.zmap, true), ...scanFields.module],
};
const whole: Contestant = { name: 'mptcp_synscan, every field', module: probe, fields: ['*'] };
const peer: Contestant = { name: 'tcp_synscan, every field', module: ['-M', 'tcp_synscan'], fields: ['*'] };

/** Personalities of the lab's responder that tcp_synscan reads no answer of. */
const unread = new Set(['silent', 'icmp_unreachable', 'icmp_ttl_exceeded', 'rst_unheard']);

/** Prefixes of 256 hosts each of which answers both modules. */
async function answering(): Promise<string[]> {
  const { stdout } = await execa(join(moduleFolder, 'build/responder'), ['--list']);
  const names = stdout.split('\n').map((line) => line.split(' ')[1] ?? '');
  return Array.from({ length: 256 }, (_, n) => n)
    .filter((n) => !unread.has(names[n % names.length] ?? ''))
    .map((n) => `198.19.${n}.0/24`);
}

interface Cost {
  /** Microseconds of processor time, user and system. */
  cpu: number;
  bytes: number;
}

/** One scan of them all, as fast as it goes: a limit on the rate would be waited for in a loop, which is processor time too. */
async function tryCostOf(lab: Lab, hosts: number, { module, fields }: Contestant): Promise<Cost | null> {
  const out = join(lab.folder, 'replies');
  const files = ['-C', join(lab.folder, 'zmap.conf'), '-b', join(lab.folder, 'blocklist.conf')];
  const way = ['-w', join(lab.folder, 'targets'), '-i', 's0', '-G', gatewayMac, '-p', '80', '-T', '1', '-c', '3', '-q'];
  const zmap = ['zmap', ...files, ...way, ...module, '-O', 'json', '-f', fields.join(','), '-o', out];
  // the shell's own word for what its child has used; the plug-in is loaded into zmap alone
  const timed = ['bash', '-c', 'TIMEFORMAT="%U %S"; time LD_PRELOAD="$0" "$@"', plugin, ...zmap];
  const { stderr } = await execa('ip', ['netns', 'exec', lab.scanner, ...timed], { timeout: 60_000 });
  const [user, system] = (stderr.split('\n').at(-1) ?? '').split(' ').map(Number);
  const written = await readFile(out);
  const lines = written.reduce((sum, byte) => sum + Number(byte === 10), 0);
  if (lines < 0.99 * hosts) return null;
  return { cpu: (((user ?? Number.NaN) + (system ?? Number.NaN)) * 1e6) / lines, bytes: written.length / lines };
}

/** Another scan where the responder was not through when zmap stopped listening. */
async function costOf(lab: Lab, hosts: number, contestant: Contestant): Promise<Cost> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const cost = await tryCostOf(lab, hosts, contestant);
    if (cost !== null) return cost;
  }
  throw new Error(`${contestant.name}: this machine is too busy to measure`);
}

function shown(values: readonly number[], digits: number): string {
  const sorted = [...values].sort((a, b) => a - b).map((value) => value.toFixed(digits));
  return `${sorted[sorted.length >> 1]} (${sorted[0]} to ${sorted.at(-1)})`;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** True unless the mark, where one is due, was missed. Who goes first changes from pair to pair. */
async function compare(lab: Lab, hosts: number, ours: Contestant, theirs: Contestant, most: number | null) {
  const costs: [Cost, Cost][] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const first = await costOf(lab, hosts, pair % 2 === 0 ? ours : theirs);
    const second = await costOf(lab, hosts, pair % 2 === 0 ? theirs : ours);
    costs.push(pair % 2 === 0 ? [first, second] : [second, first]);
  }
  const [a, b] = [costs.map(([cost]) => cost), costs.map(([, cost]) => cost)];
  const ratios = costs.map(([one, other]) => one.cpu / other.cpu);
  const missed = most !== null && median(ratios) > most;
  const due = most === null ? '' : ` (at most ${most}: ${missed ? 'MISSED' : 'reached'})`;
  const cpu = [a, b].map((side) =>
    shown(
      side.map((cost) => cost.cpu),
      1,
    ),
  );
  const bytes = [a, b].map((side) => median(side.map((cost) => cost.bytes)).toFixed(0));
  console.log(`${ours.name} / ${theirs.name}: ${shown(ratios, 3)} by processor time${due}`);
  console.log(`  ${cpu.join(' against ')} us a reply, ${bytes.join(' against ')} bytes`);
  return !missed;
}

const missing = await whyNoLab();
if (missing === null) {
  await withLab(async (lab) => {
    await joinDirectly(lab);
    await addResponder(lab, 0);
    // all SYNs of a scan may wait for the responder
    await lab.ip('-n', lab.target, 'link', 'set', 'tun0', 'txqueuelen', '100000');
    const prefixes = await answering();
    await writeFile(join(lab.folder, 'targets'), `${prefixes.join('\n')}\n`);
    const hosts = 256 * prefixes.length;
    console.log(`zmap module, ${hosts} replies: ${pairs} alternating pairs, ${availableParallelism()} CPUs`);
    const reached = await compare(lab, hosts, census, peer, mark);
    await compare(lab, hosts, whole, census, null);
    process.exitCode = reached ? 0 : 1;
  });
} else {
  console.log(`SKIP what a reply costs: ${missing}`);
}
