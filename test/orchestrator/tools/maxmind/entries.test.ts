import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CityResponse, open, type Reader } from 'maxmind';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatAddress, parseAddress } from '../../../../orchestrator/address/ip.ts';
import { compiled } from '../../../../orchestrator/core/compiled.ts';
import { Entries } from '../../../../orchestrator/tools/maxmind/entries.ts';
import { maxmind } from '../../../../orchestrator/tools/maxmind/tool.ts';
import { mmdb } from './mmdb-writer.ts';

const test = suite('tools/maxmind, entries of many addresses');

type Countries = [prefix: string, country: string][];

async function opened(countries: Countries): Promise<Reader<CityResponse>> {
  const file = join(mkdtempSync(join(tmpdir(), 'mmdb-')), 'country.mmdb');
  writeFileSync(file, mmdb(countries));
  return await open<CityResponse>(file);
}

const countryOf = (entry: unknown) => (entry as CityResponse | null)?.country?.iso_code ?? null;

function address(text: string) {
  const parsed = parseAddress(text);
  if (parsed === null) throw new Error(`${text} is no address`);
  return parsed;
}

/** 198.18.SUBNET.0 to 255, and the first address behind each multiple of 32. */
const subnets = [3, 4, 5, 6, 7, 8, 12, 16];
const asked = subnets.flatMap((subnet) =>
  [0, 1, 31, 32, 63, 64, 127, 128, 255].map((host) => `198.18.${subnet}.${host}`),
);

const cases: [sentence: string, countries: Countries][] = [
  [
    'networks side by side',
    [
      ['::198.18.4.0/120', 'FI'],
      ['::198.18.5.0/120', 'SE'],
    ],
  ],
  [
    'a smaller network in a larger one',
    [
      ['::198.18.4.0/118', 'FI'],
      ['::198.18.5.32/123', 'SE'],
    ],
  ],
  ['a network at the end of nothing', [['::198.18.7.255/128', 'FI']]],
  [
    'the mapped place alone',
    [
      ['::ffff:198.18.4.0/120', 'FI'],
      ['::ffff:198.18.4.64/122', 'SE'],
    ],
  ],
  [
    'the mapped place beside the usual one, each with its own networks',
    [
      ['::ffff:198.18.4.0/118', 'FI'],
      ['::198.18.5.0/120', 'SE'],
      ['::ffff:198.18.6.64/122', 'JP'],
      ['::198.18.6.0/123', 'DE'],
    ],
  ],
  [
    'an entry of IPv6 around all of IPv4',
    [
      ['::/1', 'JP'],
      ['::ffff:198.18.4.0/120', 'FI'],
    ],
  ],
];
for (const [sentence, countries] of cases) {
  test(`${sentence}: an address has the same entry whoever was asked before it`, async () => {
    const reader = await opened(countries);
    const alone = asked.map((text) => countryOf(new Entries(reader).of(address(text))));
    const sorted = new Entries(reader);
    assert.equal(
      asked.map((text) => countryOf(sorted.of(address(text)))),
      alone,
    );
    assert.ok(new Set(alone).size > 1, 'the addresses differ');
    const back = new Entries(reader);
    assert.equal(
      [...asked].reverse().map((text) => countryOf(back.of(address(text)))),
      [...alone].reverse(),
    );
  });
}

test('a file of IPv4 is not asked for IPv6', async () => {
  const entries = new Entries(await open<CityResponse>('test/fixtures/maxmind/country-ipv4.mmdb'));
  assert.is(entries.of(address('2001:db8::')), null);
});

test('addresses of a network are looked up once', async () => {
  const reader = await opened([['::198.18.4.0/120', 'FI']]);
  const asks: string[] = [];
  const lookUp = reader.getWithPrefixLength.bind(reader);
  reader.getWithPrefixLength = (text) => {
    asks.push(text);
    return lookUp(text);
  };
  const entries = new Entries(reader);
  for (let host = 0; host < 256; host += 1) entries.of(address(`198.18.4.${host}`));
  assert.equal(asks, ['198.18.4.0']);
  for (const text of ['198.18.5.0', '198.18.5.1', '198.18.4.9']) entries.of(address(text));
  assert.equal(asks, ['198.18.4.0', '198.18.5.0', '::ffff:198.18.5.0', '198.18.4.9']);
});

test('an entry passes its schema once, and each entry does', () => {
  for (const raw of [maxmind.raw, compiled(maxmind.raw)]) {
    let read = 0;
    const entry = (code: string) => ({
      get country() {
        read += 1;
        return { iso_code: code };
      },
    });
    const finland = entry('FI');
    const of = (country: unknown, host: number) =>
      raw.parse({ address: formatAddress({ family: 4, words: [host] }), country, city: null });
    const found = [finland, finland, entry('SE'), finland].map((country, host) => of(country, host));
    const codes = found.map(({ country }) => country?.country);
    assert.equal(
      codes.map((country) => (typeof country === 'object' ? country.iso_code : null)),
      ['FI', 'FI', 'SE', 'FI'],
    );
    assert.is(read, 2);
  }
});

test('an entry that is no map is refused each time, and said to be one', () => {
  for (let time = 0; time < 2; time += 1) {
    const { error } = compiled(maxmind.raw).safeParse({ address: '198.18.0.1', country: ['FI'], city: null });
    assert.equal(
      error?.issues.map(({ path }) => path.join('.')),
      ['country'],
    );
    assert.match(error?.issues[0]?.message ?? '', 'expected object');
  }
});

test.run();
