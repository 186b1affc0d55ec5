import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type FetchOptions, fetchRib, Ip2AsnError, openTable } from '../src/index.ts';
import { type Archive, type ArchiveOptions, withArchive } from './archive-server.ts';
import { peerIndexTable, rib, sequence } from './mrt-writer.ts';
import { rejection, withFolder } from './scratch.ts';

const test = suite('fetch');

const utc = (text: string): Date => new Date(`${text}Z`);

const RIB = gzipSync(
  Buffer.concat([
    peerIndexTable([{ address: '198.18.0.1', asn: 10 }]),
    ...Array.from({ length: 2000 }, (_, i) => {
      const path = sequence(10, (i * 2654435761) % 400_000);
      return rib(`198.18.${i >> 8}.${i & 255}/32`, [{ peer: 0, path }]);
    }),
  ]),
);

const ROUTEVIEWS = ['20151031.2200', '20151101.0000', '20151101.0200', '20151101.0600'].map(
  (stamp) => `/bgpdata/${stamp.slice(0, 4)}.${stamp.slice(4, 6)}/RIBS/rib.${stamp}.bz2`,
);
const RIS = ['20151031.1600', '20151101.0000', '20151101.0800'].map(
  (stamp) => `/rrc00/${stamp.slice(0, 4)}.${stamp.slice(4, 6)}/bview.${stamp}.gz`,
);

/** An archive with RIBs of both layouts, and a folder to keep them in. */
function withRibs(
  options: ArchiveOptions,
  use: (archive: Archive, call: FetchOptions) => Promise<void>,
): Promise<void> {
  return withArchive(options, (archive) =>
    withFolder((folder) => {
      for (const path of [...ROUTEVIEWS, ...RIS]) archive.files.set(path, RIB);
      const onProgress = (bytes: number): void => archive.taken(bytes);
      const fast = { retryDelay: 1, retries: 3, stallTimeout: 1000, onProgress };
      return use(archive, { from: archive.base, at: utc('2015-11-01T05:00'), folder, ...fast });
    }),
  );
}

const gets = (archive: Archive): string[] => archive.log.filter((line) => /GET .*\.(gz|bz2)/.test(line));

for (const [layout, path, base] of [
  ['routeviews', ROUTEVIEWS[3], ''],
  ['ris', RIS[2], 'rrc00'],
] as const) {
  test(`the nearest RIB of a ${layout} archive arrives whole, is kept, and can be read`, async () => {
    await withRibs({}, async (archive, call) => {
      const options = { ...call, from: archive.base + base };
      const found = await fetchRib(options);
      assert.is(found.url, new URL(path ?? '', archive.base).href);
      assert.is(found.cached, false);
      assert.ok(RIB.equals(await readFile(found.path)));
      assert.is((await openTable(found.path)).prefixCount.ipv4, 2000);
      assert.equal(await fetchRib(options), { ...found, cached: true });
      assert.is(gets(archive).length, 1);
      assert.is((await readdir(join(found.path, '..'))).length, 1, 'no part is left');
    });
  });
}

test('a kept RIB of exactly the wanted minute needs no request', async () => {
  await withRibs({}, async (archive, call) => {
    const at = utc('2015-11-01T06:00');
    await fetchRib({ ...call, at });
    const before = archive.log.length;
    assert.is((await fetchRib({ ...call, at })).cached, true);
    assert.is(archive.log.length, before);
  });
});

test('the turn of the month is searched on both sides', async () => {
  await withRibs({}, async (_, call) => {
    assert.match((await fetchRib({ ...call, at: utc('2015-11-01T00:00') })).url, /20151101\.0000/);
    assert.match((await fetchRib({ ...call, at: utc('2015-10-31T23:01') })).url, /20151101\.0000/);
    assert.match((await fetchRib({ ...call, at: utc('2015-10-31T22:59') })).url, /20151031\.2200/);
  });
});

test('an archive that lists no folders is asked for the scheduled files', async () => {
  await withRibs({ listings: false }, async (archive, call) => {
    assert.match((await fetchRib(call)).url, /20151101\.0600/);
    assert.equal(
      archive.log.filter((line) => line.startsWith('HEAD')).map((line) => line.slice(-17)),
      ['20151101.0400.bz2', '20151101.0600.bz2'],
    );
  });
});

test('no RIB near enough is an error that says where was looked', async () => {
  await withRibs({}, async (_, call) => {
    const error = await rejection(fetchRib({ ...call, at: utc('2015-11-20T00:00') }));
    assert.ok(error instanceof Ip2AsnError && error.code === 'NO_RIB', String(error));
    assert.match(
      error.message,
      /within 24 hours of 2015-11-20T00:00:00.000Z in .*bgpdata\/2015\.11\/RIBS\/ and .*\/2015\.11\//,
    );
    assert.match(
      (await fetchRib({ ...call, at: utc('2015-11-20T00:00'), within: 30 * 86_400_000 })).url,
      /20151101\.0600/,
    );
  });
});

