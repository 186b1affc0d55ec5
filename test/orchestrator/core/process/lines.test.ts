import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isTooLong, lineBatches, splitLines } from '../../../../orchestrator/core/process/lines.ts';

const test = suite('core/process/lines');

async function* chunksOf(...texts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

async function linesOf(...texts: (string | Uint8Array)[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of splitLines(chunksOf(...texts))) lines.push(line);
  return lines;
}

const split: [title: string, chunks: (string | Uint8Array)[], lines: string[]][] = [
  ['lines that lie across chunks are put together', ['a\nb', 'c', 'd\ne\n'], ['a', 'bcd', 'e']],
  ['a last line without its end is a line', ['a\nb'], ['a', 'b']],
  ['a carriage return before the end is no part of a line', ['a\r\nb\r', '\nc\rd\n'], ['a', 'b', 'c\rd']],
  ['an empty line is one', ['\n\na\n'], ['', '', 'a']],
  ['nothing at all is no line', [''], []],
  ['a character that lies across chunks stays whole', [Buffer.from([0xc3]), Buffer.from([0xa4, 10])], ['ä']],
  [
    'bytes that are no UTF-8 are replaced one by one, and the line goes on',
    [Buffer.from([97, 0xff, 98, 10])],
    ['a\ufffdb'],
  ],
  ['a NUL is a character like others', ['a\u0000b\n'], ['a\u0000b']],
];
for (const [title, chunks, lines] of split) {
  test(title, async () => {
    assert.equal(await linesOf(...chunks), lines);
  });
}

const megabyte = Buffer.alloc(1 << 20, 97);
async function* flood(megabytes: number): AsyncGenerator<Uint8Array> {
  yield Buffer.from('before\n');
  for (let sent = 0; sent < megabytes; sent += 1) yield megabyte;
  yield Buffer.from('\nbehind\n');
}

test('of a line of any length only the beginning is held, and it says so', async () => {
  const megabytes = Number(process.env.MATRIX_MEGABYTES ?? 150);
  const before = process.memoryUsage().rss;
  let most = 0;
  const lines: string[] = [];
  async function* watched() {
    for await (const chunk of flood(megabytes)) {
      most = Math.max(most, process.memoryUsage().rss - before);
      yield chunk;
    }
  }
  for await (const some of lineBatches(watched())) lines.push(...some);
  assert.equal([lines.length, lines[0], lines[2]], [3, 'before', 'behind']);
  const long = lines[1] ?? '';
  assert.ok(isTooLong(long) && long.startsWith('aaaa') && long.length < 300, long.slice(0, 80));
  assert.ok(most < 128 << 20, `${most} bytes`);
});

test('a line of four million characters is kept, and is not taken for a longer one', async () => {
  const line = 'b'.repeat(1 << 22);
  assert.equal(await linesOf(line.slice(0, 5), line.slice(5), '\nrest'), [line, 'rest']);
  assert.is((await linesOf(`${line}b\n`)).map(isTooLong).join(), 'true');
});

test.run();
