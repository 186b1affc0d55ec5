import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { WorkTally } from '../../core/cost/work.ts';
import { someAtOnce } from '../../core/side-by-side/at-once.ts';
import type { CollectContext, Command } from '../../core/tool.ts';
import { writeFile } from '../../core/writing.ts';
import { CensusError, ProgramError } from '../../errors.ts';
import { sourceAddress } from '../../machine/route.ts';
import { silentTargets } from './again.ts';
import { cooldownSeconds, type PassTargets, passName, sendingInterface, type ZmapRun, zmapCommand } from './command.ts';
import { flavourFile } from './facts.ts';
import { ownAddress6, writeAddresses } from './ipv6/zmapv6.ts';
import { readMetadata } from './metadata.ts';
import { holdOf, targetsOf } from './opinions/turns.ts';
import { withOptOutTable } from './opt-out-table.ts';
import { dropsOptOuts, type Flavour, flavours, zmapProgram } from './program.ts';
import { countResets } from './resets.ts';
import { type Addresses, ofGroup, prepareTargets, targetFiles } from './targets.ts';

type Context = CollectContext<unknown, Config>;

/** @throws CensusError E_PROGRAM_MISSING when this zmap has no module for IPv6 */
export function requireIpv6(runsAs: string | null): void {
  if (runsAs !== flavours.tree) return;
  throw new CensusError(
    'E_PROGRAM_MISSING',
    'there are IPv6 targets, and this zmap has the module only for IPv4',
    "use Debian's zmap 2.1.1 or ZMapv6 with the module built in; or scan only IPv4 (resolve.families: [4], no IPv6 targets)",
  );
}

/** How this machine's zmap gets our module, as it was found before the run started. */
async function flavourOf(context: Context): Promise<Flavour> {
  const runsAs = context.runsAs(zmapProgram);
  const flavour = Object.values(flavours).find((name) => name === runsAs);
  if (flavour === undefined) {
    throw new CensusError(
      'E_PROGRAM_MISSING',
      'this zmap cannot send our probes',
      'mptcp-census doctor says what it needs',
    );
  }
  await writeFile(join(context.folder, flavourFile), `${flavour}\n`);
  return flavour;
}

/** What all passes of a part's runs share. */
interface Sending {
  context: Context;
  flavour: Flavour;
  /** Our IPv4 address; null where nothing says which it is. */
  source4: string | null;
  /** Our IPv6 address, where zmap must be told: it reads those targets as text then. */
  source6: string | null;
  /** The table of opt-outs that the plug-in watches in every pass. */
  optOuts: string | null;
  /** How long a run holds its turn at least: the next one asks the same targets, or one of those that take turns does. */
  holdMs: number;
  /** Packets of all passes. */
  packets: WorkTally;
  /** See RunOptions. */
  beside: boolean;
}

/** Everybody whom the part asks, opt-outs among them: zmap leaves those out, and of IPv6 the list builder has. */
async function everybody(
  sending: Sending,
  { family, group = '' }: ZmapRun,
  addresses: Addresses,
): Promise<PassTargets> {
  const { list, kept } = targetFiles[6];
  const [text, from] = [ofGroup(group, kept), ofGroup(group, list)];
  const all = { pass: 1, allowlist: ofGroup(group, targetFiles[family].allowlist), text };
  if (family === 4 || sending.source6 === null) return { ...all, addresses: addresses[family] };
  const { folder } = sending.context;
  return { ...all, addresses: await writeAddresses(join(folder, from), join(folder, text)) };
}

/** zmap ends with 0 on SIGINT, with an empty metadata file. */
async function requireComplete(context: Context, run: ZmapRun, command: Command, known: number | null): Promise<void> {
  const metadata = await readMetadata(context.folder, run.name);
  const due = known ?? metadata?.allowed;
  if (metadata !== null && metadata.sent === due) return;
  const what =
    metadata === null ? 'was interrupted: its metadata file is empty' : `sent to ${metadata.sent} of ${due} targets`;
  const { stage, part } = context;
  const failure = { stage, part, argv: [zmapProgram.name, ...command.args], exitCode: 0, what, stderrTail: [] };
  throw new ProgramError(
    'E_PROGRAM_FAILED',
    failure,
    'run the same command again to resume; the whole part is sent again',
  );
}

/** Does the work while who opts out is written into a table that the plug-in watches; none where nobody can opt out. */
async function withOptOuts(context: Context, work: (table: string | null) => Promise<void>): Promise<void> {
  const { optOuts, folder } = context;
  if (optOuts === null || !dropsOptOuts(context.runsAs)) return await work(null);
  await withOptOutTable(optOuts, folder, work);
}

/** A zmap that was given a table of opt-outs and knows of none sent to everybody. */
async function requireWatched(context: Context, run: ZmapRun, command: Command): Promise<void> {
  if ((await readMetadata(context.folder, run.name))?.watched !== false) return;
  const { stage, part } = context;
  const what = 'did not look at the opt-outs: the plug-in was not loaded';
  const failure = { stage, part, argv: [zmapProgram.name, ...command.args], exitCode: 0, what, stderrTail: [] };
  throw new ProgramError(
    'E_PROGRAM_FAILED',
    failure,
    'LD_PRELOAD is ignored for a zmap with file capabilities: remove them and give the run ambient ones (zmap-module/README.md)',
  );
}

