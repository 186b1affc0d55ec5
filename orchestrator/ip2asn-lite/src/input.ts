import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream';
import { constants, createGunzip } from 'node:zlib';
import { bunzip } from './bzip2.ts';
import { FileError } from './errors.ts';

const CHUNK = 1 << 18;

/** A source file, opened: its bytes after decompression, in order. */
export interface Input {
  /** Path as given, for messages. */
  readonly file: string;
  /** The first bytes (up to 64 KB, fewer when the file is shorter), which `chunks` gives again. */
  readonly head: Buffer;
  readonly chunks: AsyncIterable<Buffer>;
}

async function* gunzip(handle: FileHandle, file: string, tolerant: boolean): AsyncGenerator<Buffer> {
  const raw = handle.createReadStream({ start: 0, highWaterMark: CHUNK, autoClose: false });
  // A sync flush at the end takes a cut stream as far as it goes instead of refusing it.
  const options = tolerant ? { finishFlush: constants.Z_SYNC_FLUSH, chunkSize: CHUNK } : { chunkSize: CHUNK };
  const decoder = createGunzip(options);
  pipeline(raw, decoder, () => undefined); // errors arrive through the iteration below
  try {
    yield* decoder;
  } catch (cause) {
    if (!(cause instanceof Error) || !('code' in cause) || !String(cause.code).startsWith('Z_')) throw cause;
    const place = { file, offset: decoder.bytesWritten, expected: 'a whole gzip stream', found: cause.message };
    throw new FileError(cause.code === 'Z_BUF_ERROR' ? 'TRUNCATED' : 'BAD_FORMAT', place, { cause });
  }
}

async function* plain(handle: FileHandle): AsyncGenerator<Buffer> {
  yield* handle.createReadStream({ start: 0, highWaterMark: CHUNK, autoClose: false });
}

function decompressed(handle: FileHandle, magic: Buffer, file: string, tolerant: boolean): AsyncGenerator<Buffer> {
  if (magic[0] === 0x1f && magic[1] === 0x8b) return gunzip(handle, file, tolerant);
  if (magic.toString('latin1', 0, 3) === 'BZh') return bunzip(handle, file, tolerant);
  return plain(handle);
}

async function* chain(first: Buffer[], rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield* first;
  yield* rest;
}

/** Opens a plain, gzip or bzip2 file, by its first bytes and not by its name, and hands it to `use`; closes it in every case. */
export async function withInput<T>(file: string, tolerant: boolean, use: (input: Input) => Promise<T>): Promise<T> {
  const handle = await open(file);
  try {
    const magic = Buffer.alloc(3);
    await handle.read(magic, 0, 3, 0);
    const chunks = decompressed(handle, magic, file, tolerant);
    try {
      const first: Buffer[] = [];
      for (let size = 0; size < 65536; size += first.at(-1)?.length ?? 0) {
        const { value, done } = await chunks.next();
        if (done) break;
        first.push(value);
      }
      const head = Buffer.concat(first).subarray(0, 65536);
      if (head.length === 0) {
        throw new FileError('TRUNCATED', { file, offset: 0, expected: 'a routing table', found: 'an empty file' });
      }
      return await use({ file, head, chunks: chain(first, chunks) });
    } finally {
      await chunks.return(undefined);
    }
  } finally {
    await handle.close();
  }
}

/** File name without its folder: what a table says about its source. */
export function sourceName(file: string): string {
  return basename(file);
}
