import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import type { LabState } from '../../scripts/lab/registry.ts';

const PROGRAMS = [
  'ip',
  'nft',
  'sysctl',
  'ss',
  'nginx',
  'mptcpize',
  'unbound',
  'perl',
  'make',
  'cc',
  'dumpcap',
  'tshark',
  'wget',
  'curl',
  'adnshost',
];

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/** Why no lab can stand on this machine, or null. */
export async function whyNoLab(): Promise<string | null> {
  if (process.getuid?.() !== 0) return 'needs root';
  if (!(await exists('/proc/sys/net/mptcp/enabled'))) return 'this kernel has no MPTCP';
  const folders = (process.env.PATH ?? '').split(delimiter);
  for (const program of PROGRAMS) {
    const found = await Promise.all(folders.map((folder) => exists(join(folder, program))));
    if (!found.includes(true)) return `${program} is missing`;
  }
  return null;
}

/** Runs a command in the scanner's namespace and returns its stdout, whatever its exit code. */
export async function inside(lab: LabState, command: readonly string[], input = ''): Promise<string> {
  const result = await execa('ip', ['netns', 'exec', lab.scanner, ...command], {
    reject: false,
    timeout: 30_000,
    input,
  });
  return result.stdout;
}
