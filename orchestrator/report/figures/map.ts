import * as Plot from '@observablehq/plot';
import type { ClientPlace } from '../../clients/gather.ts';
import { gathered, placedSentence } from '../../clients/shown.ts';
import { formatCount, plural } from '../format.ts';
import type { Results } from '../results.ts';
import { countOf } from '../rows.ts';
import { coverageSentence, emptySentence } from '../tables/coverage.ts';
import { colours, type Figure } from './svg.ts';
import { drawOnWorld } from './world-map.ts';

const alone = 'Figure 4. Where the MPTCP-capable servers are';
const together = 'Figure 4. Where the MPTCP-capable servers are, and MPTCP clients observed elsewhere';

/** Servers and clients, told apart by colour and by the legend. */
const layers = { servers: colours.capable, clients: colours.accent } as const;

/** Radius in pixels, log proportional to the servers at a location, as in the paper. */
function radius(servers: number): number {
  return 3.2 + 2.4 * Math.log(servers);
}

/** Sizes to read the dots by, in the empty corner west of South America. */
function scale(most: number, title: string): Plot.Markish[] {
  const sizes = [1, 10, 100, 1000].filter((size, i) => i < 2 || size <= most);
  const corner = { frameAnchor: 'bottom-left' as const, dx: 26 };
  // Large enough to be read where a phone shows the map at two thirds of its size.
  const fontSize = 17;
  const marks = sizes.map((servers, i) => {
    const dy = -24 - (sizes.length - 1 - i) * 36;
    return [
      Plot.dot([servers], { ...corner, dy, r: radius(servers), stroke: colours.ink }),
      Plot.text([servers], {
        ...corner,
        dx: 56,
        dy,
        text: () => formatCount(servers),
        fontSize,
        textAnchor: 'start',
        lineAnchor: 'middle',
      }),
    ];
  });
  const heading = Plot.text([title], {
    ...{ ...corner, dx: 6, dy: -22 - sizes.length * 36, fontSize, textAnchor: 'start' as const },
  });
  return [heading, ...marks.flat()];
}

/** Figure 4 of the paper. */
export async function mapFigure(results: Results): Promise<Figure> {
  const rows = results.rows('map');
  const dots = rows.map((row) => ({
    servers: countOf(row, 'servers'),
    longitude: countOf(row, 'longitude'),
    latitude: countOf(row, 'latitude'),
  }));
  const placed = dots.reduce((sum, dot) => sum + dot.servers, 0);
  const clients = results.clients?.places ?? [];
  const title = results.clients ? together : alone;
  const beside =
    clients.length === 0 ? '' : ` Beside them ${plural(results.clients?.placed ?? 0, 'client', 'clients')}.`;
  const description = `A world map with ${plural(placed, 'server', 'servers')} at ${plural(dots.length, 'location', 'locations')}.${beside}`;
  return {
    id: 'map',
    title,
    svg: dots.length === 0 && clients.length === 0 ? null : await draw({ title, description }, dots, clients),
    columns: [
      { key: 'latitude', kind: 'id' },
      { key: 'longitude', kind: 'id' },
      { key: 'city', kind: 'text' },
      { key: 'country', kind: 'text' },
      { key: 'servers', kind: 'count' },
      ...(results.clients ? [{ key: 'clients', kind: 'count' as const }] : []),
    ],
    rows: [...rows, ...clients.map((place) => ({ ...place, servers: null }))],
    denominator: `n = ${plural(placed, 'server', 'servers')} at ${plural(dots.length, 'location', 'locations')}. ${coverageSentence(results, 'position', 'a position')}${placedSentence(results)}`,
    meaning:
      'The radius of a dot grows with the logarithm of the servers at that location. A position is often the middle of a city or of a country: a dot is a guess at a place, not a machine in a street.' +
      gathered(results),
    empty: emptySentence(results, 'position', 'geo'),
  };
}

/** Names of both layers, beside the sizes: a phone shows the left of the map first. */
function legend(): Plot.Markish[] {
  const corner = { frameAnchor: 'bottom-left' as const };
  return (['servers', 'clients'] as const).flatMap((layer, i) => {
    const dy = -48 + 26 * i;
    return [
      Plot.dot([layer], { ...corner, dx: 134, dy, r: 7, fill: layers[layer], fillOpacity: 0.7 }),
      Plot.text([layer], { ...corner, dx: 148, dy, fontSize: 17, textAnchor: 'start', lineAnchor: 'middle' }),
    ];
  });
}

/** More places are a grey cloud, and a file too large to look at. */
const mostPlaces = 5000;

async function draw(
  words: { title: string; description: string },
  dots: { servers: number; longitude: number; latitude: number }[],
  clients: readonly ClientPlace[],
): Promise<string> {
  const shown = clients.slice(0, mostPlaces);
  const most = Math.max(...dots.map((dot) => dot.servers), ...shown.map((place) => place.clients));
  return await drawOnWorld({ id: 'map', ...words }, [
    Plot.dot(shown, {
      x: 'longitude',
      y: 'latitude',
      r: (place: ClientPlace) => radius(place.clients),
      fill: layers.clients,
      fillOpacity: 0.35,
      stroke: layers.clients,
      strokeWidth: 0.6,
    }),
    ...(shown.length === 0 ? [] : legend()),
    Plot.dot(dots, {
      x: 'longitude',
      y: 'latitude',
      r: (d: { servers: number }) => radius(d.servers),
      fill: layers.servers,
      fillOpacity: 0.55,
      stroke: '#00496f',
      strokeWidth: 0.9,
    }),
    ...scale(most, shown.length === 0 ? 'Servers at a location' : 'At a location'),
  ]);
}
