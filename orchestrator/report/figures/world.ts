import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { feature, mesh } from 'topojson-client';
import { z } from 'zod';

/** A TopoJSON file with countries and land: as much of it as is used here. */
const World = z.custom<Parameters<typeof mesh>[0]>(
  (value) => z.looseObject({ type: z.literal('Topology') }).safeParse(value).success,
);
const Shapes = z.custom<NonNullable<Parameters<typeof mesh>[1]>>(
  (value) => z.looseObject({ type: z.literal('GeometryCollection') }).safeParse(value).success,
);

/** Land and the borders between countries (Natural Earth, 1:110 million, public domain). */
export async function readWorld() {
  const path = fileURLToPath(import.meta.resolve('world-atlas/countries-110m.json'));
  const world = World.parse(JSON.parse(await readFile(path, 'utf8')));
  const countries = Shapes.parse(world.objects.countries);
  const land = Shapes.parse(world.objects.land);
  return { land: feature(world, land), borders: mesh(world, countries, (a, b) => a !== b) };
}
