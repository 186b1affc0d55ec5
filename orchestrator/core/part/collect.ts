import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { PrefixSet } from '../../address/prefix-set.ts';
import { CommandEntry } from '../folder/entries.ts';
import { exists, renameWhole, writeWhole } from '../folder/files.ts';
import { clearPartial, noteTry } from '../folder/superseded.ts';
import { exec, start } from '../process/exec.ts';
import { eitherSignal } from '../process/signals.ts';
import { Turns } from '../side-by-side/turns.ts';
import type { RowScreen } from '../stage.ts';
import type { RawRow, StepContext } from '../tool.ts';
import { overUplink } from '../uplink/over-uplink.ts';
import { askedInput, leaveOutRows, meets, nothingAsked, screenPart } from './screened.ts';
import { execSite, type PartJob, stepContext } from './site.ts';

const commandsFile = 'commands.json';

/** Who takes the rows of a tool that decodes as it collects; made when it is known what is asked. */
type Listen<C> = (context: StepContext<unknown, C>) => Promise<(rows: Iterable<RawRow>) => void>;

interface CollectOptions<C> {
  screen?: RowScreen | null;
  listen?: Listen<C>;
  /** Of the stage. */
  turns?: Turns;
}

/** A partial folder with what is asked, and with no more of an earlier try than its journals; gives who had opted out when that was decided. */
async function beginPart<C>(
  job: PartJob<C>,
  partial: string,
  screen: RowScreen | null,
): Promise<PrefixSet | undefined> {
  const { lateScreen } = job.stage;
  await noteTry(partial);
  for (;;) {
    const since = job.optOuts?.since;
    await clearPartial(partial);
    const late = job.optOuts?.any && lateScreen !== undefined ? [lateScreen(job.optOuts.since)] : [];
    await screenPart(job, partial, screen === null ? late : [screen, ...late]);
    if (since === job.optOuts?.since) return since;
  }
}

interface Guard {
  signal: AbortSignal;
  /** Whether the programs were ended because of an opt-out. */
  met: () => boolean;
  end: () => void;
}

/** Ends the programs of a part when somebody opts out whom it asks, where its tool cannot leave them out by itself. */
function endWhenMet<C>(job: PartJob<C>, partial: string, known: PrefixSet | undefined): Guard {
  const { optOuts, tool, stage } = job;
  const controller = new AbortController();
  const runsAs = ({ name }: { name: string }) => job.runsAs[name] ?? null;
  const met = () => controller.signal.aborted && !job.signal.aborted;
  if (optOuts === null || stage.lateScreen === undefined || tool.takesOptOuts?.(runsAs) === true) {
    return { signal: job.signal, met, end: () => undefined };
  }
  const { lateScreen } = stage;
  const end = optOuts.onChange(async () => {
    if (await meets(job, partial, lateScreen(optOuts.since))) controller.abort();
  });
  if (optOuts.since !== known) controller.abort();
  return { signal: eitherSignal(job.signal, controller.signal), met, end };
}

/** false when it was ended because somebody opted out: the part begins again. */
async function tryPart<C>(
  job: PartJob<C>,
  partial: string,
  { listen, turns, known }: { listen: Listen<C>; turns: Turns; known: PrefixSet | undefined },
): Promise<boolean> {
  const { collect } = job.tool;
  const guard = endWhenMet(job, partial, known);
  const site = execSite({ ...job, signal: guard.signal }, partial);
  const left: unknown[] = [];
  try {
    const context = stepContext({ ...job, signal: guard.signal }, partial, await askedInput(job, partial));
    if (!(await nothingAsked(partial))) {
      await collect?.call(job.tool, {
        ...context,
        exec: (command) => exec(site, command),
        start: (command) => start(site, command),
        runsAs: ({ name }) => job.runsAs[name] ?? null,
        progress: job.onUnits,
        turn: () => turns.take(job.part),
        take: await listen(context),
        optOuts: job.stage.lateScreen === undefined ? null : job.optOuts,
        leaveOut: (row) => left.push(row),
      });
    }
  } catch (error) {
    if (guard.met()) return false;
    throw error;
  } finally {
    guard.end();
  }
  await leaveOutRows(job, partial, left);
  await writeWhole(join(partial, commandsFile), `${JSON.stringify(site.commands, null, 1)}\n`);
  return true;
}

/**
 * Lets the tool measure one part. Everything is written into a partial folder, renamed when it is whole: after a kill the part is
 * either there or not. Units that opted out since the cut are not asked; those that opt out meanwhile are sent nothing more.
 */
export async function collectPart<C>(
  job: PartJob<C>,
  { screen = null, listen = async () => () => undefined, turns = new Turns() }: CollectOptions<C> = {},
): Promise<void> {
  if (job.tool.collect === undefined) return;
  const partial = job.folder.rawPartial(job.stage.name, job.part);
  let whole = false;
  while (!whole) {
    const known = await beginPart(job, partial, screen);
    const asking = { stage: job.stage.name, part: job.part, signal: job.signal };
    whole = await overUplink(job.uplink ?? null, asking, (signal) =>
      tryPart({ ...job, signal }, partial, { listen, turns, known }),
    );
  }
  await renameWhole(partial, job.folder.raw(job.stage.name, job.part));
}

/** true when the part needs no more packets. */
export async function isCollected<C>(job: PartJob<C>): Promise<boolean> {
  return job.tool.collect === undefined || (await exists(job.folder.raw(job.stage.name, job.part)));
}

/** More commands of one program with one exit code than these are folded into one entry: a manifest stays readable. */
const fewCommands = 5;

/** Folds commands that differ in little but their arguments; times span all of them. */
export function foldCommands(commands: CommandEntry[]): CommandEntry[] {
  const alike = new Map<string, CommandEntry[]>();
  for (const command of commands) {
    const key = `${command.argv[0]} ${command.exit_code}`;
    const group = alike.get(key);
    if (group === undefined) alike.set(key, [command]);
    else group.push(command);
  }
  return [...alike.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined || group.length <= fewCommands) return group;
    const ended_at = group.map((command) => command.ended_at).reduce((a, b) => (a > b ? a : b));
    return [{ ...first, ended_at, times: group.length }];
  });
}

/** The commands that collected a part. */
export async function collectedCommands<C>(job: PartJob<C>): Promise<CommandEntry[]> {
  const path = join(job.folder.raw(job.stage.name, job.part), commandsFile);
  if (!(await exists(path))) return [];
  return z.array(CommandEntry).parse(JSON.parse(await readFile(path, 'utf8')));
}
