import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import type { LabState } from '../../scripts/lab/registry.ts';
import { inside } from './inside.ts';

/** Options of one packet: subtype lists joined by commas, as tshark flattens them. */
export interface Packet {
  from: string;
  to: string;
  syn: boolean;
  subtypes: string[];
  flags: string;
  announced: string;
  echo: string;
}

const FIELDS = ['subtype', 'flags', 'ipv4', 'ipv6', 'echo'].map((field) => `tcp.options.mptcp.${field}`);

/**
 * Fetches the page of every address twice over one connection with a kernel MPTCP client while dumpcap records; gives exit codes and the
 * packets with MPTCP options.
 */
export async function record(
  lab: LabState,
  addresses: readonly string[],
): Promise<{ codes: number[]; packets: Packet[] }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lab-record-'));
  const file = path.join(folder, 'all.pcapng');
  try {
    await inside(lab, ['sysctl', '-q', '-e', '-w', 'net.mptcp.blackhole_timeout=0']);
    const capture = execa('ip', ['netns', 'exec', lab.scanner, 'dumpcap', '-i', 's0', '-s', '200', '-w', file], {
      reject: false,
    });
    // "File: ..." says that the capture is open.
    await once(capture.stderr, 'data');
    while (!(await inside(lab, ['stat', '-c', '%s', file]))) await new Promise((resolve) => setTimeout(resolve, 20));
    const wget = ['mptcpize', 'run', 'wget', '-q', '-T', '5', '-t', '1', '-w', '1', '-O', '/dev/null'];
    const runs = addresses.map((address) => {
      const command = [...wget, `http://${address}/`, `http://${address}/`];
      return execa('ip', ['netns', 'exec', lab.scanner, ...command], { reject: false, timeout: 20_000 });
    });
    const codes = (await Promise.all(runs)).map(({ exitCode }) => exitCode ?? -1);
    capture.kill('SIGINT');
    await capture;
    const fields = ['ip.src', 'ip.dst', 'tcp.flags', ...FIELDS].flatMap((field) => ['-e', field]);
    const { stdout } = await execa('tshark', [
      '-r',
      file,
      '-Y',
      'tcp.options.mptcp.subtype',
      '-T',
      'fields',
      ...fields,
    ]);
    const packets = stdout.split('\n').map((line) => {
      const [from = '', to = '', tcp = '', subtypes = '', flags = '', v4 = '', v6 = '', echo = ''] = line.split('\t');
      return {
        from,
        to,
        syn: (Number(tcp) & 0x02) !== 0,
        subtypes: subtypes.split(','),
        flags,
        announced: v4 || v6,
        echo,
      };
    });
    return { codes, packets };
  } finally {
    await rm(folder, { recursive: true });
  }
}
