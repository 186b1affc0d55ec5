import { once } from 'node:events';
import { join } from 'node:path';
import { execa, type Options } from 'execa';
import { ProgramError } from '../../errors.ts';
import { nowIso } from '../folder/entries.ts';
import { throwIfStopped } from '../stop.ts';
import type { Command, Conversation, Exit } from '../tool.ts';
import { launchFault, startOf } from './launch.ts';
import { endLeftBehind, markVariable, newMark } from './left-behind.ts';
import { lineBatches, linesWith, lineTexts, splitLines, Tail } from './lines.ts';
import { feed, Pipes } from './pipes.ts';
import { SaidFile, StderrLog } from './said-file.ts';
import { type Ended, type ExecSite, hear, type Run, settle } from './settle.ts';
import { after } from './timer.ts';
import { isAsleep, watch } from './watch.ts';

const defaultGraceMs = 5_000;
const briefGraceMs = 500;
/** Maximum number of characters kept of an unfinished status line, which is as wide as the terminal. */
const mostOfStatus = 1_000;
const isWord = (line: string) => line.trim() !== '';

/** What a program says that is to say something and end, within 10 s; a child that it leaves behind is not waited for. */
async function brief(program: string, args: string[], privileges: string | null, more: Options) {
  const mark = newMark();
  const start = startOf({ program: { name: program, privileges }, args, env: { [markVariable]: mark } });
  const settings = { ...start.options, reject: false, timeout: 10_000, stdin: 'ignore', ...more } as const;
  const child = execa(start.file, start.args, settings);
  let callOff = () => {};
  child.once('exit', () => {
    callOff = after(briefGraceMs, () => void endLeftBehind(mark));
  });
  return await child.finally(() => callOff());
}

/** The first 4 kB that a program prints on stdout and stderr, whatever its exit code: for versions. One that somebody ended is asked once more. */
export async function firstWords(program: string, args: string[], privileges: string | null = null): Promise<string> {
  const ask = () => brief(program, args, privileges, { all: true, maxBuffer: 4096 });
  const { isTerminated, timedOut, isMaxBuffer, all } = await ask();
  return String((isTerminated && !timedOut && !isMaxBuffer ? (await ask()).all : all) ?? '');
}

/** What a program prints on stdout, to the end; empty when it is not there, fails or takes too long. For looking at the machine. */
export async function programOutput(program: string, args: string[], privileges: string | null): Promise<string> {
  const { stdout, failed } = await brief(program, args, privileges, {});
  return failed ? '' : String(stdout ?? '');
}

/** A program between two pipes, for a caller that feeds it and reads its output. */
export function between(program: string, args: string[], privileges: string | null = null, outlives = false) {
  const { file, args: words, options } = startOf({ program: { name: program, privileges }, args, outlives });
  const pipe = 'pipe' as const;
  return execa(file, words, { ...options, buffer: false, reject: false, stdin: pipe, stdout: pipe, stderr: pipe });
}

function openLog(site: ExecSite, command: Command, stop: () => void): StderrLog {
  return new StderrLog(join(site.folder, command.stderr ?? `${command.program.name}.stderr`), stop, command.needed);
}

function workingFolder(site: ExecSite, command: Command): { cwd?: string } {
  return command.inFolder ? { cwd: site.folder } : {};
}

/** Starts a program over pipes; its stderr goes to a file, to the tail, to the status reader and to `onLines`. */
function launch(site: ExecSite, command: Command, onLines: (lines: string) => void) {
  if (!command.putsBack) throwIfStopped(site.signal, `${site.stage}/${site.part}`);
  const run: Run = { site, command, startedAt: nowIso(), tail: new Tail() };
  const { graceMs = defaultGraceMs } = site;
  const mark = newMark();
  const { file, args, options } = startOf({
    ...command,
    env: command.putsBack ? { ...command.env } : { ...command.env, [markVariable]: mark },
    outlives: command.putsBack === true,
  });
  const child = execa(file, args, {
    ...options,
    buffer: false,
    reject: false,
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
    ...workingFolder(site, command),
    forceKillAfterDelay: graceMs,
  });
  child.stdin.on('error', () => undefined); // EPIPE of a program that ended early: its exit code tells
  // What puts something back may go on in the background until that is done: it is nobody's to end.
  const endRest = async () => (command.putsBack ? undefined : await endLeftBehind(mark));
  const pipes = new Pipes(child.stdin, [child.stdout, child.stderr]);
  let ended = false;
  let stopped = false;
  child.once('exit', () => {
    ended = true;
    if (stopped) void endRest();
    pipes.releaseWhenQuiet(graceMs);
  });
  function stop(): void {
    stopped = true;
    if (ended) pipes.release();
    else child.kill('SIGTERM');
  }
  const guard = watch(command, stop);
  // What puts something back is let do so, whatever else goes wrong.
  const onAbort = () => command.putsBack || stop();
  site.signal.addEventListener('abort', onAbort, { once: true });
  const log = openLog(site, command, onAbort);

  async function readStderr(): Promise<void> {
    // Not line by line: a flood of short ones must not take longer to read than it takes to say.
    for await (const lines of lineTexts(pipes.chunks(child.stderr))) {
      guard.heard();
      await log.writeLines(lines);
      hear(run, lines);
      onLines(lines);
    }
  }

  /** Waits for the end. `asked`: the end by a signal was ours to ask for and is normal. */
  async function finish(asked: () => boolean): Promise<Exit> {
    const [result] = await Promise.all([child, readStderr()]);
    if (stopped || asked() || pipes.released()) await endRest();
    pipes.end();
    guard.end();
    site.signal.removeEventListener('abort', onAbort);
    await log.close();
    const unstarted = result.exitCode === undefined && result.signal === undefined;
    const exitCode = asked() && result.signal !== undefined ? 0 : (result.exitCode ?? null);
    const end: Ended = { exitCode, signal: result.signal ?? null, expired: guard.what() };
    const fault = launchFault(result.exitCode, run.tail.lines());
    const cause = unstarted ? (result.cause ?? result) : fault;
    return settle(run, cause === null ? end : { ...end, exitCode: null, cause });
  }
  return { child, stdout: pipes.chunks(child.stdout), said: () => pipes.bytesRead(), guard, finish, stop };
}

