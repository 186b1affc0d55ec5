// takes: long
import { readdir, readFile, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fetchRib, Ip2AsnError, openTable } from '../src/index.ts';
import { gets, RIB, RIS, ROUTEVIEWS, utc, withRibs } from './archived-ribs.ts';
import { rejection, withFolder } from './scratch.ts';

const test = suite('fetch');

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
    archive.troubles = [{ status: 403 }];
    assert.match(String(await rejection(fetchRib(call))), /status 403/);
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

test('a redirect is followed', async () => {
  await withRibs({}, async (archive, call) => {
    archive.intercept = (request, response) => {
      if (!request.url?.endsWith('.0600.bz2')) return false;
      response.writeHead(302, { location: `${ROUTEVIEWS[0]}` }).end();
      return true;
    };
    const { path, url } = await fetchRib(call);
    assert.match([path, url].join(), /20151101\.0600\.bz2,.*20151101\.0600\.bz2$/);
    assert.ok(RIB.equals(await readFile(path)));
    assert.match(gets(archive).at(-1) ?? '', /20151031\.2200/);
  });
});

/** Writes bytes one at a time, with a pause before each. */
async function trickle(response: ServerResponse, bytes: Buffer, pause: number): Promise<void> {
  response.writeHead(200, { 'content-length': bytes.length });
  response.flushHeaders();
  for (const byte of bytes) {
    await sleep(pause);
    response.write(Buffer.of(byte));
  }
  response.end();
}

for (const [what, ending] of [
  ['listing', '/2015.11/RIBS/'],
  ['file', '.0600.bz2'],
] as const) {
  test(`a ${what} that trickles for longer than the stall timeout is alive`, async () => {
    await withRibs({}, async (archive, call) => {
      const file = gzipSync('the few bytes of a small file');
      const bytes = what === 'file' ? file : Buffer.from(`<a href="rib.20151101.0600.bz2">`);
      archive.intercept = (request, response) => {
        if (!request.url?.endsWith(ending)) return false;
        void trickle(response, bytes, 20);
        return true;
      };
      const found = await fetchRib({ ...call, stallTimeout: 250, retries: 0 });
      assert.ok((what === 'file' ? file : RIB).equals(await readFile(found.path)));
    });
  });
}

test('a RIB that was cut on the server is fetched again with force, and only with it', async () => {
  await withRibs({}, async (archive, call) => {
    const at = utc('2015-11-01T06:00');
    const cut = RIB.subarray(0, 5000);
    for (const path of ROUTEVIEWS) archive.files.set(path, cut);
    const first = await fetchRib({ ...call, at });
    for (const path of ROUTEVIEWS) archive.files.set(path, RIB);
    assert.equal(await fetchRib({ ...call, at }), { ...first, cached: true });
    assert.ok(cut.equals(await readFile(first.path)));
    assert.equal(await fetchRib({ ...call, at, force: true }), first);
    assert.ok(RIB.equals(await readFile(first.path)));
  });
});

test.run();
