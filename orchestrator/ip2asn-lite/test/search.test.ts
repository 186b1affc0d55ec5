import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fetchRib, findRib, Ip2AsnError } from '../src/index.ts';
import { gets, RIB, RIS, ROUTEVIEWS, utc, withRibs } from './archived-ribs.ts';
import { rejection } from './scratch.ts';

const test = suite('search for a RIB');

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
      archive.log.filter((line) => line.endsWith('.bz2')).map((line) => line.replace(/ .*rib/, '')),
      ['HEAD.20151101.0400.bz2', 'HEAD.20151101.0600.bz2', 'GET.20151101.0600.bz2'],
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

test('the error names the nearest RIB that is listed and too far, and none where none is', async () => {
  await withRibs({}, async (archive, call) => {
    const at = utc('2015-11-20T00:00');
    assert.match(
      String(await rejection(findRib({ ...call, at }))),
      /; the nearest in the folders around is of 2015-11-01T06:00:00.000Z, 450 hours away$/,
    );
    archive.files.clear();
    assert.match(String(await rejection(findRib({ ...call, at }))), /\/2015\.11\/$/);
  });
});

for (const listings of [true, false]) {
  test(`the nearest RIB of an archive that lists ${listings ? 'its' : 'no'} folders is found without being fetched`, async () => {
    await withRibs({ listings }, async (archive, call) => {
      const { url, time, name } = await findRib(call);
      assert.equal([name, time], ['rib.20151101.0600.bz2', utc('2015-11-01T06:00')]);
      assert.equal(gets(archive), []);
      assert.is((await fetchRib(call)).url, url);
    });
  });
}

const DAY = 86_400_000;

/** RIBs that there are, wanted time, days that it may lie away, and which is the nearest. */
const FAR: [string[], string, number, string][] = [
  [['20150920.0000', '20151028.0000'], '2015-11-15', 70, '20151028.0000'],
  [['20151028.0000'], '2015-12-01', 70, '20151028.0000'],
  [['20150920.0000', '20160220.0000'], '2015-11-15', 100, '20150920.0000'],
  [['20151001.0000', '20151231.0000'], '2015-11-15', 50, '20151001.0000'],
  [['20151001.0000', '20151230.0000'], '2015-11-15', 50, '20151001.0000'],
  [['20151001.0000', '20151229.0000'], '2015-11-15', 50, '20151229.0000'],
];

for (const [stamps, at, days, nearest] of FAR) {
  test(`of ${stamps.join(' and ')} ${nearest} is nearest to ${at} within ${days} days`, async () => {
    await withRibs({}, async (archive, call) => {
      archive.files.clear();
      for (const stamp of stamps)
        archive.files.set(`/bgpdata/${stamp.slice(0, 4)}.${stamp.slice(4, 6)}/RIBS/rib.${stamp}.bz2`, RIB);
      const { url } = await fetchRib({ ...call, at: utc(`${at}T00:00`), within: days * DAY });
      assert.ok(url.endsWith(`rib.${nearest}.bz2`), url);
    });
  });
}

test('a month is listed only when a RIB of it could be nearer', async () => {
  await withRibs({}, async (archive, call) => {
    await fetchRib({ ...call, layout: 'routeviews', within: 300 * DAY });
    assert.equal(
      archive.log.filter((line) => line.endsWith('/')),
      ['GET /bgpdata/2015.11/RIBS/'],
    );
  });
});

for (const status of [403, 405, 501]) {
  test(`a server that answers HEAD with ${status} is asked for the first byte`, async () => {
    await withRibs({ listings: false }, async (archive, call) => {
      archive.intercept = (request, response) => {
        if (request.method === 'HEAD') response.writeHead(status).end();
        return request.method === 'HEAD';
      };
      assert.match((await fetchRib(call)).url, /20151101\.0600/);
      assert.equal(
        archive.log
          .filter((line) => line.includes('.bz2'))
          .map((line) => `${line.split(' ')[0]}${line.split('.bz2')[1]}`),
        ['HEAD', 'GET bytes=0-0', 'HEAD', 'GET bytes=0-0', 'GET'],
      );
    });
  });
}

