/** Where the archives keep their RIBs, and which RIB is meant: pure, no network. All times are UTC. */

/** The two ways in which archives name folders and files. */
export const LAYOUT_NAMES = ['routeviews', 'ris'] as const;

export type Layout = (typeof LAYOUT_NAMES)[number];

/** One RIB of an archive. */
export interface ArchivedRib {
  /** File name, for example rib.20151101.0600.bz2. */
  name: string;
  url: string;
  time: Date;
}

const HOUR = 3600_000;

/** RouteViews writes a RIB every 2 hours and has .bz2; RIPE RIS every 8 hours, .gz. Older years had other minutes and hours. */
const LAYOUTS = {
  routeviews: { above: 'bgpdata/', below: '/RIBS/', prefix: 'rib', suffix: 'bz2', hours: 2 },
  ris: { above: '', below: '/', prefix: 'bview', suffix: 'gz', hours: 8 },
} as const satisfies Record<Layout, unknown>;

function digits(time: Date): { date: string; clock: string; month: string } {
  const iso = time.toISOString();
  return {
    date: iso.slice(0, 10).replaceAll('-', ''),
    clock: iso.slice(11, 16).replace(':', ''),
    month: iso.slice(0, 7).replace('-', '.'),
  };
}

/** URL of what lies at `path` in a folder. The folder's query (a token, say) goes with every request. */
function inside(folder: string, path: string): string {
  const url = new URL(folder);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${path}`;
  url.hash = '';
  return url.href;
}

/** URL of the folder that holds the RIBs of the month of `time`. A base that ends with the folder above the months is taken too. */
export function ribFolder(base: string, layout: Layout, time: Date): string {
  const { above, below } = LAYOUTS[layout];
  const path = new URL(base).pathname;
  const isInside = above !== '' && `${path}/`.replace(/\/+$/, '/').endsWith(`/${above}`);
  return inside(base, `${isInside ? '' : above}${digits(time).month}${below}`);
}

/** The time in a file name, or undefined when there is no such day or minute. */
function timeOf(date: string, clock: string): Date | undefined {
  const iso = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}T${clock.slice(0, 2)}:${clock.slice(2)}:00Z`;
  const time = new Date(iso);
  return !Number.isNaN(time.getTime()) && digits(time).date === date ? time : undefined; // 30 February is 2 March to Date
}

/** The RIBs that a folder's HTML listing links to. */
export function ribsInListing(html: string, folder: string, layout: Layout): ArchivedRib[] {
  const { prefix } = LAYOUTS[layout];
  const pattern = new RegExp(
    `href\\s*=\\s*["']?[^"'>\\s]*?(${prefix}\\.(\\d{8})\\.(\\d{4})\\.(?:bz2|gz))["'>\\s?#]`,
    'gi',
  );
  const found = new Map<string, ArchivedRib>();
  for (const [, name = '', date = '', clock = ''] of html.matchAll(pattern)) {
    const time = timeOf(date, clock);
    if (time !== undefined) found.set(name, { name, url: inside(folder, name), time });
  }
  return [...found.values()];
}

/** The RIBs that should exist around a time by the archive's schedule, nearest first: for servers that list no folders. */
export function scheduledRibs(base: string, layout: Layout, at: Date, within: number): ArchivedRib[] {
  const { prefix, suffix, hours } = LAYOUTS[layout];
  const step = hours * HOUR;
  const ribs: ArchivedRib[] = [];
  for (let time = Math.ceil((at.getTime() - within) / step) * step; time <= at.getTime() + within; time += step) {
    const slot = new Date(time);
    const { date, clock } = digits(slot);
    const name = `${prefix}.${date}.${clock}.${suffix}`;
    ribs.push({ name, url: inside(ribFolder(base, layout, slot), name), time: slot });
  }
  return nearestFirst(ribs, at);
}

/** Milliseconds between two times. */
export function distance(time: Date, at: Date): number {
  return Math.abs(time.getTime() - at.getTime());
}

/** RIBs by their distance from a time; of two equally near ones the earlier is first. */
export function nearestFirst(ribs: readonly ArchivedRib[], at: Date): ArchivedRib[] {
  return ribs.toSorted((a, b) => distance(a.time, at) - distance(b.time, at) || a.time.getTime() - b.time.getTime());
}

/**
 * Every month that [at - within, at + within] touches, nearest first, each as its moment that lies nearest to `at`:
 * no RIB of the month is nearer than that.
 */
export function monthsAround(at: Date, within: number): Date[] {
  const months = [at];
  const earliest = at.getTime() - within;
  const latest = at.getTime() + within;
  const startOf = (later: number): number => Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + later);
  for (let i = 0; startOf(i) - 1 >= earliest; i--) months.push(new Date(startOf(i) - 1));
  for (let i = 1; startOf(i) <= latest; i++) months.push(new Date(startOf(i)));
  return months.sort((a, b) => distance(a, at) - distance(b, at));
}
