import { spawn, spawnSync } from 'node:child_process';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { skipUnless } from '../../../test/skip.ts';
import { gunzip } from '../src/gzip.ts';
import { FileError, Ip2AsnError, openTable, type StartProgram, type Table } from '../src/index.ts';
import { changed, rejection, withFile, withFolder } from './scratch.ts';

const test = suite('compressed files');

/** Compressed as gzip, or as bzip2 in its smallest blocks: of a cut one nothing is left. */
function packed(kind: 'gzip' | 'bzip2', bytes: Buffer): Buffer {
  return kind === 'gzip' ? gzipSync(bytes) : spawnSync('bzip2', ['-1c'], { input: bytes }).stdout;
}

for (const kind of ['gzip', 'bzip2'] as const) {
  test(`a ${kind} file that is cut or flipped is an error, a cut one can be taken as far as it goes`, async () => {
    if (skipUnless(spawnSync(kind, ['--version'], { input: '' }).error === undefined, `damaged ${kind}`, `no ${kind}`))
      return;
    const lines = Array.from(
      { length: 60_000 },
      (_, i) => `198.${18 + (i >> 15)}.${(i >> 7) & 255}.${(i & 127) * 2}/31\t${i}\n`,
    );
    const bytes = packed(kind, Buffer.from(lines.join('')));
    await withFile('cut', bytes.subarray(0, bytes.length - 100), async (path) => {
      const error = await rejection(openTable(path));
      assert.ok(error instanceof FileError && error.code === 'TRUNCATED' && error.file === path, String(error));
      const table = await openTable(path, { allowTruncated: true });
      assert.ok(table.prefixCount.ipv4 > 50_000, `${table.prefixCount.ipv4} prefixes are left`);
    });
    await withFile('flipped', changed(bytes, bytes.length >> 1, (bytes[bytes.length >> 1] ?? 0) ^ 4), async (path) => {
      const error = await rejection(openTable(path));
      assert.ok(error instanceof FileError && error.file === path, String(error));
    });
  });
}

const route = '198.18.0.0/31\t64500\n';
const other = '198.18.0.2/31\t64501\n';
const zeros = (count: number) => Buffer.alloc(count);
/** What stands behind a gzip stream; null: it is refused. Each is tried whole, and in pieces of every small size. */
const behind: [sentence: string, bytes: Buffer, text: string | null][] = [
  ['nothing', zeros(0), route],
  ['one zero', zeros(1), route],
  ['as many zeros as a trailer has bytes', zeros(8), route],
  ['a tape block of zeros', zeros(10_240), route],
  ['another stream', gzipSync(other), route + other],
  ['another stream and zeros', Buffer.concat([gzipSync(other), zeros(20)]), route + other],
  ['bytes of something else', Buffer.from('and so on'), null],
  ['zeros, and another stream that would be lost', Buffer.concat([zeros(12), gzipSync(other)]), null],
];
for (const [sentence, bytes, due] of behind) {
  test(`behind a gzip stream: ${sentence}`, async () => {
    const whole = Buffer.concat([gzipSync(route), bytes]);
    for (const size of [1, 2, 7, 8, 9, 64, whole.length]) {
      async function* pieces() {
        for (let at = 0; at < whole.length; at += size) yield whole.subarray(at, at + size);
      }
      async function read(): Promise<string> {
        const parts: Buffer[] = [];
        for await (const part of gunzip(pieces(), 'file.gz', false)) parts.push(part);
        return Buffer.concat(parts).toString();
      }
      if (due !== null) assert.is(await read(), due, `in pieces of ${size}`);
      else {
        const error = await rejection(read());
        assert.ok(error instanceof FileError && error.code === 'BAD_FORMAT', `in pieces of ${size}: ${error}`);
      }
    }
  });
}

const LINES = Array.from({ length: 30_000 }, (_, i) => `198.18.${i >> 7}.${(i & 127) * 2}/31\t${i}\n`);

