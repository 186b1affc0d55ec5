import { spawnSync } from 'node:child_process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { skipUnless } from '../../../test/skip.ts';
import { Bzip2Ends } from '../src/bzip2-ends.ts';
import { FileError, openTable } from '../src/index.ts';
import { rejection, withFile } from './scratch.ts';

const test = suite('what stands behind a bzip2 stream');

function installed(program: string): boolean {
  return spawnSync(program, ['--version'], { input: '' }).error === undefined;
}

function packed(text: string): Buffer {
  return spawnSync('bzip2', ['-c'], { input: text }).stdout;
}

function isSuspect(bytes: Buffer, size: number): boolean {
  const ends = new Bzip2Ends();
  for (let at = 0; at < bytes.length; at += size) ends.push(bytes.subarray(at, at + size));
  ends.end();
  return ends.isSuspect;
}

const first = '198.18.0.0/15\t64500\n';
const second = '198.18.4.0/24\t64501\n';
/** Streams that end at different bits. */
const streams = Array.from({ length: 24 }, (_, at) => packed('x'.repeat(at) + at));

test('a stream, several and an empty one are nothing else, in pieces of any size', () => {
  if (skipUnless(installed('bzip2'), 'bzip2 streams', 'no bzip2')) return;
  const others = [packed(''), packed(first)];
  for (const [at, stream] of streams.entries()) {
    const bytes = Buffer.concat([stream, ...others]);
    for (const size of [1, 2, 3, 7, 16, 1000]) assert.not.ok(isSuspect(bytes, size), `stream ${at} by ${size}`);
  }
});

test('anything else is seen, at whatever bit the stream ends', () => {
  if (skipUnless(installed('bzip2'), 'bytes behind bzip2 streams', 'no bzip2')) return;
  for (const [at, stream] of streams.entries()) {
    for (const more of ['B', 'BZ', 'BQh9', '\0', 'more than a few bytes of something else']) {
      const bytes = Buffer.concat([stream, Buffer.from(more)]);
      for (const size of [1, 5, 1000]) assert.ok(isSuspect(bytes, size), `stream ${at} and ${more} by ${size}`);
    }
  }
});

/** The second stream with another beginning: the programs take it for no stream, and leave it out. */
function torn(): Buffer {
  const bytes = Buffer.concat([packed(first), packed(second)]);
  bytes[bytes.lastIndexOf('BZh') + 1] = 0x51;
  return bytes;
}

for (const [sentence, make] of [
  ['a stream with a damaged beginning', torn],
  ['text', () => Buffer.concat([packed(first), Buffer.from(second)])],
  ['zeros', () => Buffer.concat([packed(first), Buffer.alloc(512)])],
] as const) {
  test(`${sentence} behind a stream is refused: half of a table gives wrong answers`, async () => {
    if (skipUnless(installed('bzip2'), sentence, 'no bzip2')) return;
    await withFile('table.bz2', make(), async (path) => {
      const error = await rejection(openTable(path));
      assert.ok(error instanceof FileError && error.code === 'BAD_FORMAT', String(error));
      assert.match(error.message, /bytes behind the end of a bzip2 stream/);
      assert.is((await openTable(path, { allowTruncated: true })).asn('198.18.4.7'), 64500);
    });
  });
}

test('the first letters of a stream behind another one are a cut file', async () => {
  if (skipUnless(installed('bzip2'), 'letters behind a bzip2 stream', 'no bzip2')) return;
  await withFile('table.bz2', Buffer.concat([packed(first), Buffer.from('BZ')]), async (path) => {
    const error = await rejection(openTable(path));
    assert.ok(error instanceof FileError && error.code === 'TRUNCATED', String(error));
  });
});

test('two streams are one table', async () => {
  if (skipUnless(installed('bzip2'), 'two bzip2 streams', 'no bzip2')) return;
  await withFile('table.bz2', Buffer.concat([packed(first), packed(second)]), async (path) => {
    assert.is((await openTable(path)).asn('198.18.4.7'), 64501);
  });
});

test.run();