test('a server that refuses both is an error with its status, not an archive without RIBs', async () => {
  await withRibs({ listings: false }, async (archive, call) => {
    archive.intercept = (request, response) => {
      if (request.url?.endsWith('/')) return false;
      response.writeHead(403).end();
      return true;
    };
    assert.match(String(await rejection(fetchRib(call))), /status 403/);
  });
});

for (const status of [404, 410]) {
  test(`a listed file that answers ${status} is passed over for the next nearest`, async () => {
    await withRibs({}, async (archive, call) => {
      archive.troubles = [{ status }, { status }];
      assert.match((await fetchRib({ ...call, layout: 'routeviews' })).url, /20151101\.0000/);
      assert.equal(
        gets(archive).map((line) => line.slice(-17, -4)),
        ['20151101.0600', '20151101.0200', '20151101.0000'],
      );
    });
  });
}

test('an archive whose files are all gone has no RIB, and the cause says why', async () => {
  await withRibs({}, async (archive, call) => {
    archive.intercept = (request, response) => {
      if (request.url?.endsWith('/') || request.method === 'HEAD') return false;
      response.writeHead(404).end();
      return true;
    };
    const error = await rejection(fetchRib(call));
    assert.ok(error instanceof Ip2AsnError && error.code === 'NO_RIB', String(error));
    assert.match(String(error.cause), /status 404/);
    assert.is(gets(archive).length, 4);
    assert.is(new Set(gets(archive)).size, gets(archive).length, 'none is asked for twice');
  });
});

for (const [at, winner] of [
  ['2015-11-01T07:30', /bview\.20151101\.0800/],
  ['2015-11-01T05:30', /rib\.20151101\.0600/],
] as const) {
  for (const listings of [true, false]) {
    test(`of both layouts in one archive that lists ${listings ? 'its' : 'no'} folders, the nearest to ${at} wins`, async () => {
      await withRibs({ listings }, async (archive, call) => {
        for (const path of RIS) archive.files.set(path.replace('/rrc00', ''), RIB);
        for (const path of ROUTEVIEWS) archive.files.set(path, RIB);
        assert.match((await fetchRib({ ...call, at: utc(at) })).url, winner);
      });
    });
  }
}

test('a query of the base goes with every request, and is neither shown nor kept', async () => {
  await withRibs({}, async (archive, call) => {
    const from = `${archive.base}?token=secret`;
    const { path, url } = await fetchRib({ ...call, from });
    assert.ok(
      archive.log.every((line) => line.includes('?token=secret')),
      archive.log.join(),
    );
    assert.ok(url.endsWith('.bz2?token=secret') && path.endsWith('.bz2'), `${url} ${path}`);
    archive.troubles = [{ status: 403 }];
    assert.not.match(String(await rejection(fetchRib({ ...call, from, force: true }))), /secret/);
  });
});

/** Options without sense, and what is said of them. */
const WRONG: [Record<string, unknown>, RegExp][] = [
  [{ at: new Date('never') }, /^TypeError: at is to be a valid Date/],
  [{ at: '2015-11-01' }, /^TypeError: at is to be a valid Date, and is 2015-11-01/],
  [{ from: 'archive' }, /^TypeError: from is to be the URL of an archive, and is "archive"/],
  [{ within: Number.NaN }, /^TypeError: within is to be milliseconds/],
  [{ within: -1 }, /^TypeError: within is to be milliseconds/],
  [{ layout: 'ris2' }, /^TypeError: layout is to be one of routeviews, ris, and is "ris2"/],
];

for (const [wrong, message] of WRONG) {
  test(`${JSON.stringify(wrong)} is refused by name before anything is asked`, async () => {
    await withRibs({}, async (archive, call) => {
      assert.match(String(await rejection(fetchRib(Object.assign({}, call, wrong)))), message);
      assert.equal(archive.log, []);
    });
  });
}

test.run();
