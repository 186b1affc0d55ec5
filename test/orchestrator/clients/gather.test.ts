import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { countryCode } from '../../../orchestrator/clients/countries.ts';
import { countryAt } from '../../../orchestrator/clients/country-at.ts';
import { gatherClients, type Locate } from '../../../orchestrator/clients/gather.ts';

const test = suite('clients/gather');

async function gather(files: (string | Buffer)[], locate: Locate = null) {
  const folder = await mkdtemp(join(tmpdir(), 'census-clients-'));
  const paths = files.map((_, i) => join(folder, `list-${i}`));
  for (const [i, path] of paths.entries()) await writeFile(path, files[i] ?? '');
  try {
    return await gatherClients(paths, locate);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const at = await countryAt();
const points: [where: string, latitude: number, longitude: number, country: string | null][] = [
  ['Helsinki', 60.1695, 24.9354, 'FI'],
  ['Hong Kong', 22.2783, 114.1747, 'HK'],
  ['Singapore', 1.29, 103.85, 'SG'],
  ['Sydney', -33.8678, 151.2073, 'AU'],
  ['New York, between its rivers', 40.71, -74.01, 'US'],
  ['Santiago', -33.4569, -70.6483, 'CL'],
  ['Maseru, in a country within another', -29.31, 27.48, 'LS'],
  ['Suva, near the end of the map', -18.14, 178.44, 'FJ'],
  ['Lisbon, on the shore', 38.72, -9.14, 'PT'],
  ['the middle of the Atlantic', 30, -40, null],
];
for (const [where, latitude, longitude, country] of points) {
  test(`${where} is in ${country ?? 'no country'}`, () => {
    assert.is(at(latitude, longitude), country);
  });
}

test('a country is known by its code and its English name, and nothing else is one', () => {
  assert.equal(['cn', 'China', ' TÜRKIYE ', 'Hong Kong SAR China', 'XX', 'Europe', ''].map(countryCode), [
    'CN',
    'CN',
    'TR',
    'HK',
    null,
    null,
    null,
  ]);
});

test('clients of all files are summed up by country and by place, a tenth of a degree wide', async () => {
  const places = { latitude: 60.2, longitude: 24.9 };
  const found = await gather(
    [
      'lat,lon\n60.1695,24.9354\n60.1999,24.9\n',
      JSON.stringify([{ country: 'FI', count: 5 }, { country: 'SE' }]),
      gzipSync('198.18.0.1\n'),
    ],
    (address) => ({ country: 'DE', latitude: address === '198.18.0.1' ? 50 : null, longitude: 8 }),
  );
  assert.equal([...found.countries].sort(), [
    ['DE', 1],
    ['FI', 7],
    ['SE', 1],
  ]);
  assert.equal(found.places, [
    { ...places, clients: 2 },
    { latitude: 50, longitude: 8, clients: 1 },
  ]);
  assert.equal([found.total, found.placed], [9, 3]);
  assert.equal(
    found.files.map(({ clients, kind }) => [clients, kind]),
    [
      [2, 'list'],
      [6, 'list'],
      [1, 'list'],
    ],
  );
});

test('what a list says of a country goes before borders and database; what neither knows is unknown', async () => {
  const { countries } = await gather(['lat,lon,country\n60.17,24.94,SE\n30,-40,\n', '198.18.0.1\n'], () => ({
    country: null,
    latitude: null,
    longitude: null,
  }));
  assert.equal(
    [...countries],
    [
      ['SE', 1],
      ['(unknown)', 2],
    ],
  );
});

test('the country of a list goes before that of the database', async () => {
  const { countries } = await gather(['ip,cc\n198.18.0.1,SE\n198.18.0.2,\n'], () => ({
    country: 'DE',
    latitude: null,
    longitude: null,
  }));
  assert.equal(
    [...countries],
    [
      ['SE', 1],
      ['DE', 1],
    ],
  );
});

test('bad entries are kept with file, line and reason', async () => {
  const { rejected, total } = await gather(['country\nFI\nAtlantis\n']);
  assert.is(total, 1);
  assert.equal(
    rejected.map(({ file, line, text }) => [file, line, text]),
    [['list-0', 3, 'Atlantis']],
  );
});

for (const [title, text, says] of [
  ['a file of nothing', '', /names no client: it has no entries/],
  ['a file of something else', 'name,colour\na,b\n', /names no client: line 1: neither address/],
] as const) {
  test(`${title} is refused with the reason`, async () => {
    try {
      await gather([text]);
      assert.unreachable();
    } catch (error) {
      assert.match(String(error instanceof Error ? error.message : error), says);
    }
  });
}

test.run();
