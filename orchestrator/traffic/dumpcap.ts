import type { Readable } from 'node:stream';
import { between } from '../core/process/exec.ts';
import { installHint } from '../core/process/install-hint.ts';
import { launchFault } from '../core/process/launch.ts';
import { splitLines, Tail } from '../core/process/lines.ts';
import type { Program } from '../core/tool.ts';
import { CensusError } from '../errors.ts';

const dumpcap: Program = {
  name: 'dumpcap',
  version: { args: ['--version'], pattern: /Dumpcap \(Wireshark\) (\d+(?:\.\d+)*)/ },
  apt: 'wireshark-common',
  privileges: 'CAP_NET_RAW',
  okExits: [0],
};

/** Headers alone: of the link with tags, of IPv6 with extensions, and of TCP with all its options. No payload is of use. */
const SNAPLEN = 192;
/** What comes while a report is written waits in the kernel. */
const KERNEL_BUFFER_MIB = 64;

export interface LiveCapture {
  packets: Readable;
  /** Resolves when the interface is open; never where it cannot be. */
  open: Promise<void>;
  /** Ends the capture, and with it its packets. */
  stop(): void;
  /** Packets that were lost; null where it did not say. Fails where the capture failed. */
  lost: Promise<number | null>;
}

/** `Packets received/dropped on interface 's0': 128/0 (pcap:0/dumpcap:0/flushed:0/ps_ifdrop:0) (100.0%)` */
const counts = /received\/dropped on interface .*: \d+\/(\d+) /;

/** A capture into a pipe: no packet of it ever lies on a disk. */
export function captureLive(device: string): LiveCapture {
  const args = ['-q', '-n', '-p', '-i', device, '-s', String(SNAPLEN), '-B', String(KERNEL_BUFFER_MIB), '-w', '-'];
  const child = between(dumpcap.name, args, dumpcap.privileges);
  const tail = new Tail();
  let asked = false;
  let dropped: number | null = null;
  let words: string | null = null;
  child.stdin.end();
  let opened = () => {};
  const open = new Promise<void>((resolve) => {
    opened = resolve;
  });
  async function readWords(): Promise<void> {
    for await (const line of splitLines(child.stderr)) {
      tail.push(line);
      if (line.startsWith('File: ')) opened();
      // What it says of its own capabilities is of no account: they are what the launcher left it.
      if (/^dumpcap: (?!cap_set_proc)/.test(line)) words ??= line;
      const found = counts.exec(line)?.[1];
      if (found !== undefined) dropped = Number(found);
    }
  }
  async function ended(): Promise<number | null> {
    const [result] = await Promise.all([child, readWords()]);
    if (result.exitCode === 0 || asked) return dropped;
    const unstarted = result.code === 'ENOENT' ? (result.cause ?? result) : launchFault(result.exitCode, tail.lines());
    if (unstarted !== null)
      throw new CensusError('E_PROGRAM_MISSING', 'dumpcap could not be started', installHint(dumpcap), unstarted);
    const said = words ?? tail.lines().at(-1) ?? 'it said nothing';
    const hint = 'ip link lists the interfaces; a capture needs CAP_NET_RAW: run it with sudo';
    throw new CensusError('E_PROGRAM_FAILED', `the capture on ${device} ended: ${said}`, hint);
  }
  const lost = ended();
  lost.catch(() => undefined); // the caller that awaits it gets the error
  return {
    packets: child.stdout,
    open,
    stop: () => {
      asked = true;
      child.kill('SIGINT');
    },
    lost,
  };
}
