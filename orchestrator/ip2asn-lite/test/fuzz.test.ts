// takes: long
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Collector } from '../src/build/collector.ts';
import { buildFamily } from '../src/build/family-builder.ts';
import { looksLikeMrt, readMrt } from '../src/formats/mrt.ts';
import { buildTable, FileError, loadTable, saveTable, type Table } from '../src/index.ts';
import { attribute, genericRib, peerIndexTable, rib, sequence, tableDump } from './mrt-writer.ts';
import { Mutations } from './mutations.ts';
import { plainMrt } from './plain-mrt.ts';
import { withFolder } from './scratch.ts';

const test = suite('fuzz');

/** FUZZ_SECONDS for both readers together; FUZZ_SEED repeats a run. */
const SECONDS = Number(process.env.FUZZ_SECONDS ?? 20);
const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31) || 1;

/** A step that takes longer than this hangs, even on a machine with other work. */
const PATIENCE_MS = 10_000;

const PEERS = [
  { address: '198.18.0.1', asn: 10 },
  { address: '198.18.0.2', asn: 20 },
  { address: '2001:db8::4', asn: 4_200_000 },
];

const SEEDS: Buffer[] = [
  Buffer.concat([
    peerIndexTable(PEERS),
    rib('198.18.0.0/15', [
      { peer: 0, path: sequence(10, 64500) },
      { peer: 1, path: sequence(20, 64501) },
      { peer: 2, path: sequence(4_200_000, 64501) },
    ]),
    rib('198.18.4.0/24', [{ peer: 1, path: [...sequence(20), { type: 1, asns: [300, 200, 250] }] }]),
    rib('198.18.4.128/25', [{ peer: 0, path: [] }]),
    rib('0.0.0.0/0', [{ peer: 0, path: sequence(10) }]),
  ]),
  Buffer.concat([
    peerIndexTable(PEERS),
    rib('2001:db8::/32', [
      { peer: 2, path: sequence(4_200_000, 7), pathId: 1 },
      { peer: 2, path: sequence(4_200_000, 8), pathId: 2 },
    ]),
    rib('2001:db8:4::/48', [{ peer: 0, path: [...sequence(10, 7), { type: 3, asns: [65001] }] }]),
    rib('198.19.0.0/16', [{ peer: 1, path: sequence(20, 9), pathId: 5 }]),
    genericRib(1, 1, '198.18.8.0/21', [{ peer: 1, path: sequence(20, 9) }]),
    genericRib(2, 1, '2001:db8:8::/48', [{ peer: 2, path: sequence(20, 9) }], 3),
  ]),
  Buffer.concat([
    tableDump('198.18.4.0/24', { address: '198.18.0.1', asn: 10 }, sequence(10, 23456), sequence(400_000)),
    tableDump('198.18.4.0/24', { address: '198.18.0.2', asn: 20 }, sequence(20, 100)),
    tableDump('2001:db8::/32', { address: '2001:db8::4', asn: 30 }, sequence(30, 100)),
    tableDump('198.18.5.0/24', { address: '198.18.0.1', asn: 10 }, sequence(10, 23456), sequence(400_000), [
      attribute(7, Buffer.of(0x5b, 0xa0, 198, 18, 0, 1)),
      attribute(18, Buffer.of(0, 6, 26, 128, 198, 18, 0, 1)),
    ]),
  ]),
];

/** Bytes in pieces of any size, as a stream may cut them. */
async function* pieces(bytes: Buffer, mutations: Mutations): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + mutations.below(mutations.below(2) === 0 ? 20 : 400);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

/** What the reader makes of a dump, like plainMrt; or the FileError that it throws, the only one that it may. */
async function read(bytes: Buffer, mutations: Mutations, careless: boolean): Promise<Map<string, string> | FileError> {
  const collector = new Collector({});
  const input = { file: 'fuzzed', head: bytes, chunks: pieces(bytes, mutations) };
  try {
    await readMrt(input, collector, { tolerant: careless, skipBadRecords: careless });
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    assert.ok(error.offset >= 0 && error.offset <= bytes.length && error.expected !== '' && error.file === 'fuzzed');
    return error;
  }
  const found = new Map<string, string>();
  for (const [family, seen] of [['4', collector.ipv4] as const, ['6', collector.ipv6] as const]) {
    const { prefixes } = buildFamily(seen);
    for (let row = 0; row < prefixes.count; row++) {
      assert.is(prefixes.origins(row)[0], prefixes.asns[row]);
      found.set(`${family} ${prefixes.text(row)}`, prefixes.origins(row).join());
    }
  }
  return found;
}

