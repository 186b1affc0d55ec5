import type { Readable, Writable } from 'node:stream';
import type { Command } from '@commander-js/extra-typings';
import type { Screen } from '../view/screen.ts';

/** Standard output or standard error. */
export interface Channel {
  stream: Writable;
  /** Prints a line, or several; what a terminal would obey is shown instead (view/visible.ts). */
  line(text: string): void;
  /** Prints lines as fast as the reader takes them. */
  lines(lines: AsyncIterable<string>): Promise<void>;
  /** null: lines that move are not for it, such as a file, a pipe or a terminal that says it is dumb. */
  screen: Screen | null;
}

/** What a command is given of the process. Only cli.ts prints, reads the environment and sets exit codes. */
export interface Host {
  input: Readable;
  out: Channel;
  err: Channel;
  /** Where inputs that are too large to hold are sorted, when nobody names a folder. */
  temp: string;
  /** Aborts when the user asks the run to stop. */
  stopSignal(): AbortSignal;
  /** To be called by a command that changes something: it goes on when nobody reads what it prints. */
  outlivesReaders(): void;
  /** To be called when a stage was looked at: from then on a failure ends with 1. */
  started(): void;
  /** The command ends with 1 though it came to its end. */
  failed(): void;
  /** Ends the process at once, on a signal; nothing is running that must be put back. */
  endOnSignals(): void;
}

/** Adds a command to the program. */
export type AddCommand = (program: Command, host: Host) => void;
