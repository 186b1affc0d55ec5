import { constants, createGunzip, type Gunzip } from 'node:zlib';
import { FileError } from './errors.ts';

/** What is unpacked of one piece of the file, mostly: the decoder's thread then goes through a piece without asking this one. */
const CHUNK = 1 << 20;
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

/** Waits until a step of the decoder is done, or fails. An error is returned: what came out before it is to be taken first. */
function step(decoder: Gunzip, start: (done: () => void) => void): Promise<Error | undefined> {
  return new Promise((resolve) => {
    decoder.once('error', resolve);
    start(() => {
      decoder.off('error', resolve);
      resolve(undefined);
    });
  });
}

function faultOf(cause: Error, file: string, offset: number): Error {
  if (!('code' in cause) || !String(cause.code).startsWith('Z_')) return cause;
  const place = { file, offset, expected: 'a whole gzip stream', found: cause.message };
  return new FileError(cause.code === 'Z_BUF_ERROR' ? 'TRUNCATED' : 'BAD_FORMAT', place, { cause });
}

/** gzip pads with zeros; anything else behind the last stream could be more data. */
function requirePadding(bytes: Buffer, file: string, offset: number): void {
  if (bytes.every((byte) => byte === 0)) return;
  const found = 'bytes behind the end of the gzip stream that are neither zeros nor another one';
  throw new FileError('BAD_FORMAT', { file, offset, expected: 'a whole gzip stream', found });
}

/**
 * Decompresses gzip. `tolerant` ends quietly where a cut file ends. The offset of an error counts what came out before it.
 * The decoder is fed by hand: as a stream of its own, its errors overtake bytes that a slow reader has not taken yet.
 */
export async function* gunzip(source: AsyncIterable<Buffer>, file: string, tolerant: boolean): AsyncGenerator<Buffer> {
  // A sync flush at the end takes a cut stream as far as it goes instead of refusing it.
  const finishFlush = tolerant ? constants.Z_SYNC_FLUSH : constants.Z_FINISH;
  const decoder = createGunzip({ finishFlush, chunkSize: CHUNK });
  let ready: Buffer[] = [];
  let offset = 0;
  let fed = 0;
  decoder.on('data', (chunk: Buffer) => ready.push(chunk));
  async function* take(fault: Error | undefined): AsyncGenerator<Buffer> {
    const taken = ready;
    ready = [];
    for (const { length } of taken) offset += length;
    yield* taken;
    if (fault !== undefined) throw faultOf(fault, file, offset);
  }
  try {
    for await (const piece of trailerApart(source)) {
      if (decoder.readableEnded) {
        if (!tolerant) requirePadding(piece, file, offset);
        continue;
      }
      fed += piece.length;
      const stepping = step(decoder, (done) => decoder.write(piece, done));
      // Read what the piece before gave while this one is unpacked: that has a thread of its own.
      yield* take(undefined);
      const fault = await stepping;
      if (fault !== undefined || decoder.readableEnded) yield* take(fault);
      if (decoder.readableEnded && !tolerant) {
        requirePadding(piece.subarray(piece.length - (fed - decoder.bytesWritten)), file, offset);
      }
    }
    // Padding ends the decoder before its bytes end: an end that has come is not waited for.
    if (!decoder.readableEnded) yield* take(await step(decoder, (done) => decoder.once('end', done).end()));
  } finally {
    decoder.destroy();
  }
}
