/** Where the archives keep their RIBs, and which RIB is meant: pure, no network. All times are UTC. */

export type Layout = 'routeviews' | 'ris';

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
  routeviews: { folder: (month: string) => `bgpdata/${month}/RIBS/`, prefix: 'rib', suffix: 'bz2', hours: 2 },
  ris: { folder: (month: string) => `${month}/`, prefix: 'bview', suffix: 'gz', hours: 8 },
} as const satisfies Record<Layout, unknown>;

function digits(time: Date): { date: string; clock: string; month: string } {
  const iso = time.toISOString();
  return {
    date: iso.slice(0, 10).replaceAll('-', ''),
    clock: iso.slice(11, 16).replace(':', ''),
    month: iso.slice(0, 7).replace('-', '.'),
  };
}

/** URL of the folder that holds the RIBs of the month of `time`. */
export function ribFolder(base: string, layout: Layout, time: Date): string {
  return new URL(LAYOUTS[layout].folder(digits(time).month), base.endsWith('/') ? base : `${base}/`).href;
}

function timeOf(date: string, clock: string): Date | undefined {
  const iso = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}T${clock.slice(0, 2)}:${clock.slice(2)}:00Z`;
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

/** The RIBs that a folder's HTML listing links to. */
export function ribsInListing(html: string, folder: string, layout: Layout): ArchivedRib[] {
  const pattern = new RegExp(
    `href="?[^"> ]*?(${LAYOUTS[layout].prefix}\\.(\\d{8})\\.(\\d{4})\\.(?:bz2|gz))["> ]`,
    'gi',
  );
  const found = new Map<string, ArchivedRib>();
  for (const [, name = '', date = '', clock = ''] of html.matchAll(pattern)) {
    const time = timeOf(date, clock);
    if (time !== undefined) found.set(name, { name, url: new URL(name, folder).href, time });
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
    ribs.push({ name, url: new URL(name, ribFolder(base, layout, slot)).href, time: slot });
  }
  return ribs.sort((a, b) => distance(a, at) - distance(b, at) || a.time.getTime() - b.time.getTime());
}

/** Milliseconds between a RIB and a time. */
export function distance(rib: ArchivedRib, at: Date): number {
  return Math.abs(rib.time.getTime() - at.getTime());
}

/** The RIB nearest to a time; of two equally near ones the earlier. */
export function nearestRib(ribs: readonly ArchivedRib[], at: Date): ArchivedRib | undefined {
  const sorted = [...ribs].sort((a, b) => a.time.getTime() - b.time.getTime());
  return sorted.reduce<ArchivedRib | undefined>(
    (best, rib) => (best === undefined || distance(rib, at) < distance(best, at) ? rib : best),
    undefined,
  );
}

/** A time in each month that [at - within, at + within] touches, the month of `at` first. */
export function monthsAround(at: Date, within: number): Date[] {
  const times = [at, new Date(at.getTime() - within), new Date(at.getTime() + within)];
  return times.filter((time, i) => times.findIndex((other) => digits(other).month === digits(time).month) === i);
}
