import { basename } from 'node:path';
import { openUnpacked } from '../core/inputs/packed.ts';
import { textOf } from '../core/inputs/text.ts';
import { CensusError } from '../errors.ts';
import type { GeoRecord } from '../schemas/records/geo.ts';
import { countryAt } from './country-at.ts';
import { type Entry, entriesOf, type Kind } from './entries.ts';
import type { Said } from './said.ts';

/** Where a geo database places an address; null: there is none. */
export type Locate = ((address: string) => Pick<GeoRecord, 'country' | 'latitude' | 'longitude'>) | null;

export interface ClientPlace {
  latitude: number;
  longitude: number;
  clients: number;
}

export interface RejectedClient {
  file: string;
  line: number;
  text: string;
  reason: string;
}

/** Clients out of all files, by country and by place. There are a few hundred countries and some thousand places, however many clients. */
export interface Clients {
  files: { file: string; kind: Kind; clients: number; rejected: number }[];
  total: number;
  countries: ReadonlyMap<string, number>;
  places: ClientPlace[];
  /** Clients with a position. */
  placed: number;
  rejected: RejectedClient[];
}

/** More bad lines than these are counted, and not kept: a file of so many is not what it was taken for. */
const mostRejected = 10_000;

/** Positions are drawn and written to a tenth of a degree: a place in a list may be somebody's home. */
const step = 10;

export const unknownCountry = '(unknown)';

class Gathering {
  readonly #locate: Locate;
  #countryAt: ((latitude: number, longitude: number) => string | null) | null = null;
  readonly countries = new Map<string, number>();
  readonly places = new Map<string, ClientPlace>();
  readonly rejected: RejectedClient[] = [];
  total = 0;
  placed = 0;

  constructor(locate: Locate) {
    this.#locate = locate;
  }

  async add(said: Said): Promise<void> {
    const { count, address } = said;
    const found = address === null ? null : (this.#locate?.(address) ?? null);
    const latitude = said.latitude ?? found?.latitude ?? null;
    const longitude = said.longitude ?? found?.longitude ?? null;
    let country = said.country ?? found?.country ?? null;
    if (country === null && said.latitude !== null && said.longitude !== null) {
      this.#countryAt ??= await countryAt();
      country = this.#countryAt(said.latitude, said.longitude);
    }
    this.total += count;
    const name = country ?? unknownCountry;
    this.countries.set(name, (this.countries.get(name) ?? 0) + count);
    if (latitude !== null && longitude !== null) this.#place(latitude, longitude, count);
  }

  #place(latitude: number, longitude: number, count: number): void {
    const place = { latitude: Math.round(latitude * step) / step, longitude: Math.round(longitude * step) / step };
    const name = `${place.latitude} ${place.longitude}`;
    const clients = (this.places.get(name)?.clients ?? 0) + count;
    this.places.set(name, { ...place, clients });
    this.placed += count;
  }
}

/** Lines of a file, packed or not. */
async function* linesOf(path: string): AsyncGenerator<string[]> {
  try {
    yield* (await textOf((await openUnpacked(path, 'JSON')).chunks)).batches;
  } catch (cause) {
    if (cause instanceof CensusError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CensusError('E_INPUT', `clients: ${path}: ${why}`, 'check clients in the configuration', cause);
  }
}

async function gatherFile(path: string, gathering: Gathering): Promise<Clients['files'][number]> {
  const batches = linesOf(path);
  const file = basename(path);
  const before = gathering.total;
  let [kind, rejected]: [Kind, number] = ['list', 0];
  let first: Entry | null = null;
  const sees = (seen: Kind) => {
    if (seen === 'traffic') kind = seen;
  };
  for await (const entry of entriesOf(batches, sees)) {
    const { line, text, said } = entry;
    if (said === null) continue;
    if (typeof said !== 'string') {
      await gathering.add(said);
      continue;
    }
    rejected += 1;
    first ??= entry;
    if (gathering.rejected.length < mostRejected) gathering.rejected.push({ file, line, text, reason: said });
  }
  const clients = gathering.total - before;
  if (clients > 0) return { file, kind, clients, rejected };
  const why = first === null ? 'it has no entries' : `line ${first.line}: ${first.said}`;
  const hint = 'give points, countries or addresses as CSV, JSON or GeoJSON, or what mptcp-census traffic printed';
  throw new CensusError('E_INPUT', `clients: ${path} names no client: ${why}`, hint);
}

const byPlace = (a: ClientPlace, b: ClientPlace) =>
  b.clients - a.clients || a.latitude - b.latitude || a.longitude - b.longitude;

/**
 * Reads lists of clients and sums them up. Addresses are located as hosts are, points by the borders on the map unless their list names
 * a country.
 * @throws CensusError E_INPUT for a file that names no client
 */
export async function gatherClients(files: readonly string[], locate: Locate): Promise<Clients> {
  const gathering = new Gathering(locate);
  const read = [];
  for (const path of files) read.push(await gatherFile(path, gathering));
  const { total, countries, placed, rejected } = gathering;
  return { files: read, total, countries, places: [...gathering.places.values()].sort(byPlace), placed, rejected };
}
