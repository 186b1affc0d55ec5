import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CensusError } from '../../../orchestrator/errors.ts';
import { openReplies } from '../../../orchestrator/judge/open-replies.ts';
import { skipUnless } from '../../skip.ts';

const test = suite('replies however they were kept');

const bytes = readFileSync('test/fixtures/zmap/v1.ndjson');
const plain = bytes.toString().trimEnd().split('\n');
const utf16 = Buffer.from(`\ufeff${bytes}`, 'utf16le');

async function linesOf(input: Buffer): Promise<string[]> {
  const lines: string[] = [];
  for await (const some of openReplies(Readable.from([input.subarray(0, 7), input.subarray(7)]))) lines.push(...some);
  return lines.map((line) => line.replace('\ufeff', ''));
}

function packed(program: string): Buffer | null {
  try {
    return execFileSync(program, ['-c'], { input: bytes, stdio: 'pipe' });
  } catch {
    return null;
  }
}

const kept: [how: string, input: Buffer | null][] = [
  ['as they are', bytes],
  ['with the line ends of Windows', Buffer.from(bytes.toString().replaceAll('\n', '\r\n'))],
  ['with the line ends of an old Mac', Buffer.from(bytes.toString().replaceAll('\n', '\r'))],
  ['as PowerShell writes them, in UTF-16', utf16],
  ['in UTF-16 of the other byte order', Buffer.from(utf16).swap16()],
  ['in gzip', gzipSync(bytes)],
  ['in gzip, in two pieces', Buffer.concat([gzipSync(bytes.subarray(0, 99)), gzipSync(bytes.subarray(99))])],
  ...['bzip2', 'xz', 'zstd'].map((name): [string, Buffer | null] => [`in ${name}`, packed(name)]),
];
for (const [how, input] of kept) {
  test(`${how}: the same lines`, async () => {
    if (skipUnless(input !== null, how, 'the program that packs is missing') || input === null) return;
    assert.equal(await linesOf(input), plain);
  });
}

test('zero bytes that a crash left are a line of their own', async () => {
  assert.equal((await linesOf(Buffer.concat([bytes, Buffer.alloc(4096)]))).slice(0, -1), plain);
});

test('what cannot be unpacked on its way, or is cut, is said', async () => {
  const cases: [input: Buffer, says: RegExp][] = [
    [Buffer.from('PK\u0003\u0004 and more'), /standard input: a zip archive cannot be read from stdin/],
    [gzipSync(bytes).subarray(0, 700), /standard input: /],
    [Buffer.from('%PDF-1.7\n'), /standard input: it is a PDF/],
  ];
  for (const [input, says] of cases) {
    const error: unknown = await linesOf(input).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof CensusError, says.source);
    assert.match(error.message, says);
  }
});

test.run();
