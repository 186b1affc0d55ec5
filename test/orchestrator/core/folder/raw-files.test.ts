import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sha256Of } from '../../../../orchestrator/core/folder/files.ts';
import { RawReader, rawExists, rawNames, rawStream, rawText } from '../../../../orchestrator/core/folder/raw-files.ts';
import { diskWork } from './disk-work.ts';

const test = suite('raw files');

const lines = Array.from(
  { length: 20_000 },
  (_, n) => `{"n":${n},"text":"größer als ein Block, ${'x'.repeat(n % 90)}"}`,
);
const text = lines.map((line) => `${line}\n`).join('');
const small = 'a few words\n';

/** A part with a large file, a small one, one in a folder below, and core's own. */
function partFolder(): { folder: string; temp: string } {
  const home = mkdtempSync(join(tmpdir(), 'raw-files-'));
  const folder = join(home, 'raw', 'scan', '00000');
  mkdirSync(join(folder, 'below'), { recursive: true });
  writeFileSync(join(folder, 'large.ndjson'), text, { mode: 0o600 });
  writeFileSync(join(folder, 'below', 'large.txt'), text);
  writeFileSync(join(folder, 'small.txt'), small);
  writeFileSync(join(folder, 'commands.json'), text);
  return { folder, temp: join(home, '.tmp') };
}

const contents = { 'below/large.txt': text, 'commands.json': text, 'large.ndjson': text, 'small.txt': small };
const digests = Object.fromEntries(Object.entries(contents).map(([name, content]) => [name, sha256Of(content)]));

async function linesOf(reader: RawReader, name: string): Promise<string[]> {
  const all: string[] = [];
  for await (const batch of reader.lines(name)) all.push(...batch);
  return all;
}

const read: [sentence: string, names: string[]][] = [
  ['when the tool read none', []],
  ['when it read one', ['large.ndjson']],
  ['when it read all', ['large.ndjson', 'below/large.txt', 'small.txt', 'commands.json']],
];
for (const [sentence, names] of read) {
  test(`are told by the sha256 of what the program wrote, before and after they are compressed, ${sentence}`, async () => {
    const { folder, temp } = partFolder();
    const reader = new RawReader(folder, temp);
    for (const name of names) await linesOf(reader, name);
    assert.equal(await reader.sha256(), digests);
    assert.ok(existsSync(join(folder, 'large.ndjson')), 'nothing moves before the part is entered');
    await reader.pack();
    assert.equal(readdirSync(folder).sort(), ['below', 'commands.json', 'large.ndjson.gz', 'small.txt']);
    assert.equal(readdirSync(join(folder, 'below')), ['large.txt.gz']);
    assert.is(gunzipSync(readFileSync(join(folder, 'large.ndjson.gz'))).toString(), text);
    assert.is(statSync(join(folder, 'large.ndjson.gz')).mode & 0o777, 0o600);
    assert.equal(await new RawReader(folder, null).sha256(), digests);
    assert.equal(await linesOf(new RawReader(folder, null), 'large.ndjson'), lines);
    assert.equal(await rawNames(folder), Object.keys(contents));
    assert.is(await rawText(join(folder, 'large.ndjson')), text);
    assert.ok(await rawExists(join(folder, 'large.ndjson')));
  });
}

test('that are compressed are on disk before they have their names, and the names before the originals go', async () => {
  const { folder, temp } = partFolder();
  const told = await diskWork(join(folder, '..'), async () => {
    const reader = new RawReader(folder, temp);
    await reader.sha256();
    await reader.pack();
  });
  for (const [name, above] of [
    ['large.ndjson.gz', '00000'],
    ['below/large.txt.gz', '00000/below'],
  ]) {
    const named = told.indexOf(`00000/${name} is named`);
    assert.ok(named > 0, told.join(', '));
    assert.ok(told.slice(0, named).includes(`../../.tmp/${name} is on disk`), told.join(', '));
    assert.is(told[named + 1], `${above} is on disk`);
  }
});

test('stay as they are in a replay', async () => {
  const { folder } = partFolder();
  const reader = new RawReader(folder, null);
  await linesOf(reader, 'large.ndjson');
  await reader.sha256();
  await reader.pack();
  assert.equal(readdirSync(folder).sort(), ['below', 'commands.json', 'large.ndjson', 'small.txt']);
});

/** What a kill may leave of a file that was being compressed. */
const killed: [sentence: string, leave: (folder: string, temp: string) => void][] = [
  [
    'while it was compressed',
    (_, temp) => writeFileSync(join(temp, 'large.ndjson.gz'), gzipSync(text).subarray(0, 500)),
  ],
  ['before the original went', (folder) => writeFileSync(join(folder, 'large.ndjson.gz'), gzipSync(text))],
  [
    'after it went',
    (folder) => {
      writeFileSync(join(folder, 'large.ndjson.gz'), gzipSync(text));
      renameSync(join(folder, 'large.ndjson'), join(folder, '..', 'gone'));
    },
  ],
];
for (const [sentence, leave] of killed) {
  test(`lose nothing to a kill ${sentence}, and are compressed by the next start`, async () => {
    const { folder, temp } = partFolder();
    mkdirSync(temp);
    leave(folder, temp);
    assert.equal(await linesOf(new RawReader(folder, null), 'large.ndjson'), lines);
    const next = new RawReader(folder, temp);
    assert.equal(await linesOf(next, 'large.ndjson'), lines);
    assert.equal(await next.sha256(), digests);
    await next.pack();
    assert.equal(readdirSync(folder).sort(), ['below', 'commands.json', 'large.ndjson.gz', 'small.txt']);
    assert.is(gunzipSync(readFileSync(join(folder, 'large.ndjson.gz'))).toString(), text);
  });
}

test('of both forms the original counts: it is there for as long as the other may not be whole', async () => {
  const { folder } = partFolder();
  writeFileSync(join(folder, 'large.ndjson.gz'), gzipSync('another text\n'));
  assert.is(await rawText(join(folder, 'large.ndjson')), text);
});

test('a tool that stops reading leaves a digest of the whole file', async () => {
  const { folder, temp } = partFolder();
  const reader = new RawReader(folder, temp);
  for await (const _ of reader.lines('large.ndjson')) break;
  assert.equal(await reader.sha256(), digests);
  await reader.pack();
  assert.is(gunzipSync(readFileSync(join(folder, 'large.ndjson.gz'))).toString(), text);
});

test('a file that is not there, or was cut short, is an error and no silence', async () => {
  const { folder, temp } = partFolder();
  const reader = new RawReader(folder, temp);
  const gone = await linesOf(reader, 'gone.txt').catch((error: unknown) => error);
  assert.match(String(gone), 'ENOENT');
  writeFileSync(join(folder, 'cut.txt.gz'), gzipSync(text).subarray(0, 3000));
  const cut = await linesOf(reader, 'cut.txt').catch((error: unknown) => error);
  assert.instance(cut, Error);
  mkdirSync(join(folder, 'folder.txt.gz'));
  const folded = await linesOf(reader, 'folder.txt').catch((error: unknown) => error);
  assert.match(String(folded), 'EISDIR');
  const stream = await rawStream(join(folder, 'gone.txt'));
  assert.match(String(await new Promise((resolve) => stream.on('error', resolve))), 'ENOENT');
});

test.run();
