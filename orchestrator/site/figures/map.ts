import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { feature } from 'topojson-client';
import { z } from 'zod';
import { formatCount } from '../../report/format.ts';
import { codeOfName } from './country-codes.ts';
import { at, drawing, escapeXml, ink } from './svg.ts';

const Ring = z.array(z.tuple([z.number(), z.number()]).rest(z.number()));
const Shapes = z.object({
  features: z.array(
    z.object({
      properties: z.object({ name: z.string() }),
      geometry: z.discriminatedUnion('type', [
        z.object({ type: z.literal('Polygon'), coordinates: z.array(Ring) }),
        z.object({ type: z.literal('MultiPolygon'), coordinates: z.array(z.array(Ring)) }),
      ]),
    }),
  ),
});
const Topology = z.custom<Parameters<typeof feature>[0]>(
  (value) => z.looseObject({ type: z.literal('Topology') }).safeParse(value).success,
);
const Collection = z.custom<Parameters<typeof feature>[1]>(
  (value) => z.looseObject({ type: z.literal('GeometryCollection') }).safeParse(value).success,
);

const [width, height] = [900, 430];

/** Equal Earth (Savric, Patterson and Jenny, 2018): areas keep their size, so a colour weighs what it covers. */
function project([longitude, latitude]: readonly number[]): [number, number] {
  const root = Math.sqrt(3) / 2;
  const theta = Math.asin(root * Math.sin(((latitude ?? 0) * Math.PI) / 180));
  const [t2, t6] = [theta ** 2, theta ** 6];
  const lambda = ((longitude ?? 0) * Math.PI) / 180;
  const x =
    (lambda * Math.cos(theta)) / (root * (1.340264 - 3 * 0.081106 * t2 + t6 * (7 * 0.000893 + 9 * 0.003796 * t2)));
  const y = theta * (1.340264 - 0.081106 * t2 + t6 * (0.000893 + 0.003796 * t2));
  const scale = width / 5.45;
  return [width / 2 + x * scale, height / 2 + 14 - y * scale];
}

/** Longitudes without a jump, past 180 degrees where a land lies on both sides of it. */
function unrolled(ring: z.infer<typeof Ring>): [number, number][] {
  let turn = 0;
  return ring.map(([longitude, latitude], i) => {
    const before = ring[i - 1]?.[0] ?? longitude;
    if (longitude - before > 180) turn -= 360;
    if (longitude - before < -180) turn += 360;
    return [longitude + turn, latitude];
  });
}

/** The same land on both edges of the map, each cut off at it. */
function onMap(ring: z.infer<typeof Ring>): [number, number][][] {
  const whole = unrolled(ring);
  const longitudes = whole.map(([longitude]) => longitude);
  const shifts = [0, Math.max(...longitudes) > 180 ? -360 : 0, Math.min(...longitudes) < -180 ? 360 : 0];
  return [...new Set(shifts)].map((shift) =>
    whole.map(([longitude, latitude]) => [Math.min(180, Math.max(-180, longitude + shift)), latitude]),
  );
}

function pathOf(rings: readonly z.infer<typeof Ring>[]): string {
  return rings
    .flatMap(onMap)
    .map((ring) => {
      const points = ring.map(project).map(([x, y]) => `${at(x)} ${at(y)}`);
      return `M${points.filter((point, i) => point !== points[i - 1]).join('L')}Z`;
    })
    .join('');
}

interface Shape {
  /** Null: a land that no country code stands for. */
  code: string | null;
  name: string;
  path: string;
}

/** Countries (Natural Earth, 1:110 million, public domain), without Antarctica, as paths. */
async function readShapes(): Promise<Shape[]> {
  const file = fileURLToPath(import.meta.resolve('world-atlas/countries-110m.json'));
  const world = Topology.parse(JSON.parse(await readFile(file, 'utf8')));
  const { features } = Shapes.parse(feature(world, Collection.parse(world.objects.countries)));
  const shown = features.filter(({ properties }) => properties.name !== 'Antarctica');
  return shown.map(({ properties: { name }, geometry }) => ({
    code: codeOfName(name),
    name,
    path: geometry.type === 'Polygon' ? pathOf(geometry.coordinates) : geometry.coordinates.map(pathOf).join(''),
  }));
}

/** Five blues of growing depth; the page gives others where it is dark. */
const shades = ['#d6e6f2', '#a6cbe3', '#6baed6', '#3182bd', '#08519c'];

/** The least number of each shade: from the smallest number told to the largest, each so many times the one before. */
function leastOf(numbers: readonly number[]): number[] {
  const [least, most] = [Math.max(1, Math.min(...numbers)), Math.max(...numbers)];
  const times = Math.max(10, most / least) ** (1 / shades.length);
  return shades.map((_, i) => Math.ceil(least * times ** i));
}

function legend(least: readonly number[]): string {
  const squares = shades.map(
    (shade, i) =>
      `<rect class="shade s${i}" fill="${shade}" x="${12 + i * 62}" y="${height - 34}" width="62" height="10"/><text class="soft" fill="${ink.soft}" x="${12 + i * 62}" y="${height - 10}" font-size="11">${formatCount(least[i] ?? 0)}</text>`,
  );
  return `<text class="soft" fill="${ink.soft}" x="12" y="${height - 42}" font-size="11">endpoints capable of v1, and more</text>${squares.join('')}`;
}

/** Capable endpoints per country. Countries of which no number is told are grey; null where that is every country. */
export async function mapSvg(title: string, capable: ReadonlyMap<string, number>): Promise<string | null> {
  const numbers = [...capable.values()].filter((n) => n > 0);
  if (numbers.length === 0) return null;
  const least = leastOf(numbers);
  const shapes = (await readShapes()).map(({ code, name, path }) => {
    const n = code === null ? undefined : capable.get(code);
    const i = n === undefined || n === 0 ? null : least.findLastIndex((one) => one <= n);
    const text = n === undefined ? `${name}: not shown` : `${name}: ${formatCount(n)}`;
    const fill = i === null ? '#e6eaef' : shades[i];
    return `<path class="${i === null ? 'land' : `shade s${i}`}" fill="${fill}" stroke="#ffffff" stroke-width="0.5" d="${path}"><title>${escapeXml(text)}</title></path>`;
  });
  const description = `A world map of ${capable.size} countries for which a number is published; the largest has ${formatCount(Math.max(...numbers))} endpoints. The table of countries has the same numbers.`;
  return drawing({ id: 'map', title, description, width, height }, shapes.join('') + legend(least));
}
