import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readBlocklist } from '../../address/blocklist.ts';
import { neverAsked } from '../../address/forms.ts';
import { parsePrefix } from '../../address/ip.ts';
import { PrefixSet } from '../../address/prefix-set.ts';
import type { Config } from '../../config/config.ts';
import { syncPath } from '../../core/folder/files.ts';
import { rawExists, rawText } from '../../core/folder/raw-files.ts';
import { jsonOf } from '../../core/process/lines.ts';
import type { CollectContext, Conversation, Program } from '../../core/tool.ts';
import { appendFile, writeFile } from '../../core/writing.ts';
import { CensusError } from '../../errors.ts';
import type { Endpoint } from '../../roles.ts';
import { optOutTable, withOptOutTable } from '../zmap/opt-out-table.ts';
import { startsPerSecond } from './hold.ts';
import { JoinRun } from './raw.ts';
import { endJournal, joinJournal, joinsFile, spentBefore, spentIn } from './spent.ts';

/** Seconds that an address has for its answer: its SYN is never repeated, but a SYN/ACK may be. */
const WAIT = 3;

/** The path manager of our held connections (zmap-module/joiner). */
export const joiner: Program = {
  name: 'mptcp-join',
  version: { args: ['--version'], pattern: /mptcp-join (\S+)/ },
  apt: null,
  made: 'make -C zmap-module',
  privileges: null,
  mayUse: 'CAP_NET_ADMIN', // the guard says whether joins can be had
  okExits: [0],
};

type Context = CollectContext<Endpoint, Config>;
export type Ports = readonly [first: number, last: number];

const Ready = z.object({ ready: z.literal(true) });
const Last = z.object({ join_events_lost: z.int() });
const Line = z.union([Last, JoinRun]);

/** What no census has business in, or what is not of the lab. A translator's prefix leads on to any IPv4 address (RFC 6052). */
export function outsideOf({ lab, lab_ranges }: Pick<Config, 'lab' | 'lab_ranges'>): PrefixSet {
  if (!lab) return new PrefixSet(neverAsked());
  const inside = new PrefixSet(lab_ranges);
  const all = ['0.0.0.0/0', '::/0'].flatMap((text) => parsePrefix(text) ?? []);
  return new PrefixSet(all.flatMap((prefix) => inside.split(prefix).outside));
}

function blockedBy({ blocklist }: Config['scan']): PrefixSet {
  return new PrefixSet(blocklist === null ? [] : readBlocklist(blocklist).prefixes);
}

const linesOf = async (path: string) => (await rawText(path)).split('\n').filter((line) => line !== '');

function misunderstood({ stage, part }: Context, line: string): CensusError {
  const what = `${stage}/${part}: ${joiner.name} says what this version does not understand: ${line.slice(0, 200)}`;
  return new CensusError('E_PROGRAM_RUBBISH', what, 'build it again: make -C zmap-module');
}

/** Keeps all that it says, and sees that it understands it. */
async function keep(context: Context, process: Conversation, onReady: () => void): Promise<void> {
  for await (const lines of process.batches()) {
    const told = lines.filter((line) => !Ready.safeParse(jsonOf(line)).success);
    if (told.length < lines.length) onReady();
    const wrong = told.find((line) => !Line.safeParse(jsonOf(line)).success);
    if (wrong !== undefined) throw misunderstood(context, wrong);
    await appendFile(join(context.folder, joinsFile), told.map((line) => `${line}\n`).join(''));
  }
}

interface Tables {
  outside: string;
  blocked: string;
  optOuts: string | null;
}

function start(context: Context, held: Ports, own: Ports, tables: Tables, seconds: number): Conversation {
  const range = ([first, last]: Ports) => `${first}-${last}`;
  return context.start({
    program: joiner,
    args: [
      ...['--ports', range(own), '--held', range(held), '--wait', String(WAIT)],
      ...['--rate', String(startsPerSecond(context.config))],
      ...['--journal', join(context.folder, joinJournal), '--outside', tables.outside, '--blocked', tables.blocked],
      ...(tables.optOuts === null ? [] : ['--opt-outs', tables.optOuts]),
    ],
    timeoutMs: 1000 * seconds + 120_000,
    stderr: 'mptcp-join.stderr',
  });
}

async function joining<T>(context: Context, process: Conversation, work: () => Promise<T>): Promise<T> {
  let onReady = () => {};
  const ready = new Promise<void>((resolve) => {
    onReady = resolve;
  });
  const kept = keep(context, process, onReady);
  kept.catch(() => undefined); // told below
  try {
    const { told, interrupted } = await spentBefore(context.folder);
    for (const address of told) await process.writeLine(address);
    for (const address of interrupted) await process.writeLine(`${address} interrupted`);
    await process.writeLine('.');
    await Promise.race([ready, process.done, kept]);
    return await work();
  } finally {
    process.closeInput();
    await kept;
    await process.done;
  }
}

/**
 * Does the work with a path manager beside it, which asks addresses announced on held connections for a subflow. It stays for all of the
 * work: without anybody who listens, announcements are echoed to no server, and each tells its first alone.
 */
export async function withJoins<T>(
  context: Context,
  { held, own, seconds }: { held: Ports; own: Ports; seconds: number },
  work: () => Promise<T>,
): Promise<T> {
  const { folder, config, optOuts } = context;
  const file = (name: string) => join(folder, name);
  const fixed = { outside: file('outside.table'), blocked: file('blocked.table') };
  await writeFile(fixed.outside, optOutTable(outsideOf(config), 1));
  await writeFile(fixed.blocked, optOutTable(blockedBy(config.scan), 1));
  await writeFile(file(joinsFile), '');
  await endJournal(folder);
  // Its name too is on disk before the first SYN leaves.
  await appendFile(file(joinJournal), '', { flush: true });
  await syncPath(folder);
  const run = (table: string | null) =>
    joining(context, start(context, held, own, { ...fixed, optOuts: table }, seconds), work);
  try {
    return await (optOuts === null ? run(null) : withOptOutTable(optOuts, folder, run));
  } finally {
    for (const path of Object.values(fixed)) await rm(path, { force: true });
  }
}

/** What became of announcements, by the endpoint that made them; null in runs that asked nobody. */
export async function readJoins(folder: string): Promise<Map<string, JoinRun[]> | null> {
  const path = join(folder, joinsFile);
  if (!(await rawExists(path))) return null;
  const runs = new Map<string, JoinRun[]>();
  for (const line of await linesOf(path)) {
    const one = Line.parse(jsonOf(line));
    if (Last.safeParse(one).success) continue;
    const run = JoinRun.parse(one);
    const key = `${run.address} ${run.port}`;
    runs.set(key, [...(runs.get(key) ?? []), run]);
  }
  return runs;
}

/**
 * For the manifest: SYNs that asked for a subflow, those of tries that were ended included; announcements of whom such a one was sent, and
 * nobody knows what came back; events of the kernel that were lost, each perhaps an announcement.
 */
export async function joinFacts(folder: string): Promise<Record<string, number>> {
  const path = join(folder, joinsFile);
  if (!(await rawExists(path))) return {};
  const lines = (await linesOf(path)).map((line) => Line.parse(jsonOf(line)));
  const lost = lines.map((line) => Last.safeParse(line).data?.join_events_lost ?? 0);
  const decided = (word: JoinRun['decision']) =>
    lines.filter((line) => 'decision' in line && line.decision === word).length;
  return {
    join_syns: decided('asked') + (await spentIn(folder)).interrupted.size,
    joins_interrupted: decided('interrupted'),
    join_events_lost: lost.reduce((sum, one) => sum + one, 0),
  };
}
