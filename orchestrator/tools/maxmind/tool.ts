import { type CityResponse, open } from 'maxmind';
import { parseAddress, unmapped } from '../../address/ip.ts';
import type { Config } from '../../config/config.ts';
import type { DecodeContext, RawRow, Tool } from '../../core/tool.ts';
import { CensusError } from '../../errors.ts';
import type { Address } from '../../roles.ts';
import type { GeoRecord } from '../../schemas/records/geo.ts';
import { Entries } from './entries.ts';
import { type MaxmindEntry, MaxmindRaw } from './raw.ts';
import { requirePlaces } from './read-through.ts';

// No program and no collect: a library reads files that lie here.

async function openFile(stage: string, path: string | null): Promise<Entries | null> {
  if (path === null) return null;
  try {
    return new Entries(await open<CityResponse>(path));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CensusError(
      'E_INPUT',
      `${stage}: ${path} is no readable MaxMind-format file: ${reason}`,
      'give an uncompressed .mmdb file in geo.country or geo.city, or null to do without it',
      cause,
    );
  }
}

/** IPv4-mapped addresses (RFC 4291, 2.5.5.2) are IPv4. */
async function finder(stage: string, { geo }: Config): Promise<{ find(unit: Address): unknown }> {
  const country = await openFile(stage, geo.country);
  const city = await openFile(stage, geo.city);
  return {
    find({ address }) {
      const parsed = parseAddress(address);
      if (parsed === null) return { address, country: null, city: null };
      const looked = unmapped(parsed);
      return { address, country: country?.of(looked) ?? null, city: city?.of(looked) ?? null };
    },
  };
}

async function* decode(context: DecodeContext<Address, Config>): AsyncIterable<RawRow[]> {
  const { find } = await finder(context.stage, context.config);
  for await (const rows of context.batches()) yield rows.map((unit) => ({ value: find(unit) }));
}

/** User-assigned codes of ISO 3166-1 that databases write for an unknown country. */
const noCountry = new Set(['XX', 'ZZ']);

/** The first of the fields that has a code: one beside it may be empty, or hold a name. */
function countryOf(entry: MaxmindEntry | null): string | null {
  const { country, country_code: code } = entry ?? {};
  const given = typeof country === 'object' ? [country.iso_code, code] : [code, country];
  const codes = given.flatMap((one) => (one !== undefined && /^[A-Z]{2}$/i.test(one) ? [one.toUpperCase()] : []));
  return codes.find((one) => !noCountry.has(one)) ?? null;
}

/** Files with flat fields write - where they know no city; a name has a letter or a digit at least. */
function cityOf(entry: MaxmindEntry | null): string | null {
  const city = typeof entry?.city === 'object' ? entry.city.names?.en : entry?.city;
  return city !== undefined && /[\p{L}\p{N}]/u.test(city) ? city : null;
}

type Given = string | number | null | undefined;

/** Degrees as text. Other notations of numbers (0x10) are damage, and no place. */
const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

function numberOf(given: string | number): number {
  if (typeof given === 'number') return given;
  return decimal.test(given.trim()) ? Number(given) : Number.NaN;
}

/** Degrees out of the fields that may hold them, or why there are none; null: a field that holds something else. */
function degrees(given: readonly Given[], limit: number): number | 'no_data' | 'rejected' {
  const value = given.find(
    (one): one is string | number => one !== undefined && one !== null && String(one).trim() !== '',
  );
  if (value === undefined) return given.includes(null) ? 'rejected' : 'no_data';
  const number = numberOf(value);
  return Math.abs(number) <= limit ? number : 'rejected';
}

type Position = Pick<GeoRecord, 'latitude' | 'longitude' | 'position_missing'>;

/** Both or neither: half a position is none. 0 north 0 east is open sea, and how files write that they know none. */
function positionOf(entry: MaxmindEntry | null): Position {
  const nested = entry?.location === null ? { latitude: null, longitude: null } : entry?.location;
  const latitude = degrees([nested?.latitude, entry?.latitude, entry?.lat], 90);
  const longitude = degrees([nested?.longitude, entry?.longitude, entry?.lng, entry?.lon], 180);
  if (latitude === 0 && longitude === 0) return { latitude: null, longitude: null, position_missing: 'no_data' };
  if (typeof latitude === 'number' && typeof longitude === 'number')
    return { latitude, longitude, position_missing: null };
  const missing = latitude === 'no_data' && longitude === 'no_data' ? 'no_data' : 'rejected';
  return { latitude: null, longitude: null, position_missing: missing };
}

/** Why nothing is known of a place. A registration says who answers for a network, which may stand on another continent. */
function failureOf({ country, city }: MaxmindRaw): GeoRecord['failure'] {
  const registered = country?.registered_country?.iso_code ?? city?.registered_country?.iso_code;
  return registered === undefined ? 'no_data' : 'registered_only';
}

function toRecord(raw: MaxmindRaw, { config }: { config: Config }): GeoRecord {
  const country = countryOf(raw.country) ?? countryOf(raw.city);
  const city = cityOf(raw.city);
  const position = positionOf(raw.city);
  if (config.geo.city === null) position.position_missing = 'not_measured';
  const nothing = country === null && city === null && position.latitude === null;
  return { address: raw.address, country, city, ...position, failure: nothing ? failureOf(raw) : null };
}

function inputs(config: Config): string[] {
  return [config.geo.country, config.geo.city].filter((path) => path !== null);
}

/** MaxMind-format databases of countries and cities, role geo_database. */
export const maxmind: Tool<Address, MaxmindRaw, GeoRecord, Config> = {
  name: 'maxmind',
  inOrder: true,
  decode,
  raw: MaxmindRaw,
  lookUp: finder,
  toRecord,
  inputs,
  async readThrough(stage, config) {
    for (const path of inputs(config)) await requirePlaces(stage, path);
  },
};
