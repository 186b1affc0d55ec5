import { codeOf, knownError, ProgramError, roomHint } from '../../errors.ts';
import { type CommandEntry, nowIso } from '../folder/entries.ts';
import { throwIfStopped } from '../stop.ts';
import type { Command, Exit, Status } from '../tool.ts';
import { installHint } from './install-hint.ts';
import type { Tail } from './lines.ts';

/** Where commands run and who is notified. One per part. */
export interface ExecSite {
  stage: string;
  part: string;
  /** Raw folder that stdout and stderr files go into. */
  folder: string;
  signal: AbortSignal;
  /** true: programs with `live` get a pseudo-terminal. */
  terminal: boolean;
  onStatus: (status: Status) => void;
  /** From asking a program to end to ending it, and from its end to that of pipes which a child of it still holds; default 5 s. */
  graceMs?: number;
  /** One entry per finished command, for the manifest. */
  commands: CommandEntry[];
  /** Versions of the programs, as they were looked up before the run. */
  versions: Readonly<Record<string, string | null>>;
}

/** How a process ended. */
export interface Ended {
  exitCode: number | null;
  signal: string | null;
  /** Set when the process could not be started at all. */
  cause?: unknown;
  /** Why it was ended by us; null when it was not. */
  expired: string | null;
}

export interface Run {
  site: ExecSite;
  command: Command;
  startedAt: string;
  tail: Tail;
}

const resumes = 'finished parts are kept; run the same command again to resume';

function okExit(command: Command, exitCode: number | null): boolean {
  return exitCode !== null && (command.okExits ?? command.program.okExits).includes(exitCode);
}

/** What went wrong, as a clause; null when nothing did. */
function whatFailed(command: Command, { cause, expired, exitCode, signal }: Ended): string | null {
  if (cause !== undefined) return 'could not be started';
  if (expired !== null) return expired;
  if (okExit(command, exitCode)) return null;
  return exitCode === null ? `was ended by ${signal ?? 'a signal'}` : `exited with ${exitCode}`;
}

/** What helps against it: that a program was not started need not be because it is not there. */
function hintOf({ program }: Command, { cause, signal }: Ended): string {
  if (signal === 'SIGXFSZ') return roomHint('EFBIG', null) ?? resumes;
  if (cause === undefined) return resumes;
  return codeOf(cause) === 'E_MEMORY' ? knownError(cause).hint : installHint(program);
}

/** Turns the end of a process into Exit, an entry for the manifest, or an error that names stage, part and command. */
export function settle({ site, command, startedAt, tail }: Run, ended: Ended): Exit {
  const endedAt = nowIso();
  const argv = [command.program.name, ...command.args];
  const { exitCode } = ended;
  const version = site.versions[command.program.name] ?? null;
  site.commands.push({ argv, version, started_at: startedAt, ended_at: endedAt, exit_code: exitCode, times: 1 });
  if (!command.putsBack) throwIfStopped(site.signal, `${site.stage}/${site.part}`);
  const stderrTail = tail.lines();
  const what = whatFailed(command, ended);
  if (what !== null) {
    const failure = { stage: site.stage, part: site.part, argv, exitCode, what, stderrTail };
    throw new ProgramError('E_PROGRAM_FAILED', failure, hintOf(command, ended), ended.cause);
  }
  return { exitCode, stderrTail, durationMs: Date.parse(endedAt) - Date.parse(startedAt) };
}

/** Takes lines that the program said on stderr, as a text: for its last words, and for how far it is. */
export function hear({ site, command, tail }: Run, lines: string): void {
  tail.push(lines);
  const statusOf = command.program.status;
  if (statusOf === undefined) return;
  for (const line of lines.split('\n')) {
    const status = statusOf(line);
    if (!status) continue;
    site.onStatus(status);
    command.onStatus?.(status);
  }
}