/** How many lines a file has: one piece of decompressed bytes, or several. */
for (const lines of [3, 30_000]) {
  const text = Buffer.from(LINES.slice(0, lines).join(''));

  test(`a wrong checksum after ${lines} lines stands after the last decompressed byte`, async () => {
    const bytes = gzipSync(text);
    await withFile('flipped', changed(bytes, bytes.length - 6, (bytes.at(-6) ?? 0) ^ 1), async (path) => {
      const error = await rejection(openTable(path));
      assert.ok(error instanceof FileError && error.code === 'BAD_FORMAT', String(error));
      assert.equal([error.offset, error.found], [text.length, 'incorrect data check']);
    });
  });

  test(`gzip without its checksum is cut, also where all ${lines} lines are whole`, async () => {
    // Stored blocks end where the text does: the last line has its newline, and only the trailer is missing.
    await withFile('cut', gzipSync(text, { level: 0 }).subarray(0, -8), async (path) => {
      const error = await rejection(openTable(path));
      assert.ok(error instanceof FileError && error.code === 'TRUNCATED' && error.offset > 0, String(error));
      assert.is((await openTable(path, { allowTruncated: true })).prefixCount.ipv4, lines);
    });
  });
}

test('an error overtakes no bytes that wait for a slow reader', async () => {
  const text = Buffer.from(LINES.slice(0, 1000).join(''));
  const bytes = gzipSync(text, { level: 0 });
  async function* pieces(): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += 2000) yield bytes.subarray(at, at + 2000);
    yield Buffer.from('nonsense after the end is no gzip: \x1f\x8b\x01');
  }
  let read = 0;
  const slow = async (): Promise<void> => {
    for await (const chunk of gunzip(pieces(), 'file', false)) {
      read += chunk.length;
      await sleep(10);
    }
  };
  const error = await slow().catch((error: unknown) => error);
  assert.is(read, text.length, String(error));
});

for (const kind of ['plain', 'gzip', 'bzip2'] as const) {
  test(`a ${kind} table is read from a pipe`, async () => {
    if (
      skipUnless(spawnSync('bzip2', ['--version'], { input: '' }).error === undefined, 'bzip2 from a pipe', 'no bzip2')
    )
      return;
    await withFolder(async (folder) => {
      const path = join(folder, 'pipe');
      assert.is(spawnSync('mkfifo', [path]).status, 0);
      const text = Buffer.from(LINES.join(''));
      const bytes = kind === 'plain' ? text : packed(kind, text);
      const [table] = await Promise.all([openTable(path), writeFile(path, bytes)]);
      assert.is(table.prefixCount.ipv4, 30_000);
    });
  });
}

test('a folder is an error that names it', async () => {
  await withFolder(async (folder) => {
    const error = await rejection(openTable(folder));
    assert.is(String(error), `Error: EISDIR: illegal operation on a directory, read '${folder}'`);
    assert.ok(error instanceof Error && 'code' in error && error.code === 'EISDIR');
  });
});

/** Programs by name: what a script of each says, or null for the installed one. */
type Programs = Readonly<Record<string, string | null>>;

/** Reads a file with a PATH of one folder, which holds these programs alone. */
async function withPrograms(bytes: Buffer, programs: Programs): Promise<Table> {
  const { PATH } = process.env;
  return withFolder(async (folder) => {
    await writeFile(join(folder, 'table.bz2'), bytes);
    for (const [name, script] of Object.entries(programs)) {
      if (script === null) await symlink(join('/usr/bin', name), join(folder, name));
      else await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    }
    process.env.PATH = folder;
    try {
      return await openTable(join(folder, 'table.bz2'));
    } finally {
      process.env.PATH = PATH;
    }
  });
}

/** How a file that is no stream is refused, with a bzip2 of this script or none. */
function withPath(script: string | undefined): Promise<unknown> {
  const bytes = Buffer.from('BZh91AY&SY no stream');
  return rejection(withPrograms(bytes, script === undefined ? {} : { bzip2: script }));
}

test('bzip2 that is not there is named, with what to do', async () => {
  const error = await withPath(undefined);
  assert.ok(error instanceof Ip2AsnError && error.code === 'PROGRAM_MISSING', String(error));
  assert.match(error.message, /table\.bz2 needs the program bzip2.*apt-get install bzip2.*\.gz/);
});

for (const [script, found, offset] of [
  ['echo odd >&2; exit 3', 'bzip2 ended with code 3: odd', 0],
  ['printf "198.18.0.0/15\t7\n"; exit 4', 'bzip2 ended with code 4: ', 16],
  ['kill -9 $$', 'bzip2 ended with SIGKILL: ', 0],
] as const) {
  test(`"${found}" is an error, whatever came out before`, async () => {
    const error = await withPath(script);
    assert.ok(error instanceof FileError && error.code === 'BAD_FORMAT', String(error));
    assert.equal([error.found, error.offset], [found, offset]);
  });
}

const hasBzip2 = spawnSync('bzip2', ['--version'], { input: '' }).error === undefined;
const LINES_TEXT = Buffer.from(LINES.join(''));

