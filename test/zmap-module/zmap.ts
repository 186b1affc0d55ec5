import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { gatewayMac, type Lab, plugin } from './lab.ts';

/** What these tests read of a line; the rest is kept for the adapter. */
const replySchema = z.looseObject({
  saddr: z.string(),
  ttl: z.number(),
  repeat: z.number(),
  target: z.string(),
  classification: z.string(),
  app_success: z.number(),
  probe: z.string(),
  probe_num: z.number(),
  dport: z.number(),
  sent_key: z.string().nullable(),
  sent_ttl: z.number(),
  mptcp_option: z.string().nullable(),
  mptcp_key: z.string().nullable(),
  faults: z.string(),
  rtt_us: z.number().nullable(),
  rtt_missing: z.string().nullable(),
  rtt_source: z.string().nullable(),
  icmp_hop: z.string().nullable(),
  icmp_quoted_option: z.string().nullable(),
  icmp_quoted_options: z.string().nullable(),
});
export type Reply = z.infer<typeof replySchema>;

export const testSecret = '000102030405060708090a0b0c0d0e0f';

interface Scan {
  /** --probe-args without the secret. */
  probe: string;
  /** Destinations, then any further arguments. */
  args: readonly string[];
  module?: string;
  rate?: number;
  probes?: number;
  env?: Record<string, string>;
  fields?: readonly string[];
}

/** zmap in the scanner's namespace with the plug-in; its stdout and stderr as text. Never without a limit in time. */
export async function zmap(lab: Lab, args: readonly string[], env: Record<string, string> = {}) {
  const files = ['-C', join(lab.folder, 'zmap.conf'), '-b', join(lab.folder, 'blocklist.conf'), '-i', 's0'];
  // one random order in 257 makes zmap 2.1.1 abort on so few targets (orchestrator/tools/zmap/order.ts)
  const order = args.includes('--seed') ? [] : ['--seed', '2015'];
  return execa('ip', ['netns', 'exec', lab.scanner, 'zmap', ...files, ...order, ...args], {
    env: { LD_PRELOAD: plugin, ...env },
    reject: false,
    timeout: 60_000,
    maxBuffer: 512 * 1024 * 1024,
  });
}

/** One scan with a secret of the tests' own; lines as JSON, unread. */
export async function scanLines(lab: Lab, { probe, args, ...scan }: Scan): Promise<string[]> {
  const output = ['-O', 'json', '-f', (scan.fields ?? ['*']).join(','), '-G', gatewayMac, '-c', '2', '-p', '80'];
  const module = ['-M', scan.module ?? 'mptcp_synscan', '--probe-args', `${probe},secret=${testSecret}`];
  const speed = ['-r', String(scan.rate ?? 10_000), '-P', String(scan.probes ?? 1)];
  const result = await zmap(lab, [...module, ...output, ...speed, ...args], scan.env);
  if (result.exitCode !== 0) throw new Error(`zmap ended with ${result.exitCode}: ${result.stderr.slice(-800)}`);
  return result.stdout.split('\n').filter((line) => line !== '');
}

/** One scan; its replies. */
export async function scan(lab: Lab, options: Scan): Promise<Reply[]> {
  const lines = await scanLines(lab, options);
  return lines.map((line) => replySchema.parse(JSON.parse(line)));
}