/** Starts a program and leaves its stdin and stdout to the caller. This file is the only place where processes are made. */
export function start(site: ExecSite, command: Command): Conversation {
  const waiting: { pattern: RegExp; take: (line: string) => void }[] = [];
  const { child, stdout, said, guard, finish } = launch(site, command, (lines) => {
    for (const { pattern, take } of waiting) linesWith(lines, pattern).forEach(take);
  });
  let stopped = false;
  const done = finish(() => stopped);
  done.catch(() => undefined); // a caller that awaits `done` gets the error; if nobody does, it must not end the process
  return {
    async writeLine(line) {
      if (!child.stdin.writable) return;
      // A program that ends meanwhile breaks the wait; `done` says how it ended.
      if (!child.stdin.write(`${line}\n`))
        await Promise.race([once(child.stdin, 'drain'), child]).catch(() => undefined);
    },
    closeInput: () => child.stdin.end(),
    async *lines() {
      for await (const line of splitLines(stdout)) {
        guard.heard();
        yield line;
      }
    },
    async *batches() {
      for await (const lines of lineBatches(stdout)) {
        guard.heard();
        yield lines;
      }
    },
    said,
    stderrLine: (pattern) =>
      new Promise((resolve, reject) => {
        waiting.push({ pattern, take: resolve });
        done.then(({ exitCode, stderrTail }) => {
          const argv = [command.program.name, ...command.args];
          const failure = { stage: site.stage, part: site.part, argv, exitCode, stderrTail };
          const what = `ended before it said ${pattern}`;
          reject(
            new ProgramError('E_PROGRAM_FAILED', { ...failure, what }, 'run that command by hand to see what it says'),
          );
        }, reject);
      }),
    isAsleep: () => isAsleep(child.pid),
    async stop(signal) {
      stopped = true;
      child.kill(signal);
      return await done;
    },
    done,
  };
}

/** Runs a program to its end; stdout goes to a file, stderr to a file and the tail. */
export async function exec(site: ExecSite, command: Command): Promise<Exit> {
  if (command.live && site.terminal) return await execLive(site, command);
  const { child, stdout, guard, finish, stop } = launch(site, command, () => undefined);
  const file = command.stdout === undefined ? null : new SaidFile(join(site.folder, command.stdout), 'w', stop);

  async function copyStdout(): Promise<void> {
    for await (const chunk of stdout) {
      guard.heard();
      await file?.write(chunk);
    }
  }
  const [ended, copied] = [finish(() => false), copyStdout()];
  await Promise.allSettled([ended, copied, feed(child.stdin, command.stdin)]);
  // That its output could not be kept is why the program was ended.
  await file?.close();
  await copied;
  return await ended;
}

/** The same under a pseudo-terminal, for programs that show how far they are only on one. */
async function execLive(site: ExecSite, command: Command): Promise<Exit> {
  const { spawn } = await import('node-pty');
  throwIfStopped(site.signal, `${site.stage}/${site.part}`);
  const run: Run = { site, command, startedAt: nowIso(), tail: new Tail() };
  const mark = newMark();
  const { file, args, options } = startOf({ ...command, env: { ...command.env, [markVariable]: mark } });
  const terminal = spawn(file, args, { cols: 200, rows: 50, ...workingFolder(site, command), env: options.env });
  let callOff = () => {};
  let stopped = false;
  // As over pipes: a program that does not end when it is asked to is ended.
  function stop(): void {
    stopped = true;
    terminal.kill('SIGTERM');
    callOff();
    callOff = after(site.graceMs ?? defaultGraceMs, () => terminal.kill('SIGKILL'));
  }
  const log = openLog(site, command, stop);
  const guard = watch(command, stop);
  site.signal.addEventListener('abort', stop, { once: true });
  let partial = '';
  terminal.onData((data) => {
    guard.heard();
    void log.write(data);
    const pieces = (partial + data).split(/\r\n|\n|\r/);
    partial = (pieces.pop() ?? '').slice(0, mostOfStatus);
    for (const piece of pieces.filter(isWord)) hear(run, piece);
  });
  const { exitCode, signal } = await new Promise<{ exitCode: number; signal?: number }>((resolve) => {
    terminal.onExit(resolve);
  });
  callOff();
  if (stopped) await endLeftBehind(mark);
  guard.end();
  site.signal.removeEventListener('abort', stop);
  await log.close();
  const bySignal = signal !== undefined && signal !== 0;
  return settle(run, {
    exitCode: bySignal ? null : exitCode,
    signal: bySignal ? `signal ${signal}` : null,
    expired: guard.what(),
  });
}
