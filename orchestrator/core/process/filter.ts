import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CensusError } from '../../errors.ts';
import type { Program } from '../tool.ts';
import { between } from './exec.ts';
import { installHint } from './install-hint.ts';
import { launchFault } from './launch.ts';
import { lineTexts, Tail } from './lines.ts';
import { after } from './timer.ts';

/** So long a filter may take over the next piece before it counts as hung. */
const patienceMs = 120_000;

/** A file that needs a program to be read. */
export interface Filter {
  program: Program;
  args: string[];
  /** The file, for messages. */
  file: string;
  /** Words with which it leaves something out, and ends as if all were well. */
  leavesOut?: RegExp;
  /** Words with which it asks for what it was not given: the file is sound. */
  asksFor?: RegExp;
}

function missing({ program, file }: Filter, cause: unknown): CensusError {
  const message = `${file} needs ${program.name}, which is not installed`;
  return new CensusError('E_PROGRAM_MISSING', message, `${installHint(program)}, or unpack the file yourself`, cause);
}

function damaged(file: string, why: string, hint = 'the file is damaged or cut: get it again'): CensusError {
  return new CensusError('E_INPUT', `${file}: ${why}`, hint);
}

/**
 * What a program makes of bytes, piece by piece; it is ended when nobody reads on.
 * @throws CensusError E_PROGRAM_MISSING without the program, E_INPUT when it refuses the bytes or says nothing for too long
 */
export async function* filtered(
  filter: Filter,
  source: AsyncIterable<Uint8Array>,
  patience = patienceMs,
): AsyncGenerator<Uint8Array> {
  const { program, args, file } = filter;
  const child = between(program.name, args);
  const tail = new Tail();
  let unread: unknown;
  let hung = false;
  async function* watched(): AsyncGenerator<Uint8Array> {
    try {
      yield* source;
    } catch (error) {
      unread = error;
      throw error;
    }
  }
  async function readWords(): Promise<void> {
    for await (const lines of lineTexts(child.stderr)) tail.push(lines);
  }
  const raw = Readable.from(watched(), { objectMode: false });
  const fed = pipeline(raw, child.stdin).catch(() => undefined); // one that gives up reads no more, and says why itself
  const said = readWords().catch(() => undefined);
  const pieces = child.stdout[Symbol.asyncIterator]();
  let over = false;
  try {
    while (!over) {
      const callOff = after(patience, () => {
        hung = true;
        child.kill('SIGKILL');
      });
      const { value, done } = await pieces.next().finally(callOff);
      over = done === true;
      if (!over) yield value;
    }
    const [result] = await Promise.all([child, fed, said]);
    if (unread !== undefined) throw unread;
    const leftOut = tail.lines().find((line) => filter.leavesOut?.test(line));
    if (leftOut !== undefined) throw damaged(file, leftOut);
    if (result.exitCode === 0) return;
    const unstarted = result.code === 'ENOENT' ? (result.cause ?? result) : launchFault(result.exitCode, tail.lines());
    if (unstarted !== null) throw missing(filter, unstarted);
    const end = hung
      ? `gave nothing for ${patience / 1000} s`
      : `ended with ${result.signal ?? `code ${result.exitCode}`}`;
    const words = tail.lines().at(-1);
    const asked = words !== undefined && filter.asksFor?.test(words) === true;
    const hint = asked ? 'unpack it yourself, with what the program asks for' : undefined;
    throw damaged(file, `${program.name} ${end}${words === undefined ? '' : `: ${words}`}`, hint);
  } finally {
    raw.destroy();
    if (!over) child.kill('SIGKILL');
  }
}
