import { chmod, lstat, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildTable, FileError, loadTable, openTable, saveTable, Table } from '../src/index.ts';
import { peerIndexTable, rib, sequence } from './mrt-writer.ts';
import { rejection, withFile, withFolder } from './scratch.ts';

const test = suite('cache');

const RIB = Buffer.concat([
  peerIndexTable([
    { address: '198.18.0.1', asn: 10 },
    { address: '198.18.0.2', asn: 20 },
  ]),
  rib('198.18.0.0/15', [{ peer: 0, path: sequence(10, 64500) }]),
  rib('198.18.4.0/24', [
    { peer: 0, path: sequence(10, 300) },
    { peer: 1, path: sequence(20, 100) },
  ]),
  rib('2001:db8::/32', [{ peer: 0, path: [{ type: 1, asns: [7, 6] }] }]),
  rib('2001:db8:4:5::/64', [{ peer: 0, path: sequence(10, 8) }]),
]);

function build(): Promise<Table> {
  const names = fileURLToPath(new URL('fixtures/asnames.json', import.meta.url));
  return withFile('rib.mrt', RIB, (source) => buildTable({ source, names }));
}

const ADDRESSES = ['198.18.0.1', '198.18.4.1', '198.20.0.0', '2001:db8::1', '2001:db8:4:5::6', '2001:db9::'];

function answers(table: Table): unknown {
  return JSON.parse(JSON.stringify(ADDRESSES.map((address) => table.lookup(address))));
}

/** A saved table, and its bytes. */
async function withCache(use: (path: string, bytes: Buffer, folder: string) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    const path = join(folder, 'table.ip2asn');
    await saveTable(await build(), path);
    await use(path, await readFile(path), folder);
  });
}

function isCacheError(error: unknown, path: string): boolean {
  return error instanceof FileError && error.code === 'BAD_CACHE' && error.file === path && error.expected !== '';
}

test('a loaded table answers like the built one, and knows where it came from', async () => {
  const built = await build();
  await withCache(async (path) => {
    for (const table of [await loadTable(path), await openTable(path)]) {
      assert.equal(answers(table), answers(built));
      assert.equal({ ...table.info, builtAt: null }, { ...built.info, builtAt: null });
      assert.ok(table.info.builtAt instanceof Date);
      assert.equal(table.asOf, new Date('2015-11-01T06:00:00Z'));
      assert.is(table.name(64503), 'SÖX-AS, SE');
      assert.equal(table.prefixes(300).concat(table.prefixes(100)), ['198.18.4.0/24']);
    }
  });
});

test('a loaded table can be saved again, to the same bytes', async () => {
  await withCache(async (path, bytes, folder) => {
    const again = join(folder, 'again');
    await saveTable(await loadTable(path), again);
    assert.ok(bytes.equals(await readFile(again)));
  });
});

test('saving leaves no other file, and replaces the old one', async () => {
  await withCache(async (path, _, folder) => {
    await writeFile(path, 'old');
    await saveTable(await build(), path);
    assert.equal(await readdir(folder), ['table.ip2asn']);
    assert.equal(answers(await loadTable(path)), answers(await build()));
  });
});

test('saving follows a link, keeps permissions, and takes the place of files only', async () => {
  await withCache(async (path, bytes, folder) => {
    const link = join(folder, 'link');
    await chmod(path, 0o600);
    await symlink('table.ip2asn', link);
    await saveTable(await loadTable(path), link);
    assert.ok((await lstat(link)).isSymbolicLink());
    assert.is((await stat(path)).mode & 0o777, 0o600);
    assert.ok(bytes.equals(await readFile(path)));
    for (const place of [folder, '/dev/null'])
      assert.match(String(await rejection(saveTable(await build(), place))), /a folder, device or pipe/);
    assert.ok((await stat('/dev/null')).isCharacterDevice());
    assert.equal((await readdir(folder)).sort(), ['link', 'table.ip2asn']);
  });
});

test('names given with a cache stand in for its own; what only building can do is refused', async () => {
  await withCache(async (path) => {
    const table = await withFile('names', 'AS300 OTHER-AS, FI\n', (names) => openTable(path, { names }));
    assert.is(table.name(300), 'OTHER-AS, FI');
    assert.is(table.name(64503), null);
    assert.is(table.lookup('198.18.4.1')?.asn, 100);
    assert.match(String(await rejection(openTable(path, { names: join(path, 'none') }))), /ENOTDIR|ENOENT/);
    for (const option of [{ asOf: new Date() }, { defaultRoutes: true }, { maxLength4: 24 }, { maxLength6: 48 }])
      assert.match(String(await rejection(openTable(path, option))), /is for building, and .* is a cache/);
  });
});

test('a cache whose line end was changed on the way is a damaged cache, not another format', async () => {
  await withCache(async (path, bytes) => {
    await writeFile(path, Buffer.from(bytes.toString('latin1').replace('\r\n', '\n'), 'latin1'));
    assert.match(String(await rejection(openTable(path))), /expected the magic of an ip2asn-lite cache/);
  });
});

