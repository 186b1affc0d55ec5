import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Bzip2Ends } from './bzip2-ends.ts';
import { FileError, Ip2AsnError } from './errors.ts';
import type { StartedProgram, StartProgram } from './start-program.ts';

const STDERR_LIMIT = 2000;

const spawned: StartProgram = (program, args) => spawn(program, args, { stdio: 'pipe' });
const noProgram = 127;

function isProcess(started: StartedProgram): started is StartedProgram & ChildProcessWithoutNullStreams {
  return started.stdin instanceof Writable && started.stdout instanceof Readable && started.stderr instanceof Readable;
}

/** Where the bytes come from, and of which file they are. */
interface Packed {
  source: AsyncIterable<Buffer>;
  file: string;
  /** How programs are started; as this process where nothing is said. */
  start?: StartProgram | undefined;
}

/** Why a program gave up, as an error of this package. `offset` counts decompressed bytes. */
function bzip2Fault(file: string, offset: number, exit: string, stderr: string): FileError {
  const place = { file, offset, expected: 'a whole bzip2 stream', found: `${exit}: ${stderr.trim().split('\n')[0]}` };
  return new FileError(stderr.includes('ends unexpectedly') ? 'TRUNCATED' : 'BAD_FORMAT', place);
}

/** bzip2 has the last word; lbzip2 has none. */
function leftOut(program: string, stderr: string, { isSuspect }: Bzip2Ends): boolean {
  return program === 'bzip2' ? stderr.includes('trailing garbage') : isSuspect;
}

function garbageFault(file: string, offset: number): FileError {
  const found = 'bytes behind the end of a bzip2 stream that are not another one';
  return new FileError('BAD_FORMAT', { file, offset, expected: 'a whole bzip2 stream', found });
}

/** What a program makes of the bytes. `tolerant` ends quietly where a cut file ends. */
async function* through(
  program: string,
  { source, file, start = spawned }: Packed,
  tolerant: boolean,
): AsyncGenerator<Buffer> {
  const child = start(program, ['-dc']);
  if (!isProcess(child)) throw new TypeError('start gives a process of node:child_process with three pipes');
  const { stdout, stderr: errors } = child;
  let stderr = '';
  errors.setEncoding('latin1').on('data', (text: string) => {
    if (stderr.length < STDERR_LIMIT) stderr += text;
  });
  let offset = 0;
  const closed = new Promise<string | null>((resolve, reject) => {
    function missing(cause?: unknown): void {
      const hint = `install it (apt-get install ${program}), or use the .gz of the same file`;
      const message = `${file} needs the program ${program}, which did not start: ${hint}`;
      reject(new Ip2AsnError('PROGRAM_MISSING', message, { cause }));
    }
    child.once('error', missing);
    child.once('close', (code, signal) => {
      if (code === noProgram) missing(stderr.trim());
      else resolve(code === 0 ? null : `${program} ended with ${signal ?? `code ${code}`}`);
    });
  });
  closed.catch(() => undefined); // awaited below; without this a failed start is reported twice
  let unread: unknown;
  const ends = new Bzip2Ends();
  async function* watched(): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of source) {
        ends.push(chunk);
        yield chunk;
      }
      ends.end();
    } catch (error) {
      unread = error;
      throw error;
    }
  }
  const raw = Readable.from(watched(), { objectMode: false });
  pipeline(raw, child.stdin).catch(() => undefined); // one that gives up reads no more, and says why itself
  try {
    for await (const chunk of stdout) {
      offset += chunk.length;
      yield chunk;
    }
    const exit = await closed;
    if (unread !== undefined) throw unread;
    if (exit === null) {
      if (!tolerant && leftOut(program, stderr, ends)) throw garbageFault(file, offset);
      return;
    }
    const fault = bzip2Fault(file, offset, exit, stderr);
    if (!(tolerant && fault.code === 'TRUNCATED')) throw fault;
  } finally {
    raw.destroy();
    if (child.exitCode === null) child.kill();
  }
}

/** The same bytes without the first `count`. */
async function* behind(chunks: AsyncIterable<Buffer>, count: number): AsyncGenerator<Buffer> {
  let left = count;
  for await (const chunk of chunks) {
    const skipped = Math.min(left, chunk.length);
    left -= skipped;
    if (skipped < chunk.length) yield chunk.subarray(skipped);
  }
}

/**
 * Decompresses with the bzip2 program, which Node has no equivalent of; with lbzip2 where that is installed, which does the same on
 * all processors. What it counts as damage is not what bzip2 does: a file that it refuses is read again, and bzip2 has the last word.
 * `tolerant` ends quietly where a cut file ends; how much comes out before the cut is for bzip2 alone to say.
 * @param again the bytes from the start, for a source that can be read twice: a pipe is left to bzip2
 */
export async function* bunzip(
  packed: Packed,
  tolerant: boolean,
  again: (() => AsyncIterable<Buffer>) | null,
): AsyncGenerator<Buffer> {
  if (again === null || tolerant) {
    yield* through('bzip2', packed, tolerant);
    return;
  }
  let given = 0;
  try {
    for await (const chunk of through('lbzip2', packed, false)) {
      given += chunk.length;
      yield chunk;
    }
  } catch (error) {
    if (!(error instanceof Ip2AsnError)) throw error;
    yield* behind(through('bzip2', { ...packed, source: again() }, false), given);
  }
}
