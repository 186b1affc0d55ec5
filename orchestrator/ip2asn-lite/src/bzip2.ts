import { spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FileError, Ip2AsnError } from './errors.ts';

const STDERR_LIMIT = 2000;

/** Why bzip2 gave up, as an error of this package. `offset` counts decompressed bytes. */
function bzip2Fault(file: string, offset: number, exit: string, stderr: string): FileError {
  const place = { file, offset, expected: 'a whole bzip2 stream', found: `${exit}: ${stderr.trim().split('\n')[0]}` };
  return new FileError(stderr.includes('ends unexpectedly') ? 'TRUNCATED' : 'BAD_FORMAT', place);
}

/**
 * Decompresses with the bzip2 program, which Node has no equivalent of.
 * `tolerant` ends quietly where a cut file ends.
 */
export async function* bunzip(source: AsyncIterable<Buffer>, file: string, tolerant: boolean): AsyncGenerator<Buffer> {
  const child = spawn('bzip2', ['-dc'], { stdio: 'pipe' });
  const { stdout, stderr: errors } = child;
  let stderr = '';
  errors.setEncoding('latin1').on('data', (text: string) => {
    if (stderr.length < STDERR_LIMIT) stderr += text;
  });
  let offset = 0;
  const closed = new Promise<string | null>((resolve, reject) => {
    child.once('error', (cause) => {
      const hint = 'install it (apt-get install bzip2), or use the .gz of the same file';
      reject(
        new Ip2AsnError('PROGRAM_MISSING', `${file} needs the program bzip2, which did not start: ${hint}`, { cause }),
      );
    });
    child.once('close', (code, signal) => resolve(code === 0 ? null : `bzip2 ended with ${signal ?? `code ${code}`}`));
  });
  closed.catch(() => undefined); // awaited below; without this a failed start is reported twice
  let unread: unknown;
  async function* watched(): AsyncGenerator<Buffer> {
    try {
      yield* source;
    } catch (error) {
      unread = error;
      throw error;
    }
  }
  const raw = Readable.from(watched(), { objectMode: false });
  pipeline(raw, child.stdin).catch(() => undefined); // a bzip2 that gives up reads no more, and says why itself
  try {
    for await (const chunk of stdout) {
      offset += chunk.length;
      yield chunk;
    }
    const exit = await closed;
    if (unread !== undefined) throw unread;
    if (exit === null) return;
    const fault = bzip2Fault(file, offset, exit, stderr);
    if (!(tolerant && fault.code === 'TRUNCATED')) throw fault;
  } finally {
    raw.destroy();
    if (child.exitCode === null) child.kill();
  }
}