test('a save that fails leaves the old file and no other', async () => {
  await withCache(async (path, bytes, folder) => {
    await rejection(saveTable(await build(), join(folder, 'none', 'table')));
    const table = await build();
    const broken = Object.defineProperty({ ...table.parts }, 'names', {
      get() {
        throw new Error('no names');
      },
    });
    const error = await rejection(saveTable(Object.create(table, { parts: { value: broken } }), path));
    assert.match(String(error), /no names/);
    assert.equal(await readdir(folder), ['table.ip2asn']);
    assert.ok(bytes.equals(await readFile(path)));
  });
});

test('every flipped bit in a sample over the whole file is found', async () => {
  await withCache(async (path, bytes) => {
    const step = Math.max(1, Math.floor(bytes.length / 700));
    const places = [...Array(64).keys(), ...Array.from({ length: 700 }, (_, i) => i * step)];
    for (const at of places.filter((place) => place < bytes.length)) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8));
      await writeFile(path, damaged);
      assert.ok(isCacheError(await rejection(loadTable(path)), path), `byte ${at}`);
    }
  });
});

test('a cache cut anywhere is found', async () => {
  await withCache(async (path, bytes) => {
    for (const length of [0, 1, 7, 8, 12, 23, 24, 100, bytes.length >> 1, bytes.length - 8, bytes.length - 1]) {
      await writeFile(path, bytes.subarray(0, length));
      assert.ok(isCacheError(await rejection(loadTable(path)), path), `${length} bytes`);
    }
  });
});

/** Writes the checksum that belongs to changed content. */
function seal(bytes: Buffer): Buffer {
  bytes.writeUInt32LE(crc32(bytes.subarray(16)), 12);
  return bytes;
}

function edit(bytes: Buffer, change: () => unknown): Buffer {
  change();
  return bytes;
}

/** A change that a checksum does not show, and what the error must say. */
const CRAFTED: [string, (bytes: Buffer) => Buffer, RegExp][] = [
  [
    'a later version',
    (bytes) => edit(bytes, () => bytes.writeUInt32LE(3, 8)),
    /byte 8: expected version 2 .*found version 3/,
  ],
  [
    'bytes after the end',
    (bytes) => Buffer.concat([bytes, Buffer.alloc(8)]),
    /expected the end of the file, found 8 bytes more/,
  ],
  ['a header that is no JSON', (bytes) => edit(bytes, () => bytes.write('[[', 24)), /byte 24: expected a JSON header/],
  [
    'a header without its keys',
    (bytes) => edit(bytes, () => bytes.write('{}'.padEnd(bytes.readUInt32LE(16)), 24)),
    /a header with source/,
  ],
  ['a header length past the end', (bytes) => edit(bytes, () => bytes.writeUInt32LE(0xffffffff, 16)), /a JSON header/],
  [
    'sections longer than the file',
    (bytes) => Buffer.from(bytes.toString('latin1').replace(/"lengths":\[\d/, '"lengths":[9'), 'latin1'),
    /found (the end of the file|sections that do not fit together)/,
  ],
];

for (const [title, change, expected] of CRAFTED) {
  test(`${title} is refused though the checksum fits`, async () => {
    await withCache(async (path, bytes) => {
      await writeFile(path, seal(change(Buffer.from(bytes))));
      const error = await rejection(loadTable(path));
      assert.ok(isCacheError(error, path), String(error));
      assert.match(String(error), expected);
    });
  });
}

test('a cache that was made to lead past its ends answers that there is no route', async () => {
  const { parts } = await build();
  const wild = [
    { ...parts, index4: { ...parts.index4, starts: parts.index4.starts.map((start) => start + 1e6) } },
    { ...parts, trie6: { ...parts.trie6, targets: parts.trie6.targets.map(() => 2 ** 31 - 1) } },
    { ...parts, trie6: { ...parts.trie6, targets: parts.trie6.targets.map(() => -(2 ** 31)) } },
    { ...parts, trie6: { ...parts.trie6, edges: parts.trie6.edges.map(() => 65535) } },
  ];
  await withFolder(async (folder) => {
    for (const [i, changed] of wild.entries()) {
      const path = join(folder, `cache${i}`);
      await saveTable(new Table(changed), path);
      const table = await loadTable(path);
      const led = ADDRESSES.filter((address) => address.includes(':') === i > 0);
      assert.equal(
        led.map((address) => [table.lookup(address), table.asn(address)]),
        led.map(() => [null, null]),
      );
      const batch = i === 0 ? table.lookupBatch(Uint32Array.of(0xc6120001)) : table.lookupBatch6(new Uint8Array(16));
      assert.equal([...batch], [0]);
    }
  });
});

test('a file that is no cache is no cache', async () => {
  await withFile('x', 'not a cache at all, but text', async (path) => {
    assert.match(String(await rejection(loadTable(path))), /byte 0: expected the magic of an ip2asn-lite cache/);
  });
});

test.run();
