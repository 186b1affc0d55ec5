import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { Config } from '../../orchestrator/config/config.ts';
import { lineParser } from '../../orchestrator/core/part/parse-line.ts';
import { judgeReplies } from '../../orchestrator/evidence/judge.ts';
import type { JudgeRecord } from '../../orchestrator/schemas/records/judge.ts';
import { ScanRecord } from '../../orchestrator/schemas/records/scan.ts';
import { findTool } from '../../orchestrator/tools/finder.ts';
import type { LabState } from '../../scripts/lab/registry.ts';
import { readWorld } from '../../scripts/lab/world.ts';

const moduleFolder = join(import.meta.dirname, '../../zmap-module');

/** What the tests read of a line of zmap's output; the whole line is the adapter's business. */
const Line = z.object({
  saddr: z.string().describe('who answered'),
  probe: z.string().describe('what was sent'),
  classification: z.string().describe("the module's word"),
  ipid: z.int().describe('IP ID of the reply'),
  ttl: z.int().describe('TTL of the reply as it came'),
  seq: z.string().nullable().describe('sequence number of the reply, hex'),
  ack: z.string().nullable().describe('acknowledgement number, hex: our sequence number and one'),
  window: z.int().nullable().describe('window of the reply'),
  sent_key: z.string().nullable().describe('key of our v0 SYN'),
  sent_option: z.string().nullable().describe('our MPTCP option'),
  mptcp_option: z.string().nullable().describe('theirs'),
  mptcp_key: z.string().nullable().describe('key in theirs'),
  tcp_options: z.string().nullable().describe('their option area'),
  options_order: z.string().nullable().describe('names of their options in order'),
  faults: z.string().describe("the module's remarks"),
});
export type Line = z.infer<typeof Line>;

export interface Scan {
  /** One JSON line per reply, as zmap printed it. */
  text: string;
  lines: Line[];
}

/** Probes addresses of the lab from the scanner with the plug-in and a fresh secret; `kinds` are sent `each` times, from ports of their own. */
export async function zmapScan(
  lab: LabState,
  kinds: readonly string[],
  addresses: readonly string[],
  each = 1,
): Promise<Scan> {
  await execa('make', ['-s', '-C', moduleFolder, 'all']);
  const { scanner } = await readWorld(lab.world);
  await writeFile(join(lab.data, 'zmap.conf'), '');
  const files = ['-C', join(lab.data, 'zmap.conf'), '-b', join(lab.data, 'blocklist.conf')];
  const way = ['-i', scanner.interface, '-G', scanner.gateway_mac, '-p', '80', '-r', '500', '-c', '2'];
  const probes = ['-M', 'mptcp_synscan', `--probe-args=${kinds.join('+')}`, '-P', String(kinds.length * each)];
  const command = ['zmap', '--seed', '1', ...files, ...way, ...probes, '-O', 'json', '-f', '*', ...addresses];
  const { stdout } = await execa('ip', ['netns', 'exec', lab.scanner, ...command], {
    env: { LD_PRELOAD: join(moduleFolder, 'build/mptcp_synscan.so') },
    timeout: 60_000,
  });
  const texts = stdout.split('\n').filter((line) => line !== '');
  return { text: stdout, lines: texts.map((line) => Line.parse(JSON.parse(line))) };
}

const parse = lineParser(findTool('syn_prober', 'zmap'), ScanRecord, Config.parse({ targets: { addresses: '-' } }));

/** What `mptcp-census judge` says of zmap's lines; throws at a line that it would reject. */
export async function judged(text: string): Promise<JudgeRecord[]> {
  async function* lines() {
    for (const line of text.split('\n')) yield line;
  }
  function onReject(line: string, reason: string): void {
    throw new Error(`${reason}: ${line}`);
  }
  const claims: JudgeRecord[] = [];
  for await (const claim of judgeReplies(lines(), parse, onReject)) claims.push(claim);
  return claims;
}
