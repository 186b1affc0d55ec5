import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Config } from '../../config/config.ts';
import { rawText } from '../../core/folder/raw-files.ts';
import type { CollectContext, Program } from '../../core/tool.ts';
import { CensusError, ProgramError } from '../../errors.ts';
import type { Endpoint } from '../../roles.ts';

export const captureFile = 'capture.pcapng';
const settingsFile = 'sysctl.txt';
const summaryFile = 'capture.json';

/** Ethernet or cooked header, IPv6, and 60 bytes of TCP: all options fit (114 of 200). */
const SNAPLEN = 200;
const KERNEL_BUFFER_MIB = 16;
/** Last words of the last connection. */
const LINGER_MS = 300;

export const dumpcap: Program = {
  name: 'dumpcap',
  version: { args: ['--version'], pattern: /Dumpcap \(Wireshark\) (\d+(?:\.\d+)*)/ },
  apt: 'wireshark-common',
  privileges: 'CAP_NET_RAW',
  okExits: [0],
};

export const sysctl: Program = {
  name: 'sysctl',
  version: { args: ['--version'], pattern: /procps-ng (\S+)/ },
  apt: 'procps',
  privileges: 'CAP_NET_ADMIN, to set net.mptcp.blackhole_timeout',
  okExits: [0],
};

type Context = CollectContext<Endpoint, Config>;

const Summary = z.object({
  received: z.int().describe('packets that matched the filter'),
  dropped: z.int().describe('of these, packets that were lost before they reached the file'),
  blackhole_timeout_before: z
    .int()
    .nullable()
    .describe('net.mptcp.blackhole_timeout found; null where the kernel has none'),
});

/**
 * The endpoints' ports, and every SYN: our kernel's MP_JOINs go to announced ports. `tcp[13]` does not work for IPv6
 * in libpcap, so its flags are read at their place behind a header without extensions.
 */
export function captureFilter(ports: Iterable<number>): string {
  const list = [...new Set(ports)].sort((a, b) => a - b).map((port) => `port ${port}`);
  return `tcp and (${[...list, 'tcp[tcpflags] & tcp-syn != 0', '(ip6[6] = 6 and ip6[53] & 2 != 0)'].join(' or ')})`;
}

async function mptcpSettings(context: Context): Promise<Map<string, string>> {
  await context.exec({ program: sysctl, args: ['net.mptcp'], stdout: settingsFile, timeoutMs: 10_000 });
  const text = await readFile(join(context.folder, settingsFile), 'utf8');
  return new Map(
    text.split('\n').flatMap((line) => {
      const [name, value] = line.split(' = ');
      return name === undefined || value === undefined ? [] : [[name, value]];
    }),
  );
}

async function setBlackholeTimeout(context: Context, value: string, putsBack: boolean): Promise<void> {
  const args = ['-w', `net.mptcp.blackhole_timeout=${value}`];
  await context.exec({ program: sysctl, args, timeoutMs: 10_000, putsBack });
}

/**
 * Works with net.mptcp.blackhole_timeout at 0 and puts it back: by default one host that swallows MPTCP SYNs turns every
 * later connection into plain TCP for an hour. Kernels before 6.12 do not have it.
 */
async function withoutBlackholes<T>(context: Context, work: (before: string | null) => Promise<T>): Promise<T> {
  const settings = await mptcpSettings(context);
  if (settings.get('net.mptcp.enabled') !== '1')
    throw new CensusError(
      'E_CONFIG',
      `${context.stage}/${context.part}: net.mptcp.enabled is not 1, so this kernel opens no MPTCP connection`,
      'sysctl -w net.mptcp.enabled=1',
    );
  const before = settings.get('net.mptcp.blackhole_timeout') ?? null;
  if (before === null || before === '0') return await work(before);
  await setBlackholeTimeout(context, '0', false);
  try {
    return await work(before);
  } finally {
    await setBlackholeTimeout(context, before, true);
  }
}

/** `Packets received/dropped on interface 's0': 128/0 (pcap:0/dumpcap:0/flushed:0/ps_ifdrop:0) (100.0%)` */
function readCounts(stderr: string[]): { received: number; dropped: number } | null {
  const found = stderr.map((line) => /received\/dropped on interface .*: (\d+)\/(\d+) /.exec(line)).findLast(Boolean);
  return found ? { received: Number(found[1]), dropped: Number(found[2]) } : null;
}

async function captured(context: Context, ports: number[], work: () => Promise<void>, timeoutMs: number) {
  const args = ['-q', '-p', '-n', '-i', context.config.scan.interface ?? 'any', '-s', String(SNAPLEN)];
  args.push('-B', String(KERNEL_BUFFER_MIB), '-f', captureFilter(ports), '-w', captureFile);
  // As root, dumpcap drops CAP_DAC_OVERRIDE before it opens its file: an absolute path below somebody's home is closed to it.
  const capture = context.start({ program: dumpcap, args, timeoutMs, inFolder: true });
  // dumpcap names its file once the filter is set and the interface is open
  await capture.stderrLine(/^File: /);
  try {
    await work();
    await sleep(LINGER_MS);
  } catch (error) {
    await capture.stop('SIGINT');
    throw error;
  }
  const exit = await capture.stop('SIGINT');
  // dumpcap keeps its file to its own user, but a run measured as root is replayed by anybody
  await chmod(join(context.folder, captureFile), 0o644);
  const counts = readCounts(exit.stderrTail);
  if (counts !== null) return counts;
  const failure = { stage: context.stage, part: context.part, argv: [dumpcap.name, ...args], ...exit };
  const what = 'did not say how many packets it lost';
  throw new ProgramError('E_PROGRAM_RUBBISH', { ...failure, what }, 'a version that we do not know: see doctor');
}

/** Runs `work` under one capture for all endpoints; packets seen, packets lost and the sysctl go into capture.json. */
export async function capturing(context: Context, ports: number[], work: () => Promise<void>, timeoutMs: number) {
  await withoutBlackholes(context, async (before) => {
    const counts = await captured(context, ports, work, timeoutMs);
    const blackhole_timeout_before = before === null ? null : Number(before);
    const summary: z.infer<typeof Summary> = { ...counts, blackhole_timeout_before };
    await writeFile(join(context.folder, summaryFile), `${JSON.stringify(summary)}\n`);
  });
}

/** What the manifest says of a part's capture. */
export async function captureFacts(folder: string): Promise<Record<string, number | string>> {
  const summary = Summary.parse(JSON.parse(await rawText(join(folder, summaryFile))));
  return {
    capture_received: summary.received,
    capture_dropped: summary.dropped,
    'net.mptcp.blackhole_timeout': summary.blackhole_timeout_before === null ? 'absent' : 0,
    'net.mptcp.blackhole_timeout found': summary.blackhole_timeout_before ?? 'absent',
  };
}
