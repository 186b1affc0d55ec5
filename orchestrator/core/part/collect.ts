import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CommandEntry } from '../folder/entries.ts';
import { exists, writeWhole } from '../folder/files.ts';
import { exec, start } from '../process/exec.ts';
import type { RowScreen } from '../stage.ts';
import type { RawRow, StepContext } from '../tool.ts';
import { askedInput, nothingAsked, screenPart } from './screened.ts';
import { execSite, type PartJob, stepContext } from './site.ts';

const commandsFile = 'commands.json';

/** Who takes the rows of a tool that decodes as it collects; made when it is known what is asked. */
type Listen<C> = (context: StepContext<unknown, C>) => Promise<(rows: Iterable<RawRow>) => void>;

/**
 * Lets the tool measure one part. Everything is written into a partial folder, renamed when it is whole: after a kill the part is
 * either there or not. Units that opted out since the cut are not asked.
 */
export async function collectPart<C>(
  job: PartJob<C>,
  screen: RowScreen | null = null,
  listen: Listen<C> = async () => () => undefined,
): Promise<void> {
  const { collect } = job.tool;
  if (collect === undefined) return;
  const partial = job.folder.rawPartial(job.stage.name, job.part);
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  await screenPart(job, partial, screen);
  const site = execSite(job, partial);
  const context = stepContext(job, partial, await askedInput(job, partial));
  if (!(await nothingAsked(partial))) {
    await collect({
      ...context,
      exec: (command) => exec(site, command),
      start: (command) => start(site, command),
      runsAs: ({ name }) => job.runsAs[name] ?? null,
      progress: job.onUnits,
      take: await listen(context),
    });
  }
  await writeWhole(join(partial, commandsFile), `${JSON.stringify(site.commands, null, 1)}\n`);
  await rename(partial, job.folder.raw(job.stage.name, job.part));
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
