import { z } from 'zod';
import { canonicalAddress } from '../address/ip.ts';
import { countryCode } from './countries.ts';

/** What one entry of a list says of where clients are. */
export interface Said {
  /** How many clients it stands for. */
  count: number;
  address: string | null;
  country: string | null;
  latitude: number | null;
  longitude: number | null;
}

/** What a column or field is called, in small letters without anything but letters. */
const called = {
  address: ['address', 'ip', 'ipaddress', 'addr', 'client', 'clientaddress', 'clientip', 'src', 'saddr', 'host'],
  country: ['country', 'countrycode', 'cc', 'countryiso', 'iso', 'isocode', 'countryname', 'regioncountry'],
  latitude: ['latitude', 'lat', 'y'],
  longitude: ['longitude', 'lon', 'lng', 'long', 'x'],
  count: ['count', 'clients', 'n', 'number', 'records', 'visits', 'hits', 'weight'],
} as const;
export type Field = keyof typeof called;

/** What a name in a heading or an object means; null: nothing here. */
export function fieldOf(name: string): Field | null {
  const word = name.toLowerCase().replace(/[^a-z]/g, '');
  for (const [field, words] of Object.entries(called)) {
    if (words.some((one) => one === word))
      return z.enum(['address', 'country', 'latitude', 'longitude', 'count']).parse(field);
  }
  return null;
}

type Cell = string | number | null | undefined;
export type Cells = Partial<Record<Field, Cell>>;

function isEmpty(cell: Cell): cell is null | undefined | '' {
  return cell === null || cell === undefined || String(cell).trim() === '';
}

function degrees(cell: Cell, limit: number): number | null {
  if (isEmpty(cell)) return null;
  const value = Number(String(cell).trim());
  return Math.abs(value) <= limit ? value : null;
}

/** What the cells of an entry say, or why they say nothing. */
export function saidBy(cells: Cells): Said | string {
  const { address: a, country: c, latitude: y, longitude: x, count: n } = cells;
  const count = isEmpty(n) ? 1 : Number(n);
  if (!Number.isSafeInteger(count) || count < 0) return `count ${String(n)} is no whole number`;
  const address = isEmpty(a) ? null : canonicalAddress(String(a).trim());
  if (!isEmpty(a) && address === null) return `${String(a)} is not an address`;
  const [latitude, longitude] = [degrees(y, 90), degrees(x, 180)];
  if (isEmpty(y) !== isEmpty(x)) return 'half a position';
  if (!isEmpty(y) && (latitude === null || longitude === null)) return `${String(y)}, ${String(x)} is no position`;
  const country = isEmpty(c) ? null : countryCode(String(c));
  if (!isEmpty(c) && country === null && latitude === null && address === null)
    return `${String(c)} is no country (ISO 3166-1 or English name)`;
  if (address === null && country === null && latitude === null) return 'neither address, nor country, nor position';
  return { count, address, country, latitude, longitude };
}

const Scalar = z.union([z.string(), z.number(), z.null()]);

/** Cells of an object: its own fields, then those of objects in it (a position is often in one). */
function cellsIn(value: object, depth = 0): Cells {
  const cells: Cells = {};
  for (const [name, own] of Object.entries(value)) {
    const field = fieldOf(name);
    const scalar = Scalar.safeParse(own);
    if (field !== null && scalar.success) cells[field] ??= scalar.data;
  }
  if (depth < 2)
    for (const own of Object.values(value))
      if (typeof own === 'object' && own !== null && !Array.isArray(own))
        for (const [field, cell] of Object.entries(cellsIn(own, depth + 1))) {
          const name = fieldOf(field);
          if (name !== null) cells[name] ??= cell;
        }
  return cells;
}

const Feature = z.looseObject({
  type: z.literal('Feature'),
  geometry: z.looseObject({ type: z.string(), coordinates: z.unknown() }).nullable(),
  properties: z.looseObject({}).nullish(),
});
const Position = z.tuple([z.number(), z.number()], z.number());
/** A pair of a bare list: latitude, longitude, and perhaps how many. GeoJSON alone has them the other way round. */
const Pair = z.union([z.tuple([z.number(), z.number()]), z.tuple([z.number(), z.number(), z.int()])]);

/** What one value of JSON says, or why nothing. */
export function saidByJson(value: unknown): Said | string {
  if (typeof value === 'string') {
    const address = canonicalAddress(value.trim());
    return saidBy(address === null ? { country: value } : { address });
  }
  const pair = Pair.safeParse(value);
  if (pair.success) {
    const [latitude, longitude, count] = pair.data;
    return saidBy({ latitude, longitude, count });
  }
  const feature = Feature.safeParse(value);
  if (feature.success) {
    const { geometry, properties } = feature.data;
    const cells = cellsIn(properties ?? {});
    if (geometry === null) return saidBy(cells);
    const position = Position.safeParse(geometry.coordinates);
    if (geometry.type !== 'Point' || !position.success) return `a ${geometry.type} is no point`;
    const [longitude, latitude] = position.data;
    return saidBy({ ...cells, latitude, longitude });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'no entry';
  return saidBy(cellsIn(value));
}
