import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { entriesOf } from '../../../orchestrator/clients/entries.ts';
import type { Said } from '../../../orchestrator/clients/said.ts';

const test = suite('clients/entries');

function short({ count, address, country, latitude, longitude }: Said): string {
  const place = latitude === null ? '' : `${latitude},${longitude}`;
  return [address, country, place, count === 1 ? '' : `x${count}`]
    .filter((one) => one !== '' && one !== null)
    .join(' ');
}

/** What a file says, an entry in a few words; what it is taken for. */
async function read(text: string) {
  async function* batches() {
    yield text.replace(/\n$/, '').split('\n');
  }
  const kinds = new Set<string>();
  const said: string[] = [];
  for await (const entry of entriesOf(batches(), (kind) => kinds.add(kind))) {
    if (entry.said !== null)
      said.push(typeof entry.said === 'string' ? `${entry.line}: ${entry.said}` : short(entry.said));
  }
  return { said, kinds: [...kinds] };
}

const feature = (coordinates: number[], properties: object = {}) => ({
  type: 'Feature',
  geometry: { type: 'Point', coordinates },
  properties,
});
const files: [title: string, text: string, said: string[]][] = [
  ['addresses, one a line', '198.18.0.1\n2001:DB8::1\n', ['198.18.0.1', '2001:db8::1']],
  ['countries, one a line', 'CN\nde\nFinland\n', ['CN', 'DE', 'FI']],
  ['CSV of countries and counts', 'Country,Count\nCN,842\nUS,6742\n', ['CN x842', 'US x6742']],
  ['the same without a heading', 'CN,842\n"US",6742\n', ['CN x842', 'US x6742']],
  ['CSV of points', 'lat,lng\n60.17,24.94\n-33.9,151.2\n', ['60.17,24.94', '-33.9,151.2']],
  ['points without a heading', '60.17;24.94\n', ['60.17,24.94']],
  [
    'columns in any order, others between',
    'city\tLongitude\tcountry_code\tLatitude\nHelsinki\t24.94\tFI\t60.17\n',
    ['FI 60.17,24.94'],
  ],
  [
    'an array of objects',
    JSON.stringify([{ latitude: 1, longitude: 2, countrycode: 'FI' }, { ip: '198.18.0.1' }]),
    ['FI 1,2', '198.18.0.1'],
  ],
  ['an array of pairs, latitude first', '[[60.17, 24.94], [1, 2, 7]]', ['60.17,24.94', '1,2 x7']],
  ['an array of words', '["FI", "198.18.0.1"]', ['FI', '198.18.0.1']],
  [
    'an object that holds the list, over several lines',
    JSON.stringify({ updated: 1, clients: [{ lat: '1', lng: '2' }] }, null, 2),
    ['1,2'],
  ],
  ['the same on one line', JSON.stringify({ updated: 1, clients: [{ lat: '1', lng: '2' }] }), ['1,2']],
  ['a position in an object of its own', JSON.stringify([{ name: 'x', location: { lat: 1, lon: 2 } }]), ['1,2']],
  [
    'GeoJSON, longitude first',
    JSON.stringify({ type: 'FeatureCollection', features: [feature([24.94, 60.17], { country: 'FI', count: 3 })] }),
    ['FI 60.17,24.94 x3'],
  ],
  ['GeoJSON by lines', `${JSON.stringify(feature([2, 1]))}\n${JSON.stringify(feature([4, 3, 100]))}\n`, ['1,2', '3,4']],
  ['lines of JSON', '{"country":"FI"}\n\n{"country":"SE"}\n', ['FI', 'SE']],
  [
    'what traffic printed: clients alone',
    '{"record":"client","address":"198.18.0.1","versions_offered":[1]}\n{"record":"server","address":"198.18.0.2"}\n{"record":"capture","files":[]}\n',
    ['198.18.0.1'],
  ],
];
for (const [title, text, said] of files) {
  test(`${title}`, async () => {
    const found = await read(text);
    assert.equal(found.said, said);
    assert.equal(found.kinds, [title.startsWith('what traffic') ? 'traffic' : 'list']);
  });
}

const bad: [title: string, text: string, reason: RegExp][] = [
  ['a latitude beyond the pole', 'lat,lon\n91,0\n', /^2: 91, 0 is no position$/],
  ['half a position', 'lat,lon\n60,\n', /^2: half a position$/],
  ['no address', 'ip\n198.18.0.256\n', /^2: 198.18.0.256 is not an address$/],
  ['no country', 'country\nAtlantis\n', /^2: Atlantis is no country/],
  ['a count below zero', 'country,count\nFI,-1\n', /^2: count -1 is no whole number$/],
  ['a broken line of JSON', '{"country":"FI"}\n{"country":\n', /^2: no JSON$/],
  ['a document that breaks off', '[{"country":"FI"},\n', /^1: no JSON with a list in it$/],
  [
    'a line of GeoJSON that is no point',
    JSON.stringify({ ...feature([]), geometry: { type: 'Polygon', coordinates: [] } }),
    /^1: a Polygon is no point$/,
  ],
  ['an empty object', '{}\n', /^1: neither address, nor country, nor position$/],
];
for (const [title, text, reason] of bad) {
  test(`${title} has its reason`, async () => {
    const { said } = await read(text);
    assert.match(said.at(-1) ?? '', reason);
  });
}

test('a file of nothing says nothing', async () => {
  assert.equal((await read('')).said, []);
});

test.run();
