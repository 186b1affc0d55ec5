import { open } from 'maxmind';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../../orchestrator/config/config.ts';
import { compiled } from '../../../../orchestrator/core/compiled.ts';
import type { CensusError } from '../../../../orchestrator/errors.ts';
import { GeoRecord } from '../../../../orchestrator/schemas/records/geo.ts';
import { maxmind } from '../../../../orchestrator/tools/maxmind/tool.ts';
import { decodeAll, makeContext } from '../context.ts';

const test = suite('tools/maxmind');
const folder = 'test/fixtures/maxmind';

function configFor(country: string | null, city: string | null) {
  const path = (name: string | null) => (name === null ? null : `${folder}/${name}`);
  return Config.parse({
    targets: { prefixes: ['198.18.0.0/24'] },
    geo: { country: path(country), city: path(city) },
  });
}

async function locate(address: string, country: string | null, city: string | null) {
  const context = await makeContext({ rows: [{ address }], config: configFor(country, city) });
  return await decodeAll(maxmind, context);
}

/** missing: why there is no position; without it no_data, of no city file not_measured. */
type Found = [
  country: string | null,
  city: string | null,
  latitude: number | null,
  longitude: number | null,
  missing?: string,
];
const missingOf = ([, , latitude, , missing = 'no_data']: Found, cityFile: string | null) => {
  if (latitude !== null) return null;
  return cityFile === null ? 'not_measured' : missing;
};
const nothing: Found = [null, null, null, null];
const registered: Found = [null, null, null, null];

const cases: [string, string, string | null, string | null, Found][] = [
  [
    'the country file goes before the city file',
    '198.18.4.7',
    'country-ipv4.mmdb',
    'city.mmdb',
    ['FI', 'Helsinki', 60.1719, 24.9347],
  ],
  ['the city file gives the country alone', '198.18.4.7', null, 'city.mmdb', ['SE', 'Helsinki', 60.1719, 24.9347]],
  ['the country file alone gives no position', '198.18.0.9', 'country-ipv4.mmdb', null, ['US', null, null, null]],
  ['an address in neither file is no_data', '198.18.200.1', 'country-ipv4.mmdb', 'city.mmdb', nothing],
  ['a private address is no_data', '10.1.2.3', 'country-ipv4.mmdb', 'city.mmdb', nothing],
  ['a country of registration is not a location', '198.18.90.1', 'country-ipv4.mmdb', null, registered],
  ['a city without an English name is none', '198.18.8.1', null, 'city.mmdb', ['DE', null, null, null]],
  [
    'an IPv6 address is found in a file of both families',
    '2001:db8:7::1',
    null,
    'city.mmdb',
    ['JP', 'Tokyo', 35.6893, 139.6899],
  ],
  ['an IPv6 address on an IPv4-only file is no_data', '2001:db8::', 'country-ipv4.mmdb', null, nothing],
  [
    'an IPv4-mapped address is looked up as IPv4',
    '::ffff:198.18.4.7',
    'country-ipv4.mmdb',
    null,
    ['FI', null, null, null],
  ],
  [
    'a flat file with coordinates as text is read',
    '198.18.4.7',
    'flat.mmdb',
    'flat.mmdb',
    ['FI', 'Helsinki', 60.1719, 24.9347],
  ],
  [
    'a flat code goes before a flat name, empty texts are none',
    '198.18.8.1',
    'flat.mmdb',
    'flat.mmdb',
    ['DE', null, null, null],
  ],
  ['a flat country may be the code itself', '198.18.9.1', 'flat.mmdb', 'flat.mmdb', ['TH', null, null, null]],
  [
    'text where a nested file has numbers is no position, and costs nothing else',
    '198.18.112.1',
    'nested-text.mmdb',
    'nested-text.mmdb',
    ['JP', 'Tokyo', null, null, 'rejected'],
  ],
  [
    'a country of registration is no place, and the reason says that there is nothing else',
    '198.18.9.1',
    'registered-only.mmdb',
    'registered-only.mmdb',
    registered,
  ],
  ['in the city file alone too', '198.18.9.1', null, 'registered-only.mmdb', registered],
  ['text that is no number is no position', '198.18.10.1', null, 'flat.mmdb', ['FI', null, null, null, 'rejected']],
];

