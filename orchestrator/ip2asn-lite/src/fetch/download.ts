import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { Ip2AsnError } from '../errors.ts';
import { looksLikeMrt } from '../formats/mrt.ts';
import { type HttpOptions, request, withRetries } from './http.ts';

/** Beside an unfinished file: what it is a part of. A changed file on the server is begun again. */
interface PartNote {
  url: string;
  validator: string | null;
  size: number | null;
}

async function readNote(path: string, url: string): Promise<PartNote | undefined> {
  try {
    const note: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (typeof note !== 'object' || note === null || !('url' in note) || note.url !== url) return undefined;
    const validator = 'validator' in note && typeof note.validator === 'string' ? note.validator : null;
    const size = 'size' in note && typeof note.size === 'number' ? note.size : null;
    return { url, validator, size };
  } catch {
    return undefined; // no note, or half a note: the part is begun again
  }
}

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

/** True when a partial answer continues exactly what is on disk. */
function continues(response: Response, note: PartNote, have: number): boolean {
  const from = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
  return response.status === 206 && Number(from) === have && totalSize(response) === note.size;
}

/** Writes a body to the part from byte `from` on; each chunk is in the file before the next is asked for. Returns the size reached. */
async function append(
  part: string,
  body: ReadableStream<Uint8Array>,
  from: number,
  progress: (bytes: number) => void,
): Promise<number> {
  const handle = await open(part, from > 0 ? 'a' : 'w');
  let bytes = from;
  try {
    for await (const chunk of Readable.fromWeb(body)) {
      await handle.writeFile(chunk);
      bytes += chunk.length;
      progress(bytes);
    }
    return bytes;
  } finally {
    await handle.close();
  }
}

/** One attempt: gets what is missing of the part. Throws when the body breaks off or its size is wrong; what came stays. */
async function fetchPart(url: string, part: string, options: HttpOptions): Promise<void> {
  const notePath = `${part}.json`;
  const note = await readNote(notePath, url);
  const have = note === undefined ? 0 : await sizeOf(part);
  if (note?.size !== null && note?.size === have) return;
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  if (have > 0) headers.range = `bytes=${have}-`;
  if (have > 0 && note?.validator) headers['if-range'] = note.validator;
  const { response, alive } = await request(url, headers, options);
  const resumed = note !== undefined && have > 0 && continues(response, note, have);
  if (!resumed && response.status !== 200) {
    await rm(notePath, { force: true }); // 206 or 416 of another file: the next attempt starts from nothing
    throw new Ip2AsnError('FETCH_FAILED', `${url}: status ${response.status} does not continue ${have} bytes`);
  }
  const size = totalSize(response);
  if (!resumed) await writeFile(notePath, JSON.stringify({ url, validator: validatorOf(response), size }));
  if (response.body === null) throw new Ip2AsnError('FETCH_FAILED', `${url}: an answer without a body`);
  const progress = (bytes: number): void => {
    alive();
    options.onProgress?.(bytes, size);
  };
  const bytes = await append(part, response.body, resumed ? have : 0, progress);
  if (size !== null && bytes !== size)
    throw new Ip2AsnError('FETCH_FAILED', `${url}: ${bytes} of ${size} bytes arrived`);
}

/** A server may answer 200 with a page of words. */
async function checkContent(path: string, url: string): Promise<void> {
  const handle = await open(path);
  try {
    const head = Buffer.alloc(12);
    const { bytesRead } = await handle.read(head, 0, 12, 0);
    const isGzip = head[0] === 0x1f && head[1] === 0x8b;
    if (isGzip || head.toString('latin1', 0, 3) === 'BZh' || looksLikeMrt(head.subarray(0, bytesRead))) return;
    throw new Ip2AsnError(
      'FETCH_FAILED',
      `${url} is no RIB: it begins with ${JSON.stringify(head.toString('latin1', 0, bytesRead))}`,
    );
  } finally {
    await handle.close();
  }
}

/** Downloads to `path`, through `path.part`: continued after a break, also one of an earlier run, and renamed when whole. */
export async function download(url: string, path: string, options: HttpOptions): Promise<void> {
  const part = `${path}.part`;
  await mkdir(dirname(path), { recursive: true });
  await withRetries(() => fetchPart(url, part, options), options);
  try {
    await checkContent(part, url);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  } finally {
    await rm(`${part}.json`, { force: true });
  }
  await rename(part, path);
}
