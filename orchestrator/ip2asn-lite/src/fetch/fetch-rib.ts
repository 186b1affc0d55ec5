import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { Ip2AsnError } from '../errors.ts';
import {
  type ArchivedRib,
  distance,
  type Layout,
  monthsAround,
  nearestRib,
  ribFolder,
  ribsInListing,
  scheduledRibs,
} from './archive.ts';
import { download } from './download.ts';
import { type HttpOptions, HttpStatusError, request, withRetries } from './http.ts';

export interface FetchOptions extends HttpOptions {
  /** Base URL of the archive: what stands before `bgpdata/YYYY.MM/RIBS/` (RouteViews) or `YYYY.MM/` (RIPE RIS). */
  from: string;
  /** The RIB nearest to this time is fetched. */
  at: Date;
  /** Folder that keeps fetched files, under the host and path that they came from. */
  folder: string;
  /** Default: the one of which the archive has a folder. */
  layout?: Layout;
  /** Milliseconds that the RIB may lie from `at`. Default one day: a RIB of another time is another table. */
  within?: number;
}

export interface FetchedRib {
  path: string;
  url: string;
  time: Date;
  /** The file was there already. */
  cached: boolean;
}

/** The links of a folder, or undefined when the archive has or lists no such folder. */
async function listFolder(url: string, layout: Layout, options: HttpOptions): Promise<ArchivedRib[] | undefined> {
  try {
    const html = await withRetries(async () => (await request(url, {}, options)).response.text(), options);
    return ribsInListing(html, url, layout);
  } catch (error) {
    if (error instanceof HttpStatusError && [403, 404, 410].includes(error.status)) return undefined;
    throw error;
  }
}

/** True when the archive has the file, asked without getting it. */
async function exists(url: string, options: HttpOptions): Promise<boolean> {
  const head: typeof globalThis.fetch = (input, init) =>
    (options.fetch ?? globalThis.fetch)(input, { ...init, method: 'HEAD' });
  try {
    await withRetries(() => request(url, {}, { ...options, fetch: head }), options);
    return true;
  } catch (error) {
    if (error instanceof HttpStatusError) return false;
    throw error;
  }
}

async function findListed(layout: Layout, within: number, options: FetchOptions): Promise<ArchivedRib | undefined> {
  const ribs: ArchivedRib[] = [];
  for (const month of monthsAround(options.at, within)) {
    ribs.push(...((await listFolder(ribFolder(options.from, layout, month), layout, options)) ?? []));
  }
  const nearest = nearestRib(ribs, options.at);
  return nearest !== undefined && distance(nearest, options.at) <= within ? nearest : undefined;
}

async function findScheduled(layout: Layout, within: number, options: FetchOptions): Promise<ArchivedRib | undefined> {
  for (const rib of scheduledRibs(options.from, layout, options.at, within)) {
    if (await exists(rib.url, options)) return rib;
  }
  return undefined;
}

async function findRib(options: FetchOptions): Promise<ArchivedRib> {
  const within = options.within ?? 24 * 3600_000;
  const layouts: Layout[] = options.layout === undefined ? ['routeviews', 'ris'] : [options.layout];
  for (const find of [findListed, findScheduled]) {
    for (const layout of layouts) {
      const rib = await find(layout, within, options);
      if (rib !== undefined) return rib;
    }
  }
  const tried = layouts.map((layout) => ribFolder(options.from, layout, options.at)).join(' and ');
  const reach = `${within / 3600_000} hours of ${options.at.toISOString()}`;
  throw new Ip2AsnError('NO_RIB', `no RIB within ${reach} in ${tried}`);
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
async function findKept(options: FetchOptions): Promise<FetchedRib | undefined> {
  const layouts: Layout[] = options.layout === undefined ? ['routeviews', 'ris'] : [options.layout];
  for (const layout of layouts) {
    for (const { url, time } of scheduledRibs(options.from, layout, options.at, 0)) {
      const path = keptAt(options.folder, url);
      if (await isThere(path)) return { path, url, time, cached: true };
    }
  }
  return undefined;
}

/** Fetches the RIB nearest to a time, unless it was fetched before. */
export async function fetchRib(options: FetchOptions): Promise<FetchedRib> {
  const kept = await findKept(options);
  if (kept !== undefined) return kept;
  const { url, time } = await findRib(options);
  const path = keptAt(options.folder, url);
  const cached = await isThere(path);
  if (!cached) await download(url, path, options);
  return { path, url, time, cached };
}
