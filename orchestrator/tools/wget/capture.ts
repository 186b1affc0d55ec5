import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Config } from '../../config/config.ts';
import { rawText } from '../../core/folder/raw-files.ts';
import type { CollectContext, Conversation, Program } from '../../core/tool.ts';
import { writeFile } from '../../core/writing.ts';
import { ProgramError } from '../../errors.ts';
import { guardWords, Held, heldFacts, whileHeld } from '../../machine/guard.ts';
import { isOnlyWayOut } from '../../machine/route.ts';
import type { Endpoint } from '../../roles.ts';

export const captureFile = 'capture.pcapng';
const summaryFile = 'capture.json';

/** Headers alone: of the link (cooked ones and tagged Ethernet have 20 bytes at most), of IPv6, and of TCP with all its options. */
const SNAPLEN = 20 + 40 + 60;
const KERNEL_BUFFER_MIB = 16;
/** Last words of the last connection, and the 250 ms for which the kernel keeps a block of packets that is not full. */
const LINGER_MS = 300;
const LOOK_MS = 50;
/** dumpcap sleeps at so many looks in a row when it has read everything. */
const LOOKS = 3;
const UNREAD_MS = 30_000;
/** A host that floods fills no disk: some 25,000 packets for each endpoint, where a page takes some 20. */
const MIB_IN_ALL = 256;
const MIB_PER_ENDPOINT = 4;

export const dumpcap: Program = {
  name: 'dumpcap',
  version: { args: ['--version'], pattern: /Dumpcap \(Wireshark\) (\d+(?:\.\d+)*)/ },
  apt: 'wireshark-common',
  privileges: 'CAP_NET_RAW',
  okExits: [0],
};

type Context = CollectContext<Endpoint, Config>;
export type Local = Pick<Held, 'ports' | 'addresses' | 'join_ports'>;

const Summary = z.object({
  received: z.int().describe('packets that matched the filter'),
  dropped: z.int().describe('of these, packets that were lost before they reached the file'),
  cut: z.literal(true).optional().describe('the capture was ended before it had read what the kernel held'),
  held: Held.optional().describe(
    'settings of the kernel and our local ports; earlier versions had the next field alone',
  ),
  blackhole_timeout_before: z
    .int()
    .nullable()
    .optional()
    .describe('net.mptcp.blackhole_timeout found; null where the kernel has none'),
});

/** A filter with more is more than the kernel takes; without them strangers' connections to our own servers may be kept, and are not read. */
const MOST_ADDRESSES = 32;

const either = (words: string[]) => (words.length === 0 ? [] : [`(${words.join(' or ')})`]);

/**
 * From our local ports to the endpoints' and back, no other: who else speaks to the same servers, or from such a port to
 * this machine, is not kept. Not by `outbound` and `inbound`: libpcap then loses what comes in the first tenths of a second, since
 * its own copy of the filter, which it puts before the kernel's for so long, cannot tell them. A subflow may go to any port.
 */
export function captureFilter(
  endpointPorts: Iterable<number>,
  { ports: [first, last], join_ports, addresses }: Local,
): string {
  const ports = [...new Set(endpointPorts)].sort((a, b) => a - b);
  const own = addresses.length > MOST_ADDRESSES ? [] : addresses;
  const way = (from: string, to: string) =>
    [
      `${from} portrange ${first}-${last}`,
      ...either(own.map((address) => `${from} host ${address}`)),
      ...either(ports.map((port) => `${to} port ${port}`)),
    ].join(' and ');
  const joins = (from: string) =>
    join_ports === undefined
      ? []
      : [
          `(${[`${from} portrange ${join_ports.join('-')}`, ...either(own.map((one) => `${from} host ${one}`))].join(' and ')})`,
        ];
  const ways = [`(${way('src', 'dst')})`, `(${way('dst', 'src')})`, ...joins('src'), ...joins('dst')];
  return `tcp and (${ways.join(' or ')})`;
}

/** `Packets received/dropped on interface 's0': 128/0 (pcap:0/dumpcap:0/flushed:0/ps_ifdrop:0) (100.0%)` */
function readCounts(stderr: string[]): { received: number; dropped: number } | null {
  const found = stderr.map((line) => /received\/dropped on interface .*: (\d+)\/(\d+) /.exec(line)).findLast(Boolean);
  return found ? { received: Number(found[1]), dropped: Number(found[2]) } : null;
}

/** What is captured, and the most that it may take. */
interface Extent {
  /** Of the endpoints, one each. */
  endpointPorts: number[];
  local: Local;
  timeoutMs: number;
}

