import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  isTooLong,
  lineBatches,
  linesWith,
  lineTexts,
  splitLines,
  Tail,
} from '../../../../orchestrator/core/process/lines.ts';

const test = suite('core/process/lines');

async function* chunksOf(...texts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

async function linesOf(...texts: (string | Uint8Array)[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of splitLines(chunksOf(...texts))) lines.push(line);
  return lines;
}

async function inTexts(chunks: AsyncIterable<Uint8Array>): Promise<string[]> {
  const lines: string[] = [];
  for await (const text of lineTexts(chunks)) lines.push(...text.split('\n'));
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
    assert.equal(await inTexts(chunksOf(...chunks)), lines, 'as texts of lines');
  });
}

test('texts of lines are the lines, however they are cut into chunks', async () => {
  const text = '\n\na\r\n\rb\n\u00e4\u00f6\n\r\n\n'.repeat(9);
  for (let size = 1; size < 40; size++) {
    const bytes = Buffer.from(text);
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
      bytes.subarray(at * size, at * size + size),
    );
    assert.equal(await inTexts(chunksOf(...chunks)), await linesOf(...chunks), `chunks of ${size}`);
  }
});

const found: [title: string, text: string, pattern: RegExp, lines: string[]][] = [
  ['those that match, whole', 'a\nxbx\nb', /b/, ['xbx', 'b']],
  ['each once', 'bb\nbb', /b/, ['bb', 'bb']],
  ['the first and the last', 'b\na\nb', /^b$/, ['b', 'b']],
  ['ends are those of lines', 'ab\nba', /^b/, ['ba']],
  ['what spans two lines is in neither, and the second is looked at by itself', 'a\nb\na b', /a\sb/, ['a b']],
  ['the line behind one that only seemed to match', 'a\na b', /a\s(a )?b?/, ['a b']],
  ['an empty line', '\na\n', /^$/, ['', '']],
  ['none', 'a\nb', /c/, []],
];
for (const [title, text, pattern, lines] of found) {
  test(`lines of a text that match: ${title}`, () => {
    assert.equal(linesWith(text, pattern), lines);
    assert.equal(
      text.split('\n').filter((line) => pattern.test(line)),
      lines,
    );
  });
}

test('the last words are the last twelve lines, of one text or of several', () => {
  const lines = Array.from({ length: 40 }, (_, n) => String(n));
  const [one, more] = [new Tail(), new Tail()];
  one.push(lines.join('\n'));
  for (const line of lines) more.push(line);
  assert.equal([one.lines(), more.lines()], [lines.slice(-12), lines.slice(-12)]);
  one.push('one');
  assert.equal(one.lines(), [...lines.slice(-11), 'one']);
});

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
  assert.equal((await inTexts(chunksOf(`${line}b\nrest`))).map(isTooLong), [true, false]);
});

test.run();
