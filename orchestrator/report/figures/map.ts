import * as Plot from '@observablehq/plot';
import { formatCount, plural } from '../format.ts';
import type { Results } from '../results.ts';
import { countOf } from '../rows.ts';
import { coverageSentence, emptySentence } from '../tables/coverage.ts';
import { colours, type Figure } from './svg.ts';
import { drawOnWorld } from './world-map.ts';

const title = 'Figure 4. Where the MPTCP-capable servers are';

/** Radius in pixels, log proportional to the servers at a location, as in the paper. */
function radius(servers: number): number {
  return 3.2 + 2.4 * Math.log(servers);
}

/** Sizes to read the dots by, in the empty corner west of South America. */
function scale(most: number): Plot.Markish[] {
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
  const heading = Plot.text(['Servers at a location'], {
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
  const description = `A world map with ${plural(placed, 'server', 'servers')} at ${plural(dots.length, 'location', 'locations')}.`;
  return {
    id: 'map',
    title,
    svg: dots.length === 0 ? null : await draw(dots, description),
    columns: [
      { key: 'latitude', kind: 'id' },
      { key: 'longitude', kind: 'id' },
      { key: 'city', kind: 'text' },
      { key: 'country', kind: 'text' },
      { key: 'servers', kind: 'count' },
    ],
    rows,
    denominator: `n = ${plural(placed, 'server', 'servers')} at ${plural(dots.length, 'location', 'locations')}. ${coverageSentence(results, 'position', 'a position')}`,
    meaning:
      'The radius of a dot grows with the logarithm of the servers at that location. A position is often the middle of a city or of a country: a dot is a guess at a place, not a machine in a street.',
    empty: emptySentence(results, 'position', 'geo'),
  };
}

async function draw(
  dots: { servers: number; longitude: number; latitude: number }[],
  description: string,
): Promise<string> {
  const most = Math.max(...dots.map((dot) => dot.servers));
  return await drawOnWorld({ id: 'map', title, description }, [
    Plot.dot(dots, {
      x: 'longitude',
      y: 'latitude',
      r: (d: { servers: number }) => radius(d.servers),
      fill: colours.capable,
      fillOpacity: 0.55,
      stroke: '#00496f',
      strokeWidth: 0.9,
    }),
    ...scale(most),
  ]);
}
