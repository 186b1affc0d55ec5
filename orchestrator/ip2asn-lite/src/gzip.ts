import { Readable } from 'node:stream';
import { constants, createGunzip } from 'node:zlib';
import { FileError } from './errors.ts';

const CHUNK = 1 << 18;
/** Checksum and length at the end of a gzip stream (RFC 1952 section 2.3). */
const TRAILER = 8;

/** The same bytes, the last 8 apart: what stands before a wrong checksum is decompressed before the checksum is looked at. */
async function* trailerApart(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    const bytes = Buffer.concat([held, chunk]);
    const cut = Math.max(0, bytes.length - TRAILER);
    held = bytes.subarray(cut);
    if (cut > 0) yield bytes.subarray(0, cut);
  }
  yield held;
}

/** Decompresses gzip. `tolerant` ends quietly where a cut file ends. The offset of an error counts what came out before it. */
export async function* gunzip(source: AsyncIterable<Buffer>, file: string, tolerant: boolean): AsyncGenerator<Buffer> {
  // A sync flush at the end takes a cut stream as far as it goes instead of refusing it. With a mark of one byte no error
  // overtakes bytes that wait to be read.
  const finishFlush = tolerant ? constants.Z_SYNC_FLUSH : constants.Z_FINISH;
  const options = { finishFlush, chunkSize: CHUNK, readableHighWaterMark: 1 };
  const decoder = createGunzip(options);
  const raw = Readable.from(trailerApart(source), { objectMode: false });
  raw.once('error', (error) => decoder.destroy(error)).pipe(decoder);
  let offset = 0;
  try {
    for await (const chunk of decoder) {
      offset += chunk.length;
      yield chunk;
    }
  } catch (cause) {
    if (!(cause instanceof Error) || !('code' in cause) || !String(cause.code).startsWith('Z_')) throw cause;
    const place = { file, offset, expected: 'a whole gzip stream', found: cause.message };
    throw new FileError(cause.code === 'Z_BUF_ERROR' ? 'TRUNCATED' : 'BAD_FORMAT', place, { cause });
  } finally {
    raw.destroy();
  }
}