/** Connections leave by the kernel's routes, which need not be the interface that the prober was given. */
function capturedOn({ scan: { interface: name } }: Config): string {
  return name !== null && isOnlyWayOut(name) ? name : 'any';
}

function captureArgs({ config }: Context, { endpointPorts, local, timeoutMs }: Extent): string[] {
  const mib = MIB_IN_ALL + MIB_PER_ENDPOINT * endpointPorts.length;
  return [
    ...['-q', '-p', '-n', '-i', capturedOn(config), '-s', String(SNAPLEN), '-B', String(KERNEL_BUFFER_MIB)],
    // Its own ends: whatever becomes of us, it does not run for ever.
    ...['-a', `duration:${Math.ceil(timeoutMs / 1000)}`, '-a', `filesize:${Math.min(mib * 1024, 2 ** 31 - 1)}`],
    ...['-f', captureFilter(endpointPorts, local), '-w', captureFile],
  ];
}

/** Waits until the capture has read what the kernel holds: asked to end, it leaves that unread and counts it nowhere. False where it does not. */
export async function hasRead(capture: Pick<Conversation, 'isAsleep'>, mostMs = UNREAD_MS): Promise<boolean> {
  await sleep(LINGER_MS);
  let looks = 0;
  for (let waited = 0; waited < mostMs; waited += LOOK_MS) {
    looks = capture.isAsleep() ? looks + 1 : 0;
    if (looks === LOOKS) return true;
    await sleep(LOOK_MS);
  }
  return false;
}

/** Does the work while the capture runs; it must run to the end of it. */
async function during(capture: Conversation, work: () => Promise<void>): Promise<{ whole: boolean; read: boolean }> {
  let ended = false;
  const end = () => {
    ended = true;
  };
  capture.done.then(end, end);
  try {
    await work();
    const read = await hasRead(capture);
    return { whole: !ended, read };
  } catch (error) {
    await capture.stop('SIGINT');
    throw error;
  }
}

async function captured(context: Context, extent: Extent, work: () => Promise<void>) {
  const args = captureArgs(context, extent);
  // As root, dumpcap drops CAP_DAC_OVERRIDE before it opens its file: an absolute path below somebody's home is closed to it.
  const capture = context.start({ program: dumpcap, args, timeoutMs: extent.timeoutMs + 30_000, inFolder: true });
  // dumpcap names its file once the filter is set and the interface is open
  await capture.stderrLine(/^File: /);
  const { whole, read } = await during(capture, work);
  const exit = await capture.stop('SIGINT');
  const counts = readCounts(exit.stderrTail);
  if (whole && counts !== null) return read ? counts : { ...counts, cut: true as const };
  const failure = { stage: context.stage, part: context.part, argv: [dumpcap.name, ...args], ...exit };
  if (whole) {
    const what = 'did not say how many packets it lost';
    throw new ProgramError('E_PROGRAM_RUBBISH', { ...failure, what }, 'a version that we do not know: see doctor');
  }
  const what = 'ended before the connections did: their packets fill more than the bounds of a capture';
  throw new ProgramError(
    'E_PROGRAM_FAILED',
    { ...failure, what },
    'a host floods, or the disk is full: see its stderr',
  );
}

/**
 * Runs `work` with the kernel held as it must be, under one capture for all endpoints. It is handed the local ports that its connections
 * must come from; packets seen, packets lost and what was held go into capture.json.
 */
export async function capturing(
  context: Context,
  endpointPorts: number[],
  timeoutMs: number,
  work: (own: Local) => Promise<void>,
): Promise<void> {
  const { held, result } = await whileHeld(
    context,
    async (local) => captured(context, { endpointPorts, local, timeoutMs }, () => work(local)),
    guardWords(context.config.handshake),
  );
  const summary: z.infer<typeof Summary> = { ...result, held };
  await writeFile(join(context.folder, summaryFile), `${JSON.stringify(summary)}\n`);
}

/** What the manifest says of a part's capture. */
export async function captureFacts(folder: string): Promise<Record<string, number | string>> {
  const summary = Summary.parse(JSON.parse(await rawText(join(folder, summaryFile))));
  const cut = summary.cut ? { capture_cut: 1 } : {};
  const counts = { capture_received: summary.received, capture_dropped: summary.dropped, ...cut };
  if (summary.held !== undefined) return { ...counts, ...heldFacts(summary.held) };
  const before = summary.blackhole_timeout_before ?? null;
  return {
    ...counts,
    'net.mptcp.blackhole_timeout': before === null ? 'absent' : 0,
    'net.mptcp.blackhole_timeout found': before ?? 'absent',
  };
}
