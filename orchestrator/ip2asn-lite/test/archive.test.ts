import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { monthsAround, nearestFirst, ribFolder, ribsInListing, scheduledRibs } from '../src/fetch/archive.ts';

const test = suite('choice of the archived file');

const utc = (text: string): Date => new Date(`${text}Z`);

const STAMPS = ['20151031.2200', '20151101.0000', '20151101.0200', '20151101.0600'];

test('folders are named as the archives name them', () => {
  const at = utc('2015-11-01T06:00');
  assert.is(ribFolder('http://a.example', 'routeviews', at), 'http://a.example/bgpdata/2015.11/RIBS/');
  assert.is(
    ribFolder('http://a.example/route-views3/', 'routeviews', at),
    'http://a.example/route-views3/bgpdata/2015.11/RIBS/',
  );
  for (const base of ['http://a.example/bgpdata', 'http://a.example/bgpdata/', 'http://a.example/bgpdata//'])
    assert.is(ribFolder(base, 'routeviews', at), 'http://a.example/bgpdata/2015.11/RIBS/');
  assert.is(
    ribFolder('http://a.example/mybgpdata', 'routeviews', at),
    'http://a.example/mybgpdata/bgpdata/2015.11/RIBS/',
  );
  assert.is(ribFolder('http://a.example/x?token=1', 'ris', at), 'http://a.example/x/2015.11/?token=1');
  assert.is(ribFolder('http://a.example/rrc00', 'ris', at), 'http://a.example/rrc00/2015.11/');
});

test('a listing gives its RIBs and nothing else', () => {
  const html = `<a href="?C=M;O=A">x</a> <a href="/bgpdata/2015.11/">Parent</a> <A HREF=rib.20151101.0000.bz2>r</A>
    <a href="rib.20151101.0200.bz2">r</a><a href="rib.20151101.0200.bz2">again</a> <a href="./rib.20080501.0644.bz2">old</a>
    <a href='rib.20151101.0800.bz2'>single</a>
    <a href = "rib.20151101.1000.bz2?C=1">q</a> <a href="rib.20151341.0000.bz2">no date</a> <a href="rib.20150230.0000.bz2">no day</a> <a href="rib.20151101.0400.bz2.md5">sum</a> <a href="updates.20151101.0000.bz2">u</a>
    <a href="bview.20151101.0000.gz">other archive</a>`;
  const found = ribsInListing(html, 'http://a.example/bgpdata/2015.11/RIBS/', 'routeviews');
  assert.equal(
    found.map(({ url, time }) => [url, time.toISOString()]),
    [
      ['http://a.example/bgpdata/2015.11/RIBS/rib.20151101.0000.bz2', '2015-11-01T00:00:00.000Z'],
      ['http://a.example/bgpdata/2015.11/RIBS/rib.20151101.0200.bz2', '2015-11-01T02:00:00.000Z'],
      ['http://a.example/bgpdata/2015.11/RIBS/rib.20080501.0644.bz2', '2008-05-01T06:44:00.000Z'],
      ['http://a.example/bgpdata/2015.11/RIBS/rib.20151101.0800.bz2', '2015-11-01T08:00:00.000Z'],
      ['http://a.example/bgpdata/2015.11/RIBS/rib.20151101.1000.bz2', '2015-11-01T10:00:00.000Z'],
    ],
  );
});

/** Wanted time, and the name that is nearest among RIBs of 22:00, 00:00, 02:00 and 06:00. */
const NEAREST: [string, string][] = [
  ['2015-11-01T05:00', '20151101.0600'],
  ['2015-11-01T03:59', '20151101.0200'],
  ['2015-11-01T04:00', '20151101.0200'],
  ['2015-11-01T04:01', '20151101.0600'],
  ['2015-10-31T22:59', '20151031.2200'],
  ['2020-01-01T00:00', '20151101.0600'],
  ['2001-01-01T00:00', '20151031.2200'],
];

for (const [at, stamp] of NEAREST) {
  test(`nearest to ${at} is ${stamp}; of equals the earlier`, () => {
    const listed = STAMPS.toReversed().map((name) => `<a href="/bgpdata/rib.${name}.bz2">`);
    const ribs = ribsInListing(listed.join(), 'http://a.example/', 'routeviews');
    assert.is(nearestFirst(ribs, utc(at))[0]?.name, `rib.${stamp}.bz2`);
  });
}

test('every month within reach is there once, the nearest first', () => {
  const months = (at: string, days = 1): string[] =>
    monthsAround(utc(at), days * 86_400_000).map((time) => time.toISOString().slice(0, 7));
  assert.equal(months('2015-12-31T12:00'), ['2015-12', '2016-01']);
  assert.equal(months('2016-01-01T12:00'), ['2016-01', '2015-12']);
  assert.equal(months('2015-11-15T12:00'), ['2015-11']);
  assert.equal(months('2015-11-10T00:00', 70), ['2015-11', '2015-10', '2015-12', '2015-09', '2016-01']);
  assert.equal(months('2016-01-31T00:00', 1), ['2016-01', '2016-02']);
});

test('the schedule is every two hours for RouteViews and every eight for RIS', () => {
  const names = (layout: 'routeviews' | 'ris'): string[] =>
    scheduledRibs('http://a.example/', layout, utc('2015-11-01T05:00'), 6 * 3600_000).map(({ name }) =>
      name.slice(-17),
    );
  assert.equal(names('routeviews')[0], '20151101.0400.bz2');
  assert.equal(
    names('routeviews').toSorted(),
    [
      '20151031.2400',
      '20151101.0000',
      '20151101.0200',
      '20151101.0400',
      '20151101.0600',
      '20151101.0800',
      '20151101.1000',
    ]
      .slice(1)
      .map((stamp) => `${stamp}.bz2`),
  );
  assert.equal(
    names('ris').map((name) => name.slice(1)),
    ['20151101.0800.gz', '20151101.0000.gz'],
  );
});

test.run();