for (const [sentence, script] of [
  ['is not there', null],
  ['fails at once', 'exit 1'],
  ['gives up on the way', '/usr/bin/bzip2 -dc | /usr/bin/head -c 123456; exit 1'],
  ['is killed', '/usr/bin/bzip2 -dc | /usr/bin/head -c 1000; kill -9 $$'],
] as const) {
  test(`where lbzip2 ${sentence}, bzip2 gives the same table`, async () => {
    if (skipUnless(hasBzip2, `lbzip2 ${sentence}`, 'no bzip2')) return;
    const table = await withPrograms(packed('bzip2', LINES_TEXT), {
      bzip2: null,
      ...(script === null ? {} : { lbzip2: script }),
    });
    assert.is(table.prefixCount.ipv4, 30_000);
    assert.is(table.asn('198.18.233.8'), 29_828);
  });
}

test('lbzip2 is asked first, and bzip2 not at all where it answers', async () => {
  const script = '/usr/bin/bzip2 -dc';
  const table = await withPrograms(packed('bzip2', LINES_TEXT), { lbzip2: script, bzip2: 'exit 9' });
  assert.is(table.prefixCount.ipv4, 30_000);
});

test('damage is called the same with lbzip2 and without', async () => {
  const isThere = spawnSync('lbzip2', ['--version'], { input: '' }).error === undefined;
  if (skipUnless(hasBzip2 && isThere, 'damage with lbzip2', 'no lbzip2')) return;
  const bytes = packed('bzip2', LINES_TEXT);
  const flipped = (at: number) => changed(bytes, at, (bytes[at] ?? 0) ^ 4);
  const damaged = [
    ...[bytes.length - 2, bytes.length - 7, bytes.length >> 1, 12, 4].map(flipped),
    ...[1, 100, bytes.length >> 1, bytes.length - 20].map((size) => bytes.subarray(0, bytes.length - size)),
    Buffer.concat([bytes, Buffer.from('more')]),
    Buffer.concat([bytes, zeros(512)]),
    Buffer.concat([bytes, Buffer.from('BZ')]),
    Buffer.concat([bytes, changed(bytes, 1, 0x51)]),
    Buffer.concat([bytes, bytes.subarray(0, 1000)]),
  ];
  for (const [i, each] of damaged.entries()) {
    const said = async (programs: Programs) =>
      await withPrograms(each, programs).then(
        ({ prefixCount }) => prefixCount.ipv4,
        (error: FileError) => [error.code, error.found, error.offset],
      );
    assert.equal(await said({ bzip2: null, lbzip2: null }), await said({ bzip2: null }), `file ${i}`);
  }
});

test('what unpacks a table and its names is started as the caller says', async () => {
  if (skipUnless(spawnSync('bzip2', ['--version'], { input: '' }).error === undefined, 'started', 'no bzip2')) return;
  await withFolder(async (folder) => {
    const [source, names] = [join(folder, 'table'), join(folder, 'names')];
    await writeFile(source, packed('bzip2', Buffer.from(route)));
    await writeFile(names, packed('bzip2', Buffer.from('AS64500 EXAMPLE, FI\n')));
    const asked: string[] = [];
    const start: StartProgram = (program, args) => {
      asked.push([program, ...args].join(' '));
      return spawn('bzip2', args, { stdio: 'pipe' });
    };
    const table = await openTable(source, { names, start });
    assert.is(table.name(64500), 'EXAMPLE, FI');
    assert.equal(asked, ['lbzip2 -dc', 'lbzip2 -dc']);
  });
});

test('what is started without pipes is said to be so', async () => {
  const start: StartProgram = () => ({ stdin: process.stdin, stdout: {}, stderr: {} });
  await withFile('table', packed('bzip2', Buffer.from(route)), async (path) => {
    assert.match(String(await rejection(openTable(path, { start }))), 'TypeError: start gives a process');
  });
});

test('a program that ends as a shell does where there is none of its name is missing', async () => {
  const start: StartProgram = () => spawn('sh', ['-c', 'echo "no such program" >&2; exit 127'], { stdio: 'pipe' });
  await withFile('table', packed('bzip2', Buffer.from(route)), async (path) => {
    const error = await rejection(openTable(path, { start }));
    assert.ok(error instanceof Ip2AsnError && error.code === 'PROGRAM_MISSING', String(error));
    assert.match(error.message, 'apt-get install bzip2');
  });
});

test.run();
