import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { crc32 } from 'node:zlib';

/** What a request does instead of being served: break the connection after so many bytes, answer with a status, or stay silent. */
export type Trouble = { breakAfter: number } | { status: number } | { silent: true };

export interface Archive {
  base: string;
  /** `METHOD path range` of every request, in order. */
  log: string[];
  /** Troubles for the next file requests, first come first served. */
  troubles: Trouble[];
  /** Content by path. */
  files: Map<string, Buffer>;
  /**
   * To be called with the number of bytes of the file that the client has taken. A connection that is to break does so only
   * then: what a client has not yet read when its connection breaks is lost, so that an earlier break would leave less than was sent.
   */
  taken: (bytes: number) => void;
  /** Asked before a request is served; true when it has answered itself. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export interface ArchiveOptions {
  /** Answer folders with a listing like Apache's. Default true. */
  listings?: boolean;
  /** Answer byte ranges. Default true. */
  ranges?: boolean;
  /** Heed If-Range. Default true; false answers a range of whatever is there now. */
  ifRange?: boolean;
  /** Send an ETag. Default true. */
  validators?: boolean;
}

function listing(path: string, files: ReadonlyMap<string, Buffer>): string | undefined {
  const names = [...files.keys()]
    .filter((file) => file.startsWith(path))
    .map((file) => file.slice(path.length).split('/')[0]);
  if (names.length === 0) return undefined;
  const links = [...new Set(names)].map(
    (name) => `<tr><td><a href="${name}">${name}</a></td><td>01-Nov-2015</td></tr>`,
  );
  return `<html><h1>Index of ${path}</h1><table><a href="?C=N;O=D">Name</a>${links.join('\n')}</table></html>`;
}

/** Answers with the file or the range asked for; with `cut`, with its first bytes only. Returns the offset at which it stopped. */
function serveFile(
  file: Buffer,
  request: IncomingMessage,
  response: ServerResponse,
  { ranges = true, ifRange: heeds = true, validators = true }: ArchiveOptions,
  cut?: number,
): number {
  const etag = `"${crc32(file)}"`;
  const start = Number(/^bytes=(\d+)-(?:0)?$/.exec(request.headers.range ?? '')?.[1] ?? Number.NaN);
  const ifRange = request.headers['if-range'];
  const isPartial = ranges && !Number.isNaN(start) && (!heeds || ifRange === undefined || ifRange === etag);
  if (isPartial && start >= file.length) {
    response.writeHead(416, { 'content-range': `bytes */${file.length}` }).end();
    return file.length;
  }
  const body = isPartial ? file.subarray(start) : file;
  const range = isPartial ? { 'content-range': `bytes ${start}-${file.length - 1}/${file.length}` } : {};
  const validator = validators ? { etag } : {};
  response.writeHead(isPartial ? 206 : 200, { ...validator, 'content-length': body.length, ...range });
  if (request.method === 'HEAD') response.end();
  else if (cut === undefined) response.end(body);
  else response.write(body.subarray(0, cut));
  return (isPartial ? start : 0) + (cut ?? body.length);
}

/** An archive on the loopback interface, for the time of `use`. */
export async function withArchive<T>(options: ArchiveOptions, use: (archive: Archive) => Promise<T>): Promise<T> {
  const archive: Archive = {
    base: '',
    log: [],
    troubles: [],
    files: new Map(),
    taken: () => undefined,
    intercept: () => false,
  };
  const server = createServer((request, response) => {
    const url = request.url ?? '';
    const path = url.split('?')[0] ?? '';
    archive.log.push(
      `${request.method} ${url}${request.headers.range === undefined ? '' : ` ${request.headers.range}`}`,
    );
    if (archive.intercept(request, response)) return;
    const file = archive.files.get(path);
    const trouble = file === undefined ? undefined : archive.troubles.shift();
    if (trouble !== undefined && 'silent' in trouble) return;
    if (trouble !== undefined && 'status' in trouble) response.writeHead(trouble.status).end();
    else if (file !== undefined) {
      const end = serveFile(file, request, response, options, trouble?.breakAfter);
      archive.taken = (bytes) => {
        if (trouble !== undefined && bytes === end) response.destroy();
      };
    } else {
      const html = path.endsWith('/') && (options.listings ?? true) ? listing(path, archive.files) : undefined;
      response.writeHead(html === undefined ? 404 : 200, { 'content-type': 'text/html' }).end(html);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  archive.base = `http://127.0.0.1:${address.port}/`;
  try {
    return await use(archive);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
