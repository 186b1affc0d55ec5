import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { compiled } from '../core/compiled.ts';
import { between } from '../core/process/exec.ts';
import { installHint } from '../core/process/install-hint.ts';
import { launchFault } from '../core/process/launch.ts';
import { jsonOf, lineBatches, lineTexts, Tail } from '../core/process/lines.ts';
import type { Program } from '../core/tool.ts';
import { CensusError } from '../errors.ts';
import { Said } from './said.ts';

/** The reader of captures (zmap-module/traffic). */
export const reader: Program = {
  name: 'mptcp-traffic',
  version: { args: ['--version'], pattern: /mptcp-traffic (\S+)/ },
  apt: null,
  made: 'make -C zmap-module',
  privileges: null,
  okExits: [0],
};

export interface Reading {
  files: readonly string[];
  /** Streams followed at the same time; null: the reader's own bound. */
  flows: number | null;
  /** Seconds of silence after which a stream is forgotten; null: the reader's own. */
  silent: number | null;
  /** A file for the packets of the streams with MPTCP options; null: none. */
  keep: string | null;
  /** What the file - is read from. */
  input: Readable;
  /** A live capture: totals are reported every second. */
  live: boolean;
}

function argumentsOf({ files, flows, silent, keep, live }: Reading): string[] {
  return [
    ...(flows === null ? [] : ['--flows', String(flows)]),
    ...(silent === null ? [] : ['--silent', String(silent)]),
    ...(keep === null ? [] : ['--keep', keep]),
    ...(live ? ['--live'] : []),
    '--',
    ...files,
  ];
}

const schema = compiled(Said);

function understood(line: string): Said {
  const said = schema.safeParse(jsonOf(line));
  if (said.success) return said.data;
  const hint = 'it was built from different sources: make -C zmap-module';
  throw new CensusError(
    'E_PROGRAM_RUBBISH',
    `${reader.name} printed a line that is not understood: ${line.slice(0, 200)}`,
    hint,
  );
}

function failure(words: string, unstarted: boolean, cause: unknown): CensusError {
  if (unstarted) {
    return new CensusError(
      'E_PROGRAM_MISSING',
      `${reader.name} is not there`,
      `build it: ${installHint(reader)}`,
      cause,
    );
  }
  return new CensusError(
    'E_INPUT',
    `the captures could not be read: ${words}`,
    'see mptcp-census traffic --help',
    cause,
  );
}

/**
 * What the reader says of captures, a batch at a time.
 * @throws CensusError where it is not there, ends early or says what is not understood
 */
export async function* readCaptures(reading: Reading): AsyncGenerator<Said[]> {
  const child = between(reader.name, argumentsOf(reading));
  const tail = new Tail();
  let over = false;
  async function readWords(): Promise<void> {
    for await (const lines of lineTexts(child.stderr)) tail.push(lines);
  }
  const words = readWords().catch(() => undefined);
  // One that ended early reads no more, and says why itself.
  if (reading.files.includes('-')) pipeline(reading.input, child.stdin).catch(() => undefined);
  else child.stdin.end();
  try {
    for await (const lines of lineBatches(child.stdout)) yield lines.map(understood);
    const [result] = await Promise.all([child, words]);
    over = true;
    if (result.exitCode === 0) return;
    const lines = tail.lines();
    const unstarted = result.code === 'ENOENT' ? (result.cause ?? result) : launchFault(result.exitCode, lines);
    const last = lines.at(-1) ?? `it ended with ${result.signal ?? `code ${result.exitCode}`}`;
    throw failure(last, unstarted !== null, unstarted ?? undefined);
  } finally {
    if (!over) child.kill('SIGKILL');
    reading.input.unpipe();
  }
}
