import { access, open, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../config.ts';
import type { CollectContext, Command, Program, Status } from '../core/tool.ts';
import { CensusError, ProgramError } from '../errors.ts';
import { formatPrefix, parsePrefix } from '../ip.ts';
import { readBlocklist } from '../prefix-set.ts';
import { ZmapMetadata } from '../schemas/raw/zmap.ts';
import { notGlobal } from '../scope.ts';

const plugin = fileURLToPath(new URL('../../zmap-module/build/mptcp_synscan.so', import.meta.url));

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
  /** Probe module, its arguments, the port. */
  args: string[];
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

/**
 * Writes zmap's files into the raw folder: targets, our blocklist (its own default would block the lab), an empty
 * configuration (else /etc/zmap/zmap.conf decides).
 * @returns how many addresses the targets are; IPv6 ones are left out
 */
async function prepare(context: CollectContext<unknown, Config>, targets: AsyncIterable<string>): Promise<number> {
  const { blocklist } = context.config.scan;
  const blocked = blocklist === null ? [] : readBlocklist(await readFile(blocklist, 'utf8'));
  // In the open, special-purpose ranges are never probed, whether the user's list has them or not.
  const special = context.config.lab ? [] : notGlobal(4).map(formatPrefix);
  const lines = [...blocked, ...special].flatMap((text) => {
    const prefix = parsePrefix(text);
    return prefix?.family === 4 ? [`${formatPrefix(prefix)}\n`] : [];
  });
  await writeFile(join(context.folder, 'blocklist.txt'), `# of census.yaml: ${blocklist ?? 'none'}\n${lines.join('')}`);
  await writeFile(join(context.folder, 'zmap.conf'), '');
  const allowlist = await open(join(context.folder, 'allowlist.txt'), 'w');
  let addresses = 0;
  let batch: string[] = [];
  for await (const target of targets) {
    const prefix = parsePrefix(target);
    if (prefix?.family !== 4) continue;
    addresses += 2 ** (32 - prefix.length);
    if (batch.push(`${formatPrefix(prefix)}\n`) < 1000) continue;
    await allowlist.write(batch.join(''));
    batch = [];
  }
  await allowlist.write(batch.join(''));
  await allowlist.close();
  return addresses;
}

function commandOf(context: CollectContext<unknown, Config>, run: ZmapRun, addresses: number): Command {
  const { scan } = context.config;
  const file = (name: string) => join(context.folder, name);
  const packetRate = scan.rate ?? defaultRate;
  // -r counts targets, not packets
  const rate = Math.max(1, Math.floor(packetRate / run.probes));
  const seconds = addresses / rate + scan.cooldown;
  return {
    program: zmapProgram,
    args: [
      ...run.args,
      '-C',
      file('zmap.conf'),
      '-b',
      file('blocklist.txt'),
      '-w',
      file('allowlist.txt'),
      ...['-P', String(run.probes), '-r', String(rate), '-T', '1', `--seed=${context.seed}`],
      // below 2 the capture's one-second block loses the last replies
      ...['-c', String(Math.max(2, Math.ceil(scan.cooldown)))],
      ...(scan.interface === null ? [] : ['-i', scan.interface]),
      ...(scan.gateway_mac === null ? [] : ['-G', scan.gateway_mac]),
      ...['-O', 'json', '-f', '*', '-o', file(repliesFile(run.name)), '-m', file(`${run.name}.metadata.json`)],
      '--disable-syslog',
    ],
    env: { LD_PRELOAD: plugin, MPTCP_SYNSCAN_SECRET_FILE: file('secret') },
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
  const addresses = await prepare(context, targets);
  // An empty allowlist is no limit to zmap: it would probe everything that is not blocked.
  if (addresses === 0) return;
  for (const [index, run] of runs.entries()) {
    const command = commandOf(context, run, addresses);
    await context.exec(command);
    await requireComplete(context, run, command);
    context.progress(Math.round((addresses * (index + 1)) / runs.length));
  }
}

/** Addresses on the allowlist that a part was given. */
async function allowlisted(folder: string): Promise<number> {
  const lines = (await readFile(join(folder, 'allowlist.txt'), 'utf8')).split('\n');
  return lines.reduce((sum, line) => sum + (line === '' ? 0 : 2 ** (32 - (parsePrefix(line)?.length ?? 32))), 0);
}

/** Packets of a part: what was sent, read, and lost, over all runs; and targets that zmap's blocklist took out of prefixes. */
export async function zmapFacts(folder: string): Promise<Record<string, number>> {
  const facts = { targets_sent: 0, send_failures: 0, packets_received: 0, receive_drops: 0, units_blocked: 0 };
  const asked = await allowlisted(folder);
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.metadata.json')) continue;
    const metadata = ZmapMetadata.parse(JSON.parse(await readFile(join(folder, name), 'utf8')));
    facts.targets_sent += metadata.total_sent;
    facts.units_blocked += asked - (metadata.blacklist_total_allowed >>> 0);
    facts.send_failures += metadata.send_to_failures;
    facts.packets_received += metadata.pcap_recv;
    facts.receive_drops += metadata.pcap_drop + metadata.pcap_ifdrop;
  }
  return facts;
}
