import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { feature } from 'topojson-client';
import { z } from 'zod';
import { alpha2 } from './countries.ts';

const Ring = z.array(z.tuple([z.number(), z.number()]));
type Ring = z.infer<typeof Ring>;
const Shape = z.union([
  z.object({ type: z.literal('Polygon'), coordinates: z.array(Ring) }).transform(({ coordinates }) => [coordinates]),
  z
    .object({ type: z.literal('MultiPolygon'), coordinates: z.array(z.array(Ring)) })
    .transform((one) => one.coordinates),
]);
const Countries = z.object({
  features: z.array(z.object({ id: z.union([z.string(), z.number()]).optional(), geometry: Shape.nullable() })),
});

const World = z.custom<Parameters<typeof feature>[0]>(
  (value) => z.looseObject({ type: z.literal('Topology') }).safeParse(value).success,
);
const Shapes = z.custom<Extract<Parameters<typeof feature>[1], { type: 'GeometryCollection' }>>(
  (value) => z.looseObject({ type: z.literal('GeometryCollection') }).safeParse(value).success,
);

/** One piece of land: its outline and the holes in it, and the box around it. */
interface Land {
  country: string;
  rings: Ring[];
  west: number;
  east: number;
  south: number;
  north: number;
}

function landOf(country: string, rings: Ring[]): Land {
  const land = { country, rings, west: 180, east: -180, south: 90, north: -90 };
  for (const [x, y] of rings[0] ?? []) {
    land.west = Math.min(land.west, x);
    land.east = Math.max(land.east, x);
    land.south = Math.min(land.south, y);
    land.north = Math.max(land.north, y);
  }
  return land;
}

/** Whether a line from the point to the east crosses the outlines an odd number of times. */
function holds({ rings }: Land, x: number, y: number): boolean {
  let inside = false;
  for (const ring of rings) {
    let [px, py] = ring.at(-1) ?? [0, 0];
    for (const [cx, cy] of ring) {
      if (cy > y !== py > y && x < ((px - cx) * (y - cy)) / (py - cy) + cx) inside = !inside;
      [px, py] = [cx, cy];
    }
  }
  return inside;
}

/** Degrees that a point may lie off the shore: a position is the middle of a city, and coasts are drawn with few lines. */
const offShore = 0.25;

/** Distance to the nearest corner of an outline, degrees; a degree of longitude is shorter away from the equator. */
function distance({ rings: [outline = []] }: Land, x: number, y: number): number {
  const narrow = Math.cos((y * Math.PI) / 180);
  return Math.sqrt(Math.min(...outline.map(([cx, cy]) => ((cx - x) * narrow) ** 2 + (cy - y) ** 2)));
}

function countryOf(lands: readonly Land[], x: number, y: number): string | null {
  const near = lands.filter(
    ({ west, east, south, north }) =>
      x >= west - 2 * offShore && x <= east + 2 * offShore && y >= south - offShore && y <= north + offShore,
  );
  const within = near.find((land) => holds(land, x, y));
  if (within !== undefined) return within.country;
  const [nearest] = near
    .map((land) => ({ country: land.country, away: distance(land, x, y) }))
    .sort((a, b) => a.away - b.away);
  return nearest !== undefined && nearest.away <= offShore ? nearest.country : null;
}

/**
 * Tells the country of a point by the borders of Natural Earth (1:10 million, public domain, as of the map's edition). The same point is
 * asked once: lists of points have few places and many of each.
 */
export async function countryAt(): Promise<(latitude: number, longitude: number) => string | null> {
  const path = fileURLToPath(import.meta.resolve('world-atlas/countries-10m.json'));
  const world = World.parse(JSON.parse(await readFile(path, 'utf8')));
  const { features } = Countries.parse(feature(world, Shapes.parse(world.objects.countries)));
  const lands = features.flatMap(({ id, geometry }) => {
    const country = alpha2.get(String(id));
    return country === undefined ? [] : (geometry ?? []).map((rings) => landOf(country, rings));
  });
  const known = new Map<string, string | null>();
  return (latitude, longitude) => {
    const name = `${latitude} ${longitude}`;
    const found = known.get(name);
    if (found !== undefined) return found;
    const country = countryOf(lands, longitude, latitude);
    if (known.size < 100_000) known.set(name, country);
    return country;
  };
}
