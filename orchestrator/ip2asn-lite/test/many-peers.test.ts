import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Observations } from '../src/build/observations.ts';
import { buildTable } from '../src/build.ts';
import { FileError } from '../src/errors.ts';
import { type Peer, peerIndexTable, rib, sequence } from './mrt-writer.ts';
import { rejection, withFile } from './scratch.ts';

const test = suite('many peers and origins');

test('memory follows the peers that report a prefix, not the peers of the dump', () => {
  const before = process.memoryUsage().arrayBuffers;
  const seen = new Observations(2);
  for (let row = 0; row < 50_000; row++) {
    seen.openPrefix(Uint16Array.of(0x0a00 + (row >> 8), (row & 255) << 8), 24);
    seen.seeAs(row, 65_534 - (row % 1000));
  }
  const megabytes = (process.memoryUsage().arrayBuffers - before) / 1e6;
  assert.ok(megabytes < 60, `${megabytes} MB`); // a bit for every peer in every row would be 410 MB
  assert.is(seen.peers.count(49_999), 1);
});

test('65,535 peers of one prefix are counted one by one, whatever the order of their entries', async () => {
  const peers = Array.from(
    { length: 65_535 },
    (_, i): Peer => ({ address: `10.1.${i >> 8}.${i & 255}`, asn: 1000 + i }),
  );
  const routes = peers.map((_, i) => ({ peer: (i * 7919) % 65_535, path: sequence(1, i < 32_767 ? 100 : 300) }));
  await withFile('rib', Buffer.concat([peerIndexTable(peers), rib('198.18.4.0/24', routes)]), async (source) => {
    assert.equal((await buildTable({ source })).lookup('198.18.4.7')?.origins, [300, 100]);
  });
});

test('a prefix with more origins than are looked back at has each of them once', async () => {
  const peers = Array.from({ length: 400 }, (_, i): Peer => ({ address: `10.1.${i >> 8}.${i & 255}`, asn: 1000 + i }));
  const routes = peers.map((_, peer) => ({ peer, path: sequence(1, 1 + (peer % 199)) }));
  await withFile('rib', Buffer.concat([peerIndexTable(peers), rib('198.18.4.0/24', routes)]), async (source) => {
    const origins = (await buildTable({ source })).lookup('198.18.4.7')?.origins ?? [];
    // peers 0, 199 and 398 report AS 1, and so on: three peers for 1 and 2, two for the others
    assert.equal(
      [...origins],
      Array.from({ length: 199 }, (_, i) => i + 1),
    );
  });
});

test('a pfx2as line has at most 255 origins, in the order of the file', async () => {
  const origins = Array.from({ length: 255 }, (_, i) => 1000 - i);
  await withFile('table', `198.18.4.0\t24\t${origins.join('_')}\n`, async (source) => {
    assert.equal((await buildTable({ source })).lookup('198.18.4.7')?.origins, origins);
  });
  await withFile('table', `198.18.4.0\t24\t${[...origins, 1].join('_')}\n`, async (source) => {
    const error = await rejection(buildTable({ source }));
    assert.ok(error instanceof FileError && error.code === 'BAD_FORMAT', String(error));
    assert.match(String(error), /expected at most 255 origins of a prefix/);
  });
});

test.run();
