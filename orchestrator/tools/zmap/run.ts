import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parsePrefix } from '../../address/ip.ts';
import type { Config } from '../../config/config.ts';
import type { CollectContext, Command, Program, Status } from '../../core/tool.ts';
import { CensusError, ProgramError } from '../../errors.ts';
import { ZmapMetadata } from './raw.ts';
import { type Addresses, prepareTargets, targetFiles } from './targets.ts';

const plugin = fileURLToPath(new URL('../../../zmap-module/build/mptcp_synscan.so', import.meta.url));

/** Without a rate in the configuration (the lab); any other run is refused without one. */
const defaultRate = 10_000;

/** One status line a second: ` 0:05 58% (4s left); sent: 9 1 p/s (1 p/s avg); recv: 7 ...`, on a terminal with colours. */
function status(line: string): Status | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with ESC
  const plain = line.replace(/\x1b\[[0-9;]*m/g, '').trim();
  const match =
    /^\d+(?::\d+)+ (\d+)%(?: \((.+?) left\))?; (?:sent|send): (\d+) .*?recv: (\d+) .*?drops: (\d+) p\/s/.exec(plain);
  if (match === null) return null;
  const [, percent, left, sent, received, drops] = match;
  const text = [`sent ${sent}`, `received ${received}`];
  if (drops !== '0') text.push(`losing ${drops} replies a second`);
  if (left !== undefined) text.push(`${left} left`);
  return { fraction: Number(percent) / 100, text: text.join(', ') };
}

export const zmapProgram: Program = {
  name: 'zmap',
  version: { args: ['--version'], pattern: /zmap (\S+)/ },
  apt: 'zmap',
  privileges: 'CAP_NET_RAW',
  okExits: [0],
  status,
};

/** One run of zmap over the part's targets. */
export interface ZmapRun {
  /** Begins the names of its files: `<name>.ndjson`, `<name>.metadata.json`, `<name>.stderr`. */
  name: string;
  /** Which targets of the part it is for. */
  family: 4 | 6;
  /** Probe module, its arguments, the port; given the path of a file in the raw folder by its name. */
  args: (file: (name: string) => string) => string[];
  /** Probes to each target (`-P`). */
  probes: number;
}

export function repliesFile(name: string): string {
  return `${name}.ndjson`;
}

async function requirePlugin(): Promise<void> {
  try {
    await access(plugin);
  } catch (cause) {
    throw new CensusError('E_PROGRAM_MISSING', `the zmap module is not built: ${plugin}`, 'make -C zmap-module', cause);
  }
}

function commandOf(context: CollectContext<unknown, Config>, run: ZmapRun, addresses: number): Command {
  const { scan } = context.config;
  const files = targetFiles[run.family];
  const file = (name: string) => join(context.folder, name);
  const packetRate = scan.rate ?? defaultRate;
  // -r counts targets, not packets
  const rate = Math.max(1, Math.floor(packetRate / run.probes));
  const seconds = addresses / rate + scan.cooldown;
  return {
    program: zmapProgram,
    args: [
      ...run.args(file),
      '-C',
      file('zmap.conf'),
      '-b',
      file(files.blocklist),
      '-w',
      file(files.allowlist),
      ...['-P', String(run.probes), '-r', String(rate), '-T', '1', `--seed=${context.seed}`],
      // below 2 the capture's one-second block loses the last replies
      ...['-c', String(Math.max(2, Math.ceil(scan.cooldown)))],
      ...(scan.interface === null ? [] : ['-i', scan.interface]),
      ...(scan.gateway_mac === null ? [] : ['-G', scan.gateway_mac]),
      ...['-O', 'json', '-f', '*', '-o', file(repliesFile(run.name)), '-m', file(`${run.name}.metadata.json`)],
      '--disable-syslog',
    ],
    // a secret of the caller's environment would come before the file, and the run would not keep it
    env: { LD_PRELOAD: plugin, MPTCP_SYNSCAN_SECRET: '', MPTCP_SYNSCAN_SECRET_FILE: file('secret') },
    stderr: `${run.name}.stderr`,
    timeoutMs: (2 * seconds + 300) * 1000,
    idleMs: 60_000,
    live: true,
  };
}

