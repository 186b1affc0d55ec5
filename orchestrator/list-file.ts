import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { open } from 'yauzl';
import { splitLines } from './core/lines.ts';
import { CensusError } from './errors.ts';

/** First file inside a zip archive, as a stream: top lists hold exactly one. */
async function openZip(path: string): Promise<AsyncIterable<Uint8Array>> {
  return await new Promise((resolve, reject) => {
    open(path, { lazyEntries: true }, (error, zip) => {
      if (error) return reject(error);
      zip.on('error', reject);
      zip.on('end', () => reject(new Error('the archive holds no file')));
      zip.on('entry', (entry) => {
        if (entry.fileName.endsWith('/')) return zip.readEntry();
        zip.openReadStream(entry, (failure, stream) => (failure ? reject(failure) : resolve(stream)));
      });
      zip.readEntry();
    });
  });
}

async function openList(path: string): Promise<AsyncIterable<Uint8Array>> {
  if (path === '-') return process.stdin;
  if (path.endsWith('.zip')) return await openZip(path);
  const file = createReadStream(path);
  return path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
}

/**
 * Lines of a list file, streamed; .zip and .gz are opened, - is stdin.
 * @throws CensusError E_INPUT when it cannot be read
 */
export async function* readLines(path: string): AsyncGenerator<string> {
  try {
    yield* splitLines(await openList(path));
  } catch (cause) {
    if (cause instanceof CensusError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CensusError('E_INPUT', `targets: ${path}: ${why}`, 'check targets.list in the configuration', cause);
  }
}
