#!/usr/bin/env node
import { Command, CommanderError } from '@commander-js/extra-typings';
import { examples } from './commands/examples.ts';
import type { Channel, Host } from './commands/host.ts';
import { abortOnSignals, endOnSignals, failBeyondFileLimit } from './core/process/signals.ts';
import { tellOfStandstill } from './core/process/standstill.ts';
import { CensusError, knownError } from './errors.ts';
import { makeObjectsYoung, requireOpenFiles } from './machine/engine.ts';
import { printLines } from './view/print-lines.ts';
import { screenOf } from './view/screen.ts';
import { visible } from './view/visible.ts';

makeObjectsYoung();
failBeyondFileLimit();

/** true once a stage was looked at: from then on a failure is a failed run (1), before it a run that could not start (2). */
let started = false;
/** true for a command that changes something: it runs to its end even if nobody reads its output. */
let outlives = false;
/** Ends the programs of a run; null where none runs. */
let stop: (() => void) | null = null;
/** Something failed that nobody waits for: the command may never come to its own end. */
let broken = false;
const endMs = 10_000;

function channelOf(stream: NodeJS.WriteStream): Channel {
  return {
    stream,
    line: (text) => {
      stream.write(`${visible(text)}\n`);
    },
    lines: (lines) => printLines(stream, lines),
    screen: screenOf(stream, process.env),
  };
}

const host: Host = {
  input: process.stdin,
  out: channelOf(process.stdout),
  err: channelOf(process.stderr),
  temp: process.env.TMPDIR || '/var/tmp',
  stopSignal: () => {
    const { signal, abort } = abortOnSignals(() => process.exit(1));
    stop = abort;
    return signal;
  },
  outlivesReaders: () => {
    outlives = true;
  },
  started: () => {
    started = true;
  },
  failed: () => {
    process.exitCode = 1;
  },
  endOnSignals: () => endOnSignals(() => process.exit(1)),
};

function fail({ code, message, hint }: CensusError, exitCode = started ? 1 : 2): void {
  host.err.line(`error ${code}: ${message}`);
  host.err.line(`  ${hint}`);
  process.exitCode = exitCode;
}

// A reader that has seen enough (head) closes the pipe. That ends what only prints; a run or a purge goes on.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE' && process.exitCode !== 1) {
    const hint = 'the output is incomplete; write it to another place';
    fail(new CensusError('E_OUTPUT', `standard output cannot be written: ${error.message}`, hint, error), 1);
  }
  if (!outlives) process.exit();
});
// There is nowhere left to say it.
process.stderr.on('error', () => undefined);

/** Prints what ended the command: one line and a hint, or the stack of a defect. */
function tell(thrown: unknown): void {
  try {
    fail(knownError(thrown));
  } catch (defect) {
    host.err.line(defect instanceof Error ? (defect.stack ?? defect.message) : String(defect));
    process.exitCode = 1;
  }
}

// What nobody waited for, such as a stream whose file cannot be written: the programs of a run are ended as by ctrl-c.
process.on('uncaughtException', (thrown) => {
  tell(thrown);
  broken = true;
  if (stop === null) process.exit();
  stop();
  setTimeout(() => process.exit(), endMs);
});

tellOfStandstill(() => process.exitCode, host.err.line);

/** The commands are read once it is known that there may be as many open files as that takes: Node would end it with a stack. */
async function parse(): Promise<void> {
  requireOpenFiles();
  const { commands } = await import('./commands/commands.ts');
  const { censusVersion } = await import('./machine/version.ts');
  const program = new Command('mptcp-census')
    .exitOverride() // before the commands, which inherit it: its own exit code for wrong usage is 1
    .description('Measures Multipath TCP deployment: evidence from real programs, verdicts that can be recomputed.')
    .version(censusVersion())
    .addHelpText('after', examples);
  for (const add of commands) add(program, host);
  await program.parseAsync();
}

try {
  await parse();
} catch (thrown) {
  // Wrong usage was told already; help and version that were asked for end with 0.
  if (thrown instanceof CommanderError) process.exitCode = thrown.exitCode === 0 ? 0 : 2;
  else tell(thrown);
}
if (broken) process.exit();