for (const [title, address, countryFile, cityFile, found] of cases) {
  test(title, async () => {
    const { records, rejects } = await locate(address, countryFile, cityFile);
    const [country, city, latitude, longitude] = found;
    const failure = found === nothing ? 'no_data' : found === registered ? 'registered_only' : null;
    assert.equal(rejects, []);
    const position_missing = missingOf(found, cityFile);
    assert.equal(records, [{ address, country, city, latitude, longitude, position_missing, failure }]);
    GeoRecord.parse(records[0]);
  });
}

test('the library itself returns the wrong record that the adapter refuses', async () => {
  const reader = await open(`${folder}/country-ipv4.mmdb`);
  assert.match(JSON.stringify(reader.get('2001:db8::')), 'a wrong record');
});

test('a field of another type is left out, an entry of another type is a reject', () => {
  const entry = (country: unknown) => ({ address: '198.18.0.1', country, city: null });
  const { country } = maxmind.raw.parse(entry({ country: 7, country_code: 'FI' }));
  assert.equal([country?.country, country?.country_code], [undefined, 'FI']);
  assert.not.ok(maxmind.raw.safeParse(entry('FI')).success);
});

const odd: [title: string, entry: object, found: Found][] = [
  ['a number for a country', { country: 7, city: { names: { en: 'Tokyo' } } }, [null, 'Tokyo', null, null]],
  [
    'coordinates as text where numbers are nested',
    { country: { iso_code: 'JP' }, location: { latitude: '35.68', longitude: '139.69' } },
    ['JP', null, null, null, 'rejected'],
  ],
  [
    'one coordinate of two',
    { country: { iso_code: 'JP' }, location: { latitude: 35.68, longitude: [] } },
    ['JP', null, null, null, 'rejected'],
  ],
  [
    'half a position',
    { country: { iso_code: 'JP' }, location: { latitude: 35.68 } },
    ['JP', null, null, null, 'rejected'],
  ],
  ['a text for a location', { country: { iso_code: 'JP' }, location: 'Tokyo' }, ['JP', null, null, null, 'rejected']],
  ['a country without a code beside one', { country: { names: {} }, country_code: 'JP' }, ['JP', null, null, null]],
  ['an empty code beside a country', { country_code: '', country: 'JP' }, ['JP', null, null, null]],
  ['a code for no country beside one', { country_code: 'ZZ', country: 'JP' }, ['JP', null, null, null]],
  ['blanks for a coordinate', { country_code: 'JP', lat: ' ', lon: ' ' }, ['JP', null, null, null]],
  ['degrees beyond the poles', { country_code: 'JP', lat: 91, lon: 5 }, ['JP', null, null, null, 'rejected']],
  ['degrees of no place at all', { country_code: 'JP', lat: 91, lon: 'x' }, ['JP', null, null, null, 'rejected']],
  ['a list of names', { country: { iso_code: 'JP' }, city: { names: ['Tokyo'] } }, ['JP', null, null, null]],
  [
    'a code of another kind beside a country',
    { country_code: 81, country: { iso_code: 'JP' } },
    ['JP', null, null, null],
  ],
];
for (const [title, city, found] of odd) {
  test(`${title}: one odd field costs itself alone`, () => {
    const raw = compiled(maxmind.raw).parse({ address: '198.18.0.1', country: null, city });
    const [country, name, latitude, longitude] = found;
    const position = { latitude, longitude, position_missing: missingOf(found, 'city.mmdb') };
    const record = { address: '198.18.0.1', country, city: name, ...position, failure: null };
    assert.equal(maxmind.toRecord(raw, { config: configFor(null, 'city.mmdb') }), record);
  });
}

test('a code for a country that is not known is none', () => {
  for (const code of ['ZZ', 'XX']) {
    const raw = compiled(maxmind.raw).parse({
      address: '198.18.0.1',
      country: { country: { iso_code: code } },
      city: null,
    });
    const { country, failure } = maxmind.toRecord(raw, { config: configFor('country-ipv4.mmdb', null) }) as GeoRecord;
    assert.equal([country, failure], [null, 'no_data']);
  }
});

const unreadable: [string, string][] = [
  ['a file that is not there', 'missing.mmdb'],
  ['a file of another kind', 'make.pl'],
];
for (const [title, file] of unreadable) {
  test(`${title} is an error that names it`, async () => {
    await locate('198.18.4.7', file, null).then(
      () => assert.unreachable(),
      (error: CensusError) => {
        assert.is(error.code, 'E_INPUT');
        assert.match(error.message, file);
      },
    );
  });
}

test('inputs names the files that are set', () => {
  assert.equal(maxmind.inputs?.(configFor(null, 'city.mmdb')), [`${folder}/city.mmdb`]);
});

test.run();
