import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../orchestrator/config/config.ts';
import type { SourceEntry } from '../../../orchestrator/core/folder/entries.ts';
import { CensusError } from '../../../orchestrator/errors.ts';
import { targets } from '../../../orchestrator/stages/targets.ts';
import { findTool } from '../../../orchestrator/tools/finder.ts';

const test = suite('download');
const list = Array.from({ length: 200_000 }, (_, at) => `${at + 1},name${at}.example`).join('\n');
const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');

interface Server {
  url: string;
  cache: string;
  /** What each request asked for: its range, or the mark that it has. */
  log: string[];
  content: string;
  /** Bytes after which the next answer with a body breaks off; 0: none does. */
  breakAfter: number;
  answer: (request: IncomingMessage, response: ServerResponse) => boolean;
}

function serve(server: Server, request: IncomingMessage, response: ServerResponse): void {
  const etag = `"${sha256(server.content).slice(0, 8)}"`;
  const { range, 'if-none-match': mark } = request.headers;
  server.log.push(range ?? (mark === undefined ? 'whole' : 'conditional'));
  if (server.answer(request, response)) return;
  if (mark === etag) {
    response.writeHead(304).end();
    return;
  }
  const body = Buffer.from(server.content);
  const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
  const headers = { etag, 'content-length': body.length - from };
  if (from > 0)
    response.writeHead(206, { ...headers, 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` });
  else response.writeHead(200, headers);
  const { breakAfter } = server;
  server.breakAfter = 0;
  if (breakAfter === 0 || mark !== undefined) response.end(body.subarray(from));
  else response.write(body.subarray(0, breakAfter), () => setImmediate(() => request.socket.destroySoon()));
}

async function withServer(use: (server: Server) => Promise<void>): Promise<void> {
  const server: Server = {
    url: '',
    cache: mkdtempSync(join(tmpdir(), 'cache-')),
    log: [],
    content: list,
    breakAfter: 0,
    answer: () => false,
  };
  const http = createServer((request, response) => serve(server, request, response));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const address = http.address();
  server.url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/lists/top-1m.csv?token=secret`;
  try {
    await use(server);
  } finally {
    http.closeAllConnections();
    http.close();
  }
}

/** Units of the stage, and what it tells of its list. */
async function read({ url, cache }: Server, more: object = {}) {
  const config = Config.parse({ targets: { list: url, cache, ...more } });
  const told: SourceEntry[] = [];
  const progress: string[] = [];
  let lines = 0;
  const units = targets(findTool).units({
    config,
    batches: () => {
      throw new Error('reads no records');
    },
    seed: 1,
    shareTable: async () => undefined,
    tell: (source) => told.push(source),
    progress: (text) => progress.push(text),
  });
  for await (const batch of units) lines += batch.length;
  return { lines, source: told[0], progress };
}

test('a list is downloaded once, and asked for again without being sent', async () => {
  await withServer(async (server) => {
    const first = await read(server);
    const second = await read(server);
    assert.equal([first.lines, second.lines], [200_000, 200_000]);
    assert.equal(server.log, ['whole', 'conditional']);
    assert.equal([first.source?.fetched?.cached, second.source?.fetched?.cached], [false, true]);
    assert.is(first.source?.sha256, sha256(list));
    assert.equal({ ...second.source, fetched: null }, { ...first.source, fetched: null });
    assert.equal(first.progress.slice(-2), ['top-1m.csv: 3 of 5 MB', 'top-1m.csv: 4 of 5 MB']);
  });
});

test('what a URL asks with is no part of what is said of the list, nor in the cache', async () => {
  await withServer(async (server) => {
    const { source } = await read(server);
    const cached = readdirSync(server.cache).filter((name) => name.endsWith('.json'));
    assert.is(cached.length, 1);
    assert.not.match(JSON.stringify(source) + readFileSync(join(server.cache, cached[0] ?? ''), 'utf8'), /secret/);
    assert.match(source?.from ?? '', /\/lists\/top-1m\.csv$/);
  });
});

test('a list that has changed is downloaded anew', async () => {
  await withServer(async (server) => {
    await read(server);
    server.content = '1,a.example\n2,b.example';
    const { lines, source } = await read(server);
    assert.equal([lines, source?.sha256, source?.fetched?.cached], [2, sha256(server.content), false]);
  });
});

test('a copy that was changed since is not used', async () => {
  await withServer(async (server) => {
    await read(server);
    const copy = readdirSync(server.cache).find((name) => name.endsWith('.csv'));
    writeFileSync(join(server.cache, copy ?? ''), '1,another.example');
    assert.is((await read(server)).lines, 200_000);
    assert.equal(server.log, ['whole', 'whole']);
  });
});

test('a download that breaks off is continued', async () => {
  await withServer(async (server) => {
    server.breakAfter = 1_500_000;
    const { lines, source } = await read(server);
    assert.equal([lines, source?.sha256], [200_000, sha256(list)]);
    assert.is(server.log[0], 'whole');
    assert.match(server.log[1] ?? '', /^bytes=\d+-$/);
  });
});

test('a list that the server packs for the way is a list', async () => {
  await withServer(async (server) => {
    server.answer = (_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(list));
      return true;
    };
    assert.is((await read(server)).lines, 200_000);
  });
});

const failures: [sentence: string, answer: Server['answer'], more: object, message: RegExp][] = [
  ['a page that is not there', (_, response) => !!response.writeHead(404).end(), {}, /top-1m\.csv: .*status 404/],
  [
    'a page of words in the place of a list',
    (_, response) => !!response.writeHead(200).end('<html><body>Sign in</body></html>'),
    {},
    /it is an HTML page/,
  ],
  ['another list than is meant', () => false, { sha256: 'a'.repeat(64) }, /is not the expected file/],
];
for (const [sentence, answer, more, message] of failures) {
  test(`${sentence} is an error with the URL`, async () => {
    await withServer(async (server) => {
      server.answer = answer;
      const error = await read(server, more).catch((thrown: unknown) => thrown);
      assert.instance(error, CensusError);
      assert.match(String(error), message);
      assert.not.match(String(error), /secret/);
    });
  });
}

test.run();