test('a broken connection is continued where it broke', async () => {
  await withRibs({}, async (archive, call) => {
    archive.troubles = [{ breakAfter: 5000 }, { status: 503 }, { breakAfter: 3000 }];
    const { path } = await fetchRib(call);
    assert.ok(RIB.equals(await readFile(path)));
    const ranges = gets(archive).map((line) => Number(/bytes=(\d+)-/.exec(line)?.[1] ?? 0));
    assert.equal(ranges, [0, 5000, 5000, 8000]);
  });
});

test('a later run continues what an earlier one left', async () => {
  await withRibs({}, async (archive, call) => {
    archive.troubles = [{ breakAfter: 7000 }];
    assert.match(String(await rejection(fetchRib({ ...call, retries: 0 }))), /tried 1 times/);
    const { path } = await fetchRib(call);
    assert.ok(RIB.equals(await readFile(path)));
    assert.match(gets(archive)[1] ?? '', /bytes=7000-/);
  });
});

test('a file that changed meanwhile is begun again', async () => {
  await withRibs({}, async (archive, call) => {
    archive.troubles = [{ breakAfter: 7000 }];
    await rejection(fetchRib({ ...call, retries: 0 }));
    const changed = gzipSync(Buffer.concat([Buffer.alloc(9000, 1), RIB]));
    for (const path of ROUTEVIEWS) archive.files.set(path, changed);
    assert.ok(changed.equals(await readFile((await fetchRib(call)).path)));
  });
});

test('a server without ranges sends the file again from its start', async () => {
  await withRibs({ ranges: false }, async (archive, call) => {
    archive.troubles = [{ breakAfter: 7000 }];
    assert.ok(RIB.equals(await readFile((await fetchRib(call)).path)));
  });
});

test('a silent server counts as broken', async () => {
  await withRibs({}, async (archive, call) => {
    archive.troubles = [{ silent: true }];
    assert.ok(RIB.equals(await readFile((await fetchRib(call)).path)));
    assert.is(gets(archive).length, 2);
  });
});

test('an answer that passes is asked for again, at most as often as was said', async () => {
  await withRibs({}, async (archive, call) => {
    archive.troubles = Array.from({ length: 9 }, () => ({ status: 500 }));
    const error = await rejection(fetchRib(call));
    assert.ok(error instanceof Ip2AsnError && error.code === 'FETCH_FAILED');
    assert.match(error.message, /status 500 \(tried 4 times\)/);
    assert.is(gets(archive).length, 4);
  });
});

test('an answer that does not pass is not asked for again', async () => {
  await withRibs({}, async (archive, call) => {
    archive.troubles = [{ status: 410 }];
    assert.match(String(await rejection(fetchRib(call))), /status 410/);
    assert.is(gets(archive).length, 1);
  });
});

test('a page of words in place of a RIB is refused and not kept', async () => {
  await withRibs({}, async (archive, call) => {
    for (const path of ROUTEVIEWS) archive.files.set(path, Buffer.from('<html>please log in</html>'));
    assert.match(String(await rejection(fetchRib(call))), /is no RIB: it begins with "<html>/);
    for (const path of ROUTEVIEWS) archive.files.set(path, RIB);
    assert.is((await fetchRib(call)).cached, false);
  });
});

test('the fetch that is handed in is the one that is used', async () => {
  await withFolder(async (folder) => {
    const asked: string[] = [];
    const stub: typeof fetch = async (input) => {
      const url = String(input);
      asked.push(url);
      return url.endsWith('/') ? new Response('<a href="bview.20151101.0000.gz">') : new Response(new Uint8Array(RIB));
    };
    const at = utc('2015-11-01T00:10');
    const { path } = await fetchRib({ from: 'http://archive.test/rrc1', at, folder, layout: 'ris', fetch: stub });
    assert.ok(RIB.equals(await readFile(path)));
    assert.equal(new Set(asked.map((url) => new URL(url).host)), new Set(['archive.test']));
    assert.ok(path.endsWith('archive.test/rrc1/2015.11/bview.20151101.0000.gz'), path);
  });
});

test('a disk that refuses is not tried again', async () => {
  await withRibs({}, async (archive, call) => {
    const file = join(call.folder, 'file');
    await writeFile(file, '');
    assert.match(String(await rejection(fetchRib({ ...call, folder: file }))), /ENOTDIR/);
    assert.is(gets(archive).length, 0);
  });
});

test.run();