/** zmap ends with 0 on SIGINT, with an empty metadata file. */
async function requireComplete(
  context: CollectContext<unknown, Config>,
  run: ZmapRun,
  command: Command,
): Promise<void> {
  const text = await readFile(join(context.folder, `${run.name}.metadata.json`), 'utf8');
  const metadata = text === '' ? null : ZmapMetadata.parse(JSON.parse(text));
  // Both are counted in 32 bits at some place in zmap.
  if (metadata !== null && metadata.total_sent >>> 0 === metadata.blacklist_total_allowed >>> 0) return;
  const what =
    metadata === null
      ? 'was interrupted: its metadata file is empty'
      : `sent to ${metadata.total_sent} of ${metadata.blacklist_total_allowed} targets`;
  const { stage, part } = context;
  const failure = { stage, part, argv: [zmapProgram.name, ...command.args], exitCode: 0, what, stderrTail: [] };
  throw new ProgramError(
    'E_PROGRAM_FAILED',
    failure,
    'run it again to go on from here; the part is sent again as a whole',
  );
}

/**
 * Runs zmap over the targets, one run after another: two at once would send at twice the rate.
 * @throws CensusError E_PROGRAM_MISSING when the module is not built; ProgramError when a run is incomplete
 */
export async function runZmap(
  context: CollectContext<unknown, Config>,
  targets: AsyncIterable<string>,
  runs: ZmapRun[],
): Promise<void> {
  await requirePlugin();
  const addresses = await prepareTargets(
    context,
    targets,
    runs.some(({ family }) => family === 6),
  );
  // An empty allowlist is no limit to zmap: it would probe everything that is not blocked.
  const due = runs.filter(({ family }) => addresses[family] > 0);
  let packets = 0;
  for (const run of due) {
    const command = commandOf(context, run, addresses[run.family]);
    await context.exec(command);
    await requireComplete(context, run, command);
    packets += addresses[run.family] * run.probes;
    context.progress(Math.round((packets * (addresses[4] + addresses[6])) / totalPackets(due, addresses)));
  }
}

function totalPackets(runs: ZmapRun[], addresses: Addresses): number {
  return runs.reduce((sum, { family, probes }) => sum + addresses[family] * probes, 0);
}

/** Addresses that a part was given for one family: those on the allowlist, or the lines that the hitlist was made of. */
async function asked(folder: string, family: 4 | 6): Promise<number> {
  const name = family === 4 ? targetFiles[4].allowlist : targetFiles[6].text;
  const lines = (await readFile(join(folder, name), 'utf8')).split('\n').filter((line) => line !== '');
  if (family === 6) return lines.length;
  return lines.reduce((sum, line) => sum + 2 ** (32 - (parsePrefix(line)?.length ?? 32)), 0);
}

/** Packets of a part: what was sent, read, and lost, over all runs; and targets that zmap's blocklist took out of prefixes. */
export async function zmapFacts(folder: string): Promise<Record<string, number>> {
  const facts = { targets_sent: 0, send_failures: 0, packets_received: 0, receive_drops: 0, units_blocked: 0 };
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.metadata.json')) continue;
    const metadata = ZmapMetadata.parse(JSON.parse(await readFile(join(folder, name), 'utf8')));
    facts.targets_sent += metadata.total_sent;
    facts.send_failures += metadata.send_to_failures;
    facts.packets_received += metadata.pcap_recv;
    facts.receive_drops += metadata.pcap_drop + metadata.pcap_ifdrop;
    const given = await asked(folder, name.endsWith('-ipv6.metadata.json') ? 6 : 4);
    facts.units_blocked += given - (metadata.blacklist_total_allowed >>> 0);
  }
  return facts;
}
