import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { bunzip } from './bzip2.ts';
import { FileError } from './errors.ts';
import { gunzip } from './gzip.ts';
import type { StartProgram } from './start-program.ts';

const CHUNK = 1 << 18;
const HEAD = 1 << 16;
const MAGIC = 3;

/** A source file, opened: its bytes after decompression, in order. */
export interface Input {
  /** Path as given, for messages. */
  readonly file: string;
  /** The first bytes (up to 64 KB, fewer when the file is shorter), which `chunks` gives again. */
  readonly head: Buffer;
  readonly chunks: AsyncIterable<Buffer>;
}

/** The bytes of an open file from where it stands, so that pipes can be read too. Errors of reading name the file, as those of opening do. */
async function* bytesOf(
  handle: FileHandle,
  file: string,
  onRead: OnRead | undefined,
  start?: number,
): AsyncGenerator<Buffer> {
  const { size } = await handle.stat();
  let read = 0;
  const from = start === undefined ? {} : { start };
  try {
    for await (const chunk of handle.createReadStream({ highWaterMark: CHUNK, autoClose: false, ...from })) {
      read += chunk.length;
      onRead?.(read, size);
      yield chunk;
    }
  } catch (cause) {
    if (!(cause instanceof Error) || !('syscall' in cause) || 'path' in cause) throw cause;
    throw Object.assign(new Error(`${cause.message} '${file}'`, { cause }), { ...cause, path: file });
  }
}

/** A stream whose first bytes (`size`, fewer only when there are no more) are looked at and given again. */
interface Peeked {
  head: Buffer;
  chunks: AsyncGenerator<Buffer>;
}

async function peek(source: AsyncGenerator<Buffer>, size: number): Promise<Peeked> {
  const first: Buffer[] = [];
  for (let have = 0; have < size; have += first.at(-1)?.length ?? 0) {
    const { value, done } = await source.next();
    if (done) break;
    first.push(value);
  }
  async function* again(): AsyncGenerator<Buffer> {
    yield* first;
    yield* source;
  }
  return { head: Buffer.concat(first).subarray(0, size), chunks: again() };
}

interface Opened {
  file: string;
  tolerant: boolean;
  again: (() => AsyncIterable<Buffer>) | null;
  start: StartProgram | undefined;
}

function decompressed({ head, chunks }: Peeked, { file, tolerant, again, start }: Opened): AsyncGenerator<Buffer> {
  if (head[0] === 0x1f && head[1] === 0x8b) return gunzip(chunks, file, tolerant);
  if (head.toString('latin1') === 'BZh') return bunzip({ source: chunks, file, start }, tolerant, again);
  return chunks;
}

/** Hears how many bytes of the file, as it lies, were read, and how many it has; a pipe has none. */
type OnRead = (bytes: number, size: number) => void;

/** How a source is read, beside what is said of each kind of it. */
export interface Reading {
  onRead?: OnRead | undefined;
  /** Starts the programs that unpack; as this process where nothing is said. */
  start?: StartProgram | undefined;
}

/** Opens a plain, gzip or bzip2 file or pipe, told by its first bytes and not by its name, and hands it to `use`; closes it in every case. */
export async function withInput<T>(
  file: string,
  tolerant: boolean,
  use: (input: Input) => Promise<T>,
  { onRead, start }: Reading = {},
): Promise<T> {
  const handle = await open(file);
  const raw = bytesOf(handle, file, onRead);
  try {
    const again = (await handle.stat()).isFile() ? () => bytesOf(handle, file, onRead, 0) : null;
    const plain = decompressed(await peek(raw, MAGIC), { file, tolerant, again, start });
    try {
      const { head, chunks } = await peek(plain, HEAD);
      if (head.length === 0) {
        throw new FileError('TRUNCATED', { file, offset: 0, expected: 'a routing table', found: 'an empty file' });
      }
      return await use({ file, head, chunks });
    } finally {
      await plain.return(undefined);
    }
  } finally {
    await raw.return(undefined);
    await handle.close();
  }
}

/** File name without its folder: what a table says about its source. */
export function sourceName(file: string): string {
  return basename(file);
}
