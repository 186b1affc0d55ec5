import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { open } from 'yauzl';
import { lineBatches } from '../../core/process/lines.ts';
import { CensusError } from '../../errors.ts';

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

async function openFile(path: string): Promise<AsyncIterable<Uint8Array>> {
  if (path === '-') return process.stdin;
  if (path.endsWith('.zip')) return await openZip(path);
  const file = createReadStream(path);
  return path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
}

/** true for a list that is downloaded: it is no file whose content could be compared later, its lines are kept in raw/ instead. */
export function isUrl(list: string): boolean {
  return /^https?:\/\//.test(list);
}

/** Downloads a list into a folder of its own; a zip archive can only be read from a file. */
async function download(url: string, folder: string): Promise<string> {
  const response = await fetch(url);
  if (!response.ok || response.body === null) throw new Error(`the server answers ${response.status}`);
  const path = join(folder, basename(new URL(url).pathname) || 'list');
  await pipeline(response.body, createWriteStream(path));
  return path;
}

async function* linesOf(list: string): AsyncGenerator<string[]> {
  if (!isUrl(list)) return yield* lineBatches(await openFile(list));
  const folder = await mkdtemp(join(tmpdir(), 'census-list-'));
  try {
    yield* lineBatches(await openFile(await download(list, folder)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Lines of a list, streamed, all of a chunk at once: a file or a URL; .zip and .gz are opened, - is stdin.
 * @throws CensusError E_INPUT when it cannot be read
 */
export async function* readLines(list: string): AsyncGenerator<string[]> {
  try {
    yield* linesOf(list);
  } catch (cause) {
    if (cause instanceof CensusError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CensusError('E_INPUT', `targets: ${list}: ${why}`, 'check targets in the configuration', cause);
  }
}
