import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { Ip2AsnError } from '../errors.ts';
import {
  type ArchivedRib,
  distance,
  LAYOUT_NAMES,
  type Layout,
  nearestFirst,
  ribFolder,
  scheduledRibs,
} from './archive.ts';
import { download } from './download.ts';
import { type HttpOptions, HttpStatusError, shown } from './http.ts';
import { requireRib } from './rib-check.ts';
import { ribsAround, type Search } from './search.ts';

const DAY = 24 * 3600_000;

export interface FindOptions extends HttpOptions {
  /** Base URL of the archive: what stands before `bgpdata/YYYY.MM/RIBS/` (RouteViews) or `YYYY.MM/` (RIPE RIS). Its query goes with every request. */
  from: string;
  /** The RIB nearest to this time is meant. */
  at: Date;
  /** Default: both; the nearest RIB of either is meant. */
  layout?: Layout;
  /** Milliseconds that the RIB may lie from `at`. Default one day: a RIB of another time is another table. */
  within?: number;
}

export interface FetchOptions extends FindOptions {
  /** Folder that keeps fetched files, under the host and path that they came from. */
  folder: string;
  /** Fetch again though the file is there: it is kept as the server sent it, also when that was not the whole of it. */
  force?: boolean;
}

export interface FetchedRib {
  path: string;
  url: string;
  time: Date;
  /** The file was there already. */
  cached: boolean;
}

/** Where a URL is kept: the same file name exists at every collector. */
function keptAt(folder: string, url: string): string {
  const { host, pathname } = new URL(url);
  return join(folder, host.replace(':', '_'), ...pathname.split('/').filter((part) => part !== '' && part !== '..'));
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}

/** A RIB of exactly the wanted minute that was fetched before: found without a request. */
async function findKept({ from, at, layouts }: Search, folder: string): Promise<FetchedRib | undefined> {
  for (const layout of layouts) {
    for (const { url, time } of scheduledRibs(from, layout, at, 0)) {
      const path = keptAt(folder, url);
      if (await isThere(path)) return { path, url, time, cached: true };
    }
  }
  return undefined;
}

/** What is searched for, checked: callers without types hand in texts for dates. */
function searchOf({ from, at, within = DAY, layout }: FindOptions): Search {
  if (!URL.canParse(from)) throw new TypeError(`from is to be the URL of an archive, and is ${JSON.stringify(from)}`);
  if (!(at instanceof Date) || Number.isNaN(at.getTime()))
    throw new TypeError(`at is to be a valid Date, and is ${at}`);
  if (!(within >= 0 && within <= 100 * 366 * DAY))
    throw new TypeError(`within is to be milliseconds, at most a hundred years, and is ${within}`);
  if (layout !== undefined && !LAYOUT_NAMES.includes(layout))
    throw new TypeError(`layout is to be one of ${LAYOUT_NAMES.join(', ')}, and is ${JSON.stringify(layout)}`);
  return { from, at, within, layouts: layout === undefined ? LAYOUT_NAMES : [layout], beyond: [] };
}

const HOUR = 3600_000;

function noRib({ from, at, within, layouts, beyond }: Search, cause: unknown): Ip2AsnError {
  const tried = layouts.map((layout) => shown(ribFolder(from, layout, at))).join(' and ');
  const reach = `${within / HOUR} hours of ${at.toISOString()}`;
  const [nearest] = nearestFirst(beyond, at);
  const listed =
    nearest === undefined
      ? ''
      : `; the nearest in the folders around is of ${nearest.time.toISOString()}, ${Math.round(distance(nearest.time, at) / HOUR)} hours away`;
  return new Ip2AsnError('NO_RIB', `no RIB within ${reach} in ${tried}${listed}`, cause === undefined ? {} : { cause });
}

/**
 * Looks for the RIB nearest to a time without getting it: what the archive lists, or has by its schedule.
 *
 * @throws TypeError for an option that has no sense
 */
export async function findRib(options: FindOptions): Promise<ArchivedRib> {
  const search = searchOf(options);
  for await (const rib of ribsAround(search, options)) return rib;
  throw noRib(search, undefined);
}

/**
 * Fetches the RIB nearest to a time, unless it was fetched before. What is listed and yet not there is passed over.
 *
 * @throws TypeError for an option that has no sense
 */
export async function fetchRib(options: FetchOptions): Promise<FetchedRib> {
  const { folder, force = false } = options;
  const search = searchOf(options);
  const kept = force ? undefined : await findKept(search, folder);
  if (kept !== undefined) return kept;
  let absence: unknown;
  for await (const { url, time } of ribsAround(search, options)) {
    const path = keptAt(folder, url);
    if (!force && (await isThere(path))) return { path, url, time, cached: true };
    try {
      await download(url, path, options, requireRib);
      return { path, url, time, cached: false };
    } catch (error) {
      if (!(error instanceof HttpStatusError && error.isAbsence)) throw error;
      absence = error;
    }
  }
  throw noRib(search, absence);
}
