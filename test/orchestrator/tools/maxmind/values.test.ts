import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../../orchestrator/config/config.ts';
import { compiled } from '../../../../orchestrator/core/compiled.ts';
import { GeoRecord } from '../../../../orchestrator/schemas/records/geo.ts';
import { maxmind } from '../../../../orchestrator/tools/maxmind/tool.ts';

const test = suite('tools/maxmind/values');

const config = Config.parse({
  targets: { prefixes: ['198.18.0.0/24'] },
  geo: { country: 'country.mmdb', city: 'city.mmdb' },
});

/** What the record of an address says whose city file has this entry. */
function placeOf(city: object): GeoRecord {
  const raw = compiled(maxmind.raw).parse({ address: '198.18.0.1', country: null, city });
  return GeoRecord.parse(maxmind.toRecord(raw, { config }));
}

const numbers: [text: string, degrees: number | null][] = [
  ['35.6893', 35.6893],
  [' -35.5 ', -35.5],
  ['+7', 7],
  ['.5', 0.5],
  ['7.', 7],
  ['1e-05', 0.00001],
  ['0x10', null],
  ['0b11', null],
  ['0o17', null],
  ['35,6893', null],
  ['35.6893N', null],
  ['1_0', null],
  ['Infinity', null],
  ['1e3', null],
  ['-', null],
];
for (const [text, degrees] of numbers) {
  test(`degrees as text: ${JSON.stringify(text)} ${degrees === null ? 'is rejected' : `is ${degrees}`}`, () => {
    const { latitude, position_missing } = placeOf({ country_code: 'JP', lat: text, lon: '139.5' });
    assert.equal([latitude, position_missing], [degrees, degrees === null ? 'rejected' : null]);
  });
}

const nowhere: [sentence: string, entry: object][] = [
  ['nested', { location: { latitude: 0, longitude: 0 } }],
  ['flat, as numbers', { latitude: 0, longitude: -0 }],
  ['flat, as text', { lat: '0.000000', lng: '0.000000' }],
];
for (const [sentence, entry] of nowhere) {
  test(`0 north 0 east is how databases write that they know no position: ${sentence}`, () => {
    const { latitude, longitude, position_missing } = placeOf({ country_code: 'JP', ...entry });
    assert.equal([latitude, longitude, position_missing], [null, null, 'no_data']);
  });
}

test('a place on the equator, or on the meridian of Greenwich, stays one', () => {
  assert.is(placeOf({ lat: 0, lon: 9.5 }).longitude, 9.5);
  assert.is(placeOf({ lat: 51.5, lon: 0 }).latitude, 51.5);
});

test('a city of signs alone is none, and one of digits is one', () => {
  for (const [name, city] of [
    ['-', null],
    ['??', null],
    [' ', null],
    ['1770', '1770'],
    ['東京', '東京'],
  ] as const) {
    assert.is(placeOf({ country_code: 'JP', city: name }).city, city, name);
    assert.is(placeOf({ country_code: 'JP', city: { names: { en: name } } }).city, city, name);
  }
});

test('an entry that knows nothing, as databases with flat fields write it, is no_data', () => {
  const { failure } = placeOf({
    country_code: '-',
    country: '-',
    city: '-',
    latitude: '0.000000',
    longitude: '0.000000',
  });
  assert.is(failure, 'no_data');
});

test('a code in small letters is the same country', () => {
  assert.is(placeOf({ country_code: 'jp' }).country, 'JP');
  assert.is(placeOf({ country: { iso_code: 'jp' } }).country, 'JP');
  assert.is(placeOf({ country_code: 'zz' }).country, null);
});

test.run();
