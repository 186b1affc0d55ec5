import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { givenSentinels } from '../../config/sentinels.ts';
import type { CollectContext, Command } from '../../core/tool.ts';
import { defaultRoute, gatewayMac } from '../../machine/route.ts';
import { type AskedFields, passField } from './fields.ts';
import { keptBackVariable, optOutVariable } from './opt-out-table.ts';
import { survivedSeed } from './order.ts';
import { type Flavour, flavours, plugin, zmapProgram } from './program.ts';
import { printed } from './spelling.ts';
import { targetFiles } from './targets.ts';

/** Without a rate in the configuration (the lab); any other run is refused without one. */
export const defaultRate = 10_000;

/** Below it the capture's one-second block loses the last replies. */
const leastCooldown = 2;

export function cooldownSeconds({ scan }: Config): number {
  return Math.max(leastCooldown, Math.ceil(scan.cooldown));
}

/** Whom one run of zmap sends to: everybody whom the part asks, or in a later pass those who were silent until then. */
export interface PassTargets {
  /** How many they are. */
  addresses: number;
  /** 1: everybody. */
  pass: number;
  /** File in the raw folder: zmap's allowlist. */
  allowlist: string;
  /** File in the raw folder: the same as text, for a ZMapv6 that sends to IPv6 targets. */
  text: string;
}

/** One run of zmap over the part's targets. */
export interface ZmapRun {
  /** Begins the names of its files: `<name>.ndjson`, `<name>.metadata.json`, `<name>.stderr` and those of `runFiles`. */
  name: string;
  /** Which targets of the part it is for. */
  family: 4 | 6;
  /** Whose lists it is given, where runs of a part ask others; absent: they all ask the same. */
  group?: string;
  /** Probe module, its arguments, the port; given the path of a file in the raw folder by its name, and whom it sends to. */
  args: (file: (name: string) => string, flavour: Flavour, targets: PassTargets) => string[];
  /** What is asked of each reply. */
  fields: AskedFields;
  /** Probes to each target (`-P`). */
  probes: number;
}

export const runFiles = {
  replies: (name: string) => `${name}.ndjson`,
  metadata: (name: string) => `${name}.metadata.json`,
  resets: (name: string) => `${name}.resets.json`,
  targets: (name: string) => `${name}.targets.txt`,
  addresses: (name: string) => `${name}.addresses.txt`,
  keptBack: (name: string) => `${name}.kept-back.txt`,
};

/** The first pass of a run has its name alone. */
export function passName(name: string, pass: number): string {
  return pass === 1 ? name : `${name}-pass${pass}`;
}

type File = (name: string) => string;

/** Blocklist and targets. ZMapv6 reads IPv6 targets from a text file of its own; its blocklist knows IPv4 alone. */
function targetArgs(file: File, { run, flavour, targets, source6 }: CommandInput): string[] {
  const blocklist = ['-b', file(targetFiles[run.family].blocklist)];
  if (run.family === 4 || flavour !== flavours.tree6) return [...blocklist, '-w', file(targets.allowlist)];
  const from = source6 === null ? [] : [`--ipv6-source-ip=${source6}`];
  return [...blocklist, `--ipv6-target-file=${file(targets.text)}`, ...from];
}

/** `-r` counts targets in 2.1.1 and packets in 4.x; ours are packets on the wire. */
function rateArgs(packetRate: number, probes: number, flavour: Flavour): string[] {
  const rate = flavour === flavours.plugin ? Math.max(1, Math.floor(packetRate / probes)) : packetRate;
  return ['-P', String(probes), '-r', String(rate)];
}

function outputArgs(file: File, { run, flavour, targets }: CommandInput): string[] {
  const { name, fields } = run;
  const more = targets.pass === 1 ? [] : [passField];
  const asked = [...printed(fields.zmap, flavour === flavours.plugin), ...fields.module, ...more];
  return ['-O', 'json', '-f', asked.join(','), '-o', file(runFiles.replies(name)), '-m', file(runFiles.metadata(name))];
}

/** Where there are sentinels, a packet a second of the rate is each one's: all are asked at once, one packet each. */
function rateOf(config: Config, beside: boolean): number {
  if (beside) return 1;
  const rate = config.scan.rate ?? defaultRate;
  return Math.max(1, rate - givenSentinels(config).length);
}

export interface CommandInput {
  run: ZmapRun;
  flavour: Flavour;
  targets: PassTargets;
  /** Our IPv4 address: left to itself zmap takes the first of the interface, which need not be the one that the kernel sends from. */
  source4: string | null;
  /** Our IPv6 address, where zmap must be told. */
  source6: string | null;
  /** The table of opt-outs that the plug-in watches. */
  optOuts: string | null;
  /** It sends beside another run. */
  beside: boolean;
}

/** Left to itself zmap takes libpcap's first, which need not lead out. */
export function sendingInterface({ scan }: Config): string | null {
  return scan.interface ?? defaultRoute()?.interface ?? null;
}

export function zmapCommand(context: CollectContext<unknown, Config>, input: CommandInput): Command {
  const { run, flavour, targets, source4, optOuts, beside } = input;
  const { scan } = context.config;
  const file: File = (name) => join(context.folder, name);
  const from = sendingInterface(context.config);
  // Found at the start; it may have left the kernel's table for a while since.
  const mac = scan.gateway_mac ?? (from === null ? null : gatewayMac(from));
  const packetRate = rateOf(context.config, beside);
  const cooldown = beside ? leastCooldown : cooldownSeconds(context.config);
  const seconds = (targets.addresses * run.probes) / packetRate + cooldown;
  const built = flavour !== flavours.plugin;
  const seed = built ? context.seed : survivedSeed(context.seed);
  return {
    program: zmapProgram,
    args: [
      ...run.args(file, flavour, targets),
      ...['-C', file('zmap.conf')],
      ...targetArgs(file, input),
      ...rateArgs(packetRate, run.probes, flavour),
      ...['-T', '1', `--seed=${seed}`],
      ...['-c', String(cooldown)],
      ...(from === null ? [] : ['-i', from]),
      ...(source4 === null ? [] : ['-S', source4]),
      ...(mac === null ? [] : ['-G', mac]),
      ...outputArgs(file, input),
      '--disable-syslog',
      // 4.x hides repeats from us otherwise, and reads the clock once per batch
      ...(built ? ['--dedup-method=none', '--batch=1'] : []),
    ],
    // a secret of the caller's environment would come before the file, and the run would not keep it
    env: {
      ...(built ? {} : { LD_PRELOAD: plugin }),
      MPTCP_SYNSCAN_SECRET: '',
      MPTCP_SYNSCAN_SECRET_FILE: file('secret'),
      [optOutVariable]: optOuts ?? '',
      [keptBackVariable]: optOuts === null ? '' : file(runFiles.keptBack(run.name)),
    },
    inFolder: true,
    stderr: `${run.name}.stderr`,
    timeoutMs: (2 * seconds + 300) * 1000,
    idleMs: 60_000,
    live: true,
  };
}