function plainOrNull(bytes: Buffer): Map<string, string> | null {
  try {
    return plainMrt(bytes);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

async function fuzzMrt(mutations: Mutations): Promise<boolean> {
  const [seed, other] = [SEEDS[mutations.below(SEEDS.length)], SEEDS[mutations.below(SEEDS.length)]];
  if (seed === undefined || other === undefined) throw new RangeError('no seed');
  const bytes = mutations.damage(seed, other);
  await read(bytes, mutations, true);
  const found = await read(bytes, mutations, false);
  const plain = plainOrNull(bytes);
  // A dump that holds no RIB record at all is an error of its own; the plain decoder has none for it.
  if (found instanceof FileError)
    assert.ok(plain === null || plain.size === 0, `refused: ${found.message}\n${bytes.toString('hex')}`);
  else
    assert.equal(
      [...found].sort(),
      [...(plain ?? [['', 'the plain decoder refuses it']])].sort(),
      bytes.toString('hex'),
    );
  looksLikeMrt(bytes);
  return !(found instanceof FileError);
}

const PROBES = [
  '0.0.0.0',
  '198.18.4.7',
  '198.18.4.200',
  '198.19.0.1',
  '255.255.255.255',
  '::',
  '2001:db8::1',
  '2001:db8:4::1',
  'ffff::',
];

/** Every answer is one that can be written down, whatever the arrays hold. */
function askEverything(table: Table): void {
  for (const address of PROBES) {
    const match = table.lookup(address);
    if (match !== null) JSON.stringify(match);
    table.asn(address);
  }
  table.lookupBatch(Uint32Array.of(0, 0xc6120407, 0xffffffff));
  table.lookupBatch6(Buffer.alloc(32, 0x20));
  for (const asn of [0, 7, 64500]) {
    table.name(asn);
    table.prefixes(asn);
    table.size(asn);
  }
}

async function fuzzCache(mutations: Mutations, whole: Buffer, path: string): Promise<boolean> {
  const damaged = mutations.below(2) === 0 ? mutations.damage(whole, whole) : mutations.flip(whole);
  const sealed = mutations.below(2) === 0 && damaged.length >= 24;
  if (sealed) damaged.writeUInt32LE(crc32(damaged.subarray(16)), 12);
  await writeFile(path, damaged);
  try {
    askEverything(await loadTable(path));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    assert.is(error.code, 'BAD_CACHE');
    assert.ok(error.file === path && error.offset <= damaged.length);
    return false;
  }
  assert.ok(sealed || damaged.equals(whole), 'damage is never taken for a table');
  return true;
}

/** Repeats a step until the time is up; says how often, and how often the input was still readable. */
async function repeat(what: string, seconds: number, step: (mutations: Mutations) => Promise<boolean>): Promise<void> {
  const end = Date.now() + seconds * 1000;
  let rounds = 0;
  let readable = 0;
  for (let now = Date.now(); now < end; rounds++) {
    const seed = SEED + rounds;
    try {
      if (await step(new Mutations(seed))) readable++;
    } catch (error) {
      throw new Error(`FUZZ_SEED=${seed}: ${error instanceof Error ? error.message : error}`, { cause: error });
    }
    const took = Date.now() - now;
    assert.ok(took < PATIENCE_MS, `FUZZ_SEED=${seed}: ${took} ms`);
    now += took;
  }
  console.log(`fuzz ${what}: ${rounds} inputs, ${readable} of them readable, seeds from ${SEED}`);
  assert.ok(readable > 0 && readable < rounds, 'some inputs are readable and some are not');
}

test('the undamaged seeds are read alike', async () => {
  for (const seed of SEEDS) assert.equal(await read(seed, new Mutations(1), false), plainMrt(seed));
});

test('damaged MRT files are refused with a place, or give what a plain decoder gives', () =>
  repeat('MRT', SECONDS * 0.6, fuzzMrt));

test('damaged caches are refused, and forged ones neither crash nor hang', async () => {
  await withFolder(async (folder) => {
    const [source, cache] = [join(folder, 'rib'), join(folder, 'cache')];
    await writeFile(source, Buffer.concat(SEEDS));
    await saveTable(await buildTable({ source }), cache);
    const whole = await readFile(cache);
    await repeat('cache', SECONDS * 0.4, (mutations) => fuzzCache(mutations, whole, join(folder, 'damaged')));
  });
});

test.run();
