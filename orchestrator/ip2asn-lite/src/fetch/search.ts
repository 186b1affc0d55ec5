import {
  type ArchivedRib,
  distance,
  type Layout,
  monthsAround,
  nearestFirst,
  ribFolder,
  ribsInListing,
  scheduledRibs,
} from './archive.ts';
import { type HttpOptions, HttpStatusError, request, withRetries } from './http.ts';

/** What is searched for in which archive. */
export interface Search {
  from: string;
  at: Date;
  within: number;
  layouts: readonly Layout[];
  /** Filled with what the archive lists and lies too far: the words of an error are made of it. */
  beyond: ArchivedRib[];
}

async function textOf(url: string, options: HttpOptions): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of (await request(url, {}, options)).chunks) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

/** The links of a folder; none when the archive has or lists no such folder. */
async function listFolder(url: string, layout: Layout, options: HttpOptions): Promise<ArchivedRib[]> {
  try {
    const html = await withRetries(() => textOf(url, options), options);
    return ribsInListing(html, url, layout);
  } catch (error) {
    if (error instanceof HttpStatusError && (error.isAbsence || error.status === 403)) return [];
    throw error;
  }
}

/** The RIBs that the archive lists, nearest first. A month is asked for only when no RIB of the nearer ones was wanted. */
async function* listedRibs(
  { from, at, within, layouts, beyond }: Search,
  options: HttpOptions,
): AsyncGenerator<ArchivedRib> {
  const months = monthsAround(at, within);
  let found: ArchivedRib[] = [];
  for (const [i, month] of months.entries()) {
    for (const layout of layouts) found.push(...(await listFolder(ribFolder(from, layout, month), layout, options)));
    const next = months[i + 1];
    const isNear = ({ time }: ArchivedRib): boolean => distance(time, at) <= within;
    beyond.push(...found.filter((rib) => !isNear(rib)));
    const isNearest = ({ time }: ArchivedRib): boolean => next === undefined || distance(time, at) < distance(next, at);
    yield* nearestFirst(
      found.filter((rib) => isNear(rib) && isNearest(rib)),
      at,
    );
    found = found.filter((rib) => isNear(rib) && !isNearest(rib));
  }
}

async function answers(url: string, init: RequestInit, options: HttpOptions): Promise<boolean> {
  const { response } = await withRetries(() => request(url, init, options), options);
  await response.body?.cancel();
  return response.ok;
}

/** True when the archive has the file, asked without getting it: by HEAD, or for its first byte where the server refuses HEAD. */
async function exists(url: string, options: HttpOptions): Promise<boolean> {
  try {
    return await answers(url, { method: 'HEAD' }, options).catch((error: unknown) => {
      if (!(error instanceof HttpStatusError) || error.isAbsence) throw error;
      return answers(url, { headers: { range: 'bytes=0-0' } }, options);
    });
  } catch (error) {
    if (error instanceof HttpStatusError && error.isAbsence) return false;
    throw error;
  }
}

/** The RIBs that should be there by the archive's schedule and are, nearest first. */
async function* scheduledThere(search: Search, options: HttpOptions): AsyncGenerator<ArchivedRib> {
  const { from, at, within, layouts } = search;
  const ribs = layouts.flatMap((layout) => scheduledRibs(from, layout, at, within));
  for (const rib of nearestFirst(ribs, at)) {
    if (await exists(rib.url, options)) yield rib;
  }
}

/** The RIBs of an archive around a time, nearest first, each once; what the archive lists goes before what is looked for by schedule. */
export async function* ribsAround(search: Search, options: HttpOptions): AsyncGenerator<ArchivedRib> {
  const seen = new Set<string>();
  for (const find of [listedRibs, scheduledThere]) {
    for await (const rib of find(search, options)) {
      if (!seen.has(rib.url)) yield rib;
      seen.add(rib.url);
    }
  }
}