/** One SYN and the next to a target: all runs of a part visit their targets in one order, so that this is how far apart they begin. */
const apartMs = 2000;

/** One pass of a run. The turn ends with the sending: while zmap waits for late answers, the next run sends. */
async function send(sending: Sending, run: ZmapRun, targets: PassTargets): Promise<void> {
  const { context, flavour, source4, source6, optOuts, holdMs, packets, beside } = sending;
  packets.plan(run.name, targets.addresses * run.probes);
  const endTurn = await context.turn();
  let command: Command;
  if (beside) endTurn();
  try {
    const begun = performance.now();
    command = {
      ...zmapCommand(context, { run, flavour, targets, source4, source6, optOuts, beside }),
      onStatus: ({ waits, sent = 0 }) => {
        packets.done(run.name, sent);
        if (waits && performance.now() - begun >= holdMs) endTurn();
      },
    };
    const work = async () => {
      await context.exec(command);
    };
    // The kernel's counter can only be attributed to one run at a time.
    await (beside ? work() : countResets(context.folder, run.name, work));
  } finally {
    endTurn();
  }
  packets.finish(run.name);
  // ZMapv6 allows every number when its targets are text
  const known = run.family === 6 && source6 !== null ? targets.addresses : null;
  await requireComplete(context, run, command, known);
  if (optOuts !== null) await requireWatched(context, run, command);
}

/** A later pass of a run: those who were silent in all passes before. */
async function askAgain(sending: Sending, run: ZmapRun, pass: number): Promise<void> {
  const before = Array.from({ length: pass - 1 }, (_, index) => passName(run.name, index + 1));
  const again = { ...run, name: passName(run.name, pass) };
  const targets = await silentTargets(sending.context, again, before);
  if (targets === null) sending.packets.plan(again.name, 0);
  else await send(sending, again, targets);
}

/** Targets of some runs of a part. */
export interface Group {
  /** As those runs name it. */
  group: string;
  targets: AsyncIterable<string>;
}

interface RunOptions {
  /** How many more passes there are over those who were silent. */
  retries?: number;
  /** Between two SYNs to one target at least. */
  apart?: number;
  /** A packet of each run beside those of others, for which nobody waits. */
  beside?: boolean;
}

/**
 * Runs zmap over the targets. One run sends at a time, for two would send at twice the rate; while it waits for late answers the next
 * one sends.
 * @throws ProgramError when a run is incomplete
 */
export async function runZmap(
  context: Context,
  groups: readonly Group[],
  runs: ZmapRun[],
  { retries = 0, apart = apartMs, beside = false }: RunOptions = {},
): Promise<void> {
  const flavour = await flavourOf(context);
  const ipv6 = runs.some(({ family }) => family === 6);
  const prepared = new Map<string, Addresses>();
  for (const { group, targets } of groups) prepared.set(group, await prepareTargets(context, targets, ipv6, group));
  const addressesOf = ({ group = '' }: ZmapRun): Addresses => prepared.get(group) ?? { 4: 0, 6: 0 };
  const total = (family: 4 | 6) => [...prepared.values()].reduce((sum, addresses) => sum + addresses[family], 0);
  if (ipv6 && total(6) > 0) requireIpv6(flavour);
  // zmap does not limit itself to an empty allowlist: it would probe everything that is not blocked.
  const due = runs.filter((run) => addressesOf(run)[run.family] > 0);
  const asText = flavour === flavours.tree6 && due.some(({ family }) => family === 6);
  const from = sendingInterface(context.config);
  const source4 = from === null ? null : await sourceAddress(from);
  const source6 = asText ? ownAddress6(from) : null;
  await withOptOuts(context, async (optOuts) => {
    const units = total(4) + total(6);
    const packets = new WorkTally(cooldownSeconds(context.config), (work) =>
      context.progress(Math.round((units * work.done) / Math.max(1, work.of)), '', work),
    );
    // Until it is known who is silent, all may be.
    for (const run of due) {
      for (let pass = 1; pass <= 1 + retries; pass += 1) {
        packets.plan(passName(run.name, pass), addressesOf(run)[run.family] * run.probes);
      }
    }
    packets.tell();
    const sending = { context, flavour, source4, source6, optOuts, holdMs: holdOf(due, apart), packets, beside };
    const all = new Map<string, PassTargets>();
    for (const run of due) {
      if (!all.has(targetsOf(run))) all.set(targetsOf(run), await everybody(sending, run, addressesOf(run)));
    }
    await someAtOnce(due, due.length, async (run) => {
      const targets = all.get(targetsOf(run));
      if (targets === undefined) throw new RangeError(`${run.name} has no targets`);
      await send(sending, run, targets);
      for (let pass = 2; pass <= 1 + retries; pass += 1) await askAgain(sending, run, pass);
    });
  });
}
