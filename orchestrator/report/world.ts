import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { feature, mesh } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import { z } from 'zod';

type World = Topology<{ countries: GeometryCollection; land: GeometryCollection }>;

const World = z.custom<World>(
  (value) =>
    z
      .looseObject({
        type: z.literal('Topology'),
        objects: z.looseObject({ countries: z.unknown(), land: z.unknown() }),
      })
      .safeParse(value).success,
  'a TopoJSON file with countries and land',
);

/** Land and the borders between countries (Natural Earth, 1:110 million, public domain). */
export async function readWorld() {
  const path = createRequire(import.meta.url).resolve('world-atlas/countries-110m.json');
  const world = World.parse(JSON.parse(await readFile(path, 'utf8')));
  const { countries, land } = world.objects;
  return { land: feature(world, land), borders: mesh(world, countries, (a, b) => a !== b) };
}
