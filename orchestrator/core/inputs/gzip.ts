import { createGunzip, type Gunzip } from 'node:zlib';

const chunkSize = 1 << 18;

/** Waits until a step of the decoder is done, or fails: an error is kept for later, what came out before it is taken first. */
function step(decoder: Gunzip, start: (done: () => void) => void): Promise<Error | null> {
  return new Promise((resolve) => {
    decoder.once('error', resolve);
    start(() => {
      decoder.off('error', resolve);
      resolve(null);
    });
  });
}

/** How many bytes of a chunk there are up to the last that is no zero. */
function withoutPadding(chunk: Uint8Array): number {
  let length = chunk.length;
  while (length > 0 && chunk[length - 1] === 0) length -= 1;
  return length;
}

/**
 * Decompresses gzip, of one member or several. Zeros behind the end are padding; anything else there may be more data, and is an error.
 * The decoder is fed by hand: piped into, one that ends before its bytes do is waited for in vain.
 */
export async function* gunzip(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const decoder = createGunzip({ chunkSize });
  let ready: Buffer[] = [];
  let fed = 0;
  let meant = 0;
  decoder.on('data', (chunk: Buffer) => ready.push(chunk));
  function* take(fault: Error | null): Generator<Buffer> {
    const taken = ready;
    ready = [];
    yield* taken;
    if (fault !== null) throw fault;
  }
  try {
    let over = false;
    for await (const chunk of source) {
      const length = withoutPadding(chunk);
      if (length > 0) meant = fed + length;
      fed += chunk.length;
      if (!over) yield* take(await step(decoder, (done) => decoder.write(chunk, done)));
      over ||= decoder.bytesWritten < fed;
    }
    if (!over) yield* take(await step(decoder, (done) => decoder.once('end', done).end()));
    if (meant > decoder.bytesWritten) throw new Error('there are bytes behind the end of the gzip stream');
  } finally {
    decoder.destroy();
  }
}
