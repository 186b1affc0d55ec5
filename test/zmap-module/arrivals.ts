import { once } from 'node:events';
import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';

/** One packet that arrived at the far end. */
export interface Arrival {
  address: string;
  /** Milliseconds since 1970, by the clock that this process reads too. */
  at: number;
  /** It asks for a connection. */
  syn: boolean;
}

const Line = z.tuple([z.string(), z.string(), z.string(), z.string()]);
const [SYN, ACK] = [0x02, 0x10];

/** Captures what arrives on an interface of a namespace and passes the filter, while `body` runs. */
export async function arrivals(
  place: { namespace: string; interface: string; folder: string },
  filter: string,
  body: () => Promise<void>,
): Promise<Arrival[]> {
  const file = join(place.folder, 'arrivals.pcapng');
  const args = ['-i', place.interface, '-q', '-s', '128', '-B', '16', '-f', filter, '-a', 'duration:240', '-w', file];
  const dumpcap = execa('ip', ['netns', 'exec', place.namespace, 'dumpcap', ...args], { buffer: false, reject: false });
  await Promise.race([once(dumpcap.stderr, 'data'), dumpcap]);
  try {
    await body();
  } finally {
    dumpcap.kill('SIGINT');
    await dumpcap;
  }
  const fields = ['frame.time_epoch', 'ip.dst', 'ipv6.dst', 'tcp.flags'].flatMap((name) => ['-e', name]);
  const { stdout } = await execa('tshark', ['-r', file, '-T', 'fields', ...fields], { maxBuffer: 1 << 28 });
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const [seconds, v4, v6, flags] = Line.parse(line.split('\t'));
    const syn = flags !== '' && (Number(flags) & (SYN | ACK)) === SYN;
    return { address: v4 === '' ? v6 : v4, at: Number(seconds) * 1000, syn };
  });
}
