import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Ip2AsnError } from '../errors.ts';
import { type HttpOptions, request, shown, withRetries } from './http.ts';
import { claimPart, type PartNote, readNote, removeNote, writeNote } from './part.ts';

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}

/** Total size that a response promises, or null. A body that fetch decodes has another length than the header says. */
function totalSize(response: Response): number | null {
  if (response.headers.has('content-encoding')) return null;
  const range = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '');
  const text = range?.[1] ?? response.headers.get('content-length');
  return text === null ? null : Number(text);
}

/** Only a strong validator promises the same bytes (RFC 9110 section 13.1.5). */
function validatorOf(response: Response): string | null {
  const etag = response.headers.get('etag');
  return etag?.startsWith('"') ? etag : response.headers.get('last-modified');
}

/** True when a partial answer continues exactly what is on disk: the same file by its validator and size, from the byte after ours. */
function continues(response: Response, note: PartNote, have: number): boolean {
  const from = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
  const isSame = note.validator !== null && validatorOf(response) === note.validator;
  return response.status === 206 && isSame && Number(from) === have && totalSize(response) === note.size;
}

/** Writes a body to the part from byte `from` on; each chunk is in the file before the next is asked for. Returns the size reached. */
async function append(
  part: string,
  chunks: AsyncIterable<Uint8Array>,
  from: number,
  progress: (bytes: number) => void,
): Promise<number> {
  const handle = await open(part, from > 0 ? 'a' : 'w');
  let bytes = from;
  try {
    for await (const chunk of chunks) {
      await handle.writeFile(chunk);
      bytes += chunk.length;
      progress(bytes);
    }
    return bytes;
  } finally {
    await handle.close();
  }
}

/** What asks for the rest of a file, as long as it is the same one; without a validator nobody could say, and the whole is asked for. */
function headersFor(note: PartNote | undefined, have: number): Record<string, string> {
  const headers = { 'accept-encoding': 'identity' };
  return note?.validator ? { ...headers, range: `bytes=${have}-`, 'if-range': note.validator } : headers;
}

/** By what a server tells one content of a file from another; null where it does not say. */
export interface Marks {
  etag: string | null;
  lastModified: string | null;
}

const unmarked: Marks = { etag: null, lastModified: null };

function marksOf({ headers }: Response): Marks {
  return { etag: headers.get('etag'), lastModified: headers.get('last-modified') };
}

/** One attempt: gets what is missing of the part. Throws when the body breaks off or its size is wrong; what came stays. */
async function fetchPart(url: string, part: string, options: HttpOptions): Promise<Marks> {
  const found = await readNote(part, shown(url));
  const have = found === undefined ? 0 : await sizeOf(part);
  const note = have > 0 ? found : undefined;
  if (note?.size === have) return unmarked;
  const { response, chunks } = await request(url, { headers: headersFor(note, have) }, options);
  const resumed = note !== undefined && continues(response, note, have);
  if (!resumed && response.status !== 200) {
    await response.body?.cancel();
    await removeNote(part); // 206 or 416 of another file: the next attempt starts from nothing
    throw new Ip2AsnError('FETCH_FAILED', `${shown(url)}: status ${response.status} does not continue ${have} bytes`);
  }
  const size = totalSize(response);
  if (!resumed) {
    await rm(part, { force: true }); // first: a note of this file must never stand beside bytes of another
    await writeNote(part, { url: shown(url), validator: validatorOf(response), size });
  }
  const bytes = await append(part, chunks, resumed ? have : 0, (sum) => options.onProgress?.(sum, size));
  if (size !== null && bytes !== size)
    throw new Ip2AsnError('FETCH_FAILED', `${shown(url)}: ${bytes} of ${size} bytes arrived`);
  return marksOf(response);
}

/** Throws for a file that is not what it was to be. */
export type Check = (path: string, url: string) => Promise<void>;

async function downloadAlone(url: string, path: string, options: HttpOptions, check: Check): Promise<Marks> {
  await mkdir(dirname(path), { recursive: true });
  const part = await claimPart(path);
  const marks = await withRetries(() => fetchPart(url, part, options), options);
  try {
    await check(part, url);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  } finally {
    await removeNote(part);
  }
  await rename(part, path);
  return marks;
}

/** Downloads of this process, by path: a second call for the same file waits for the first. */
const running = new Map<string, Promise<Marks>>();

/** Downloads to `path`, through a part beside it: continued after a break, also one of an earlier run, and renamed when whole. */
export async function download(url: string, path: string, options: HttpOptions, check: Check): Promise<Marks> {
  const key = resolve(path);
  const work = running.get(key) ?? downloadAlone(url, path, options, check).finally(() => running.delete(key));
  running.set(key, work);
  return await work;
}

/**
 * Downloads a file of any kind to `path` unless the server says that what is there is current.
 * @param known marks of what is there, as an earlier call gave them; null: nothing that may be used
 */
export async function refresh(
  url: string,
  path: string,
  known: Marks | null,
  options: HttpOptions = {},
): Promise<Marks & { changed: boolean }> {
  const { etag, lastModified } = known ?? unmarked;
  if (etag !== null || lastModified !== null) {
    const headers = {
      'accept-encoding': 'identity',
      ...(etag === null ? {} : { 'if-none-match': etag }),
      ...(lastModified === null ? {} : { 'if-modified-since': lastModified }),
    };
    const { response } = await withRetries(() => request(url, { headers }, options), options);
    await response.body?.cancel();
    if (response.status === 304) return { etag, lastModified, changed: false };
  }
  const marks = await download(url, path, options, async () => undefined);
  return { ...marks, changed: true };
}
