import * as Plot from '@observablehq/plot';
import { plural } from '../format.ts';
import type { Results } from '../results.ts';
import { countOf } from '../rows.ts';
import { emptySentence } from '../tables/coverage.ts';
import { heldAddresses } from '../tables/multihomed.ts';
import { colours, type Figure } from './svg.ts';
import { drawOnWorld } from './world-map.ts';

const title = 'Places of one host';

interface Link {
  hosts: number;
  from: [longitude: number, latitude: number];
  to: [longitude: number, latitude: number];
}

/** Hosts whose addresses are at different places: a line between each two places, along the great circle. */
export async function hostPlacesFigure(results: Results): Promise<Figure> {
  const rows = results.rows('host_places');
  const links = rows.map(
    (row): Link => ({
      hosts: countOf(row, 'hosts'),
      from: [countOf(row, 'longitude'), countOf(row, 'latitude')],
      to: [countOf(row, 'other_longitude'), countOf(row, 'other_latitude')],
    }),
  );
  const held = heldAddresses(results);
  const pairs = plural(links.length, 'pair of places', 'pairs of places');
  return {
    id: 'host_places',
    title,
    svg:
      links.length === 0
        ? null
        : await draw(links, `A world map with lines between ${pairs} that addresses of one host are at.`),
    columns: [
      { key: 'latitude', kind: 'id' },
      { key: 'longitude', kind: 'id' },
      { key: 'other_latitude', kind: 'id' },
      { key: 'other_longitude', kind: 'id' },
      { key: 'hosts', kind: 'count' },
    ],
    rows,
    denominator: `${pairs}, of ${plural(held, 'capable address', 'capable addresses')} whose MPTCP connection was held to its end.`,
    meaning:
      'A line joins two places where the geolocation database has addresses of one host; the more hosts, the wider the line. Databases often place an address at the registered location of its network or provider, so the addresses of a host may be closer together than they look.',
    empty:
      held === 0
        ? emptySentence(results, null, 'handshake')
        : 'No host has addresses that the geolocation database puts at different places.',
  };
}

async function draw(links: Link[], description: string): Promise<string> {
  const ends = [...new Map(links.flatMap(({ from, to }) => [from, to]).map((end) => [end.join(), end])).values()];
  return await drawOnWorld({ id: 'host_places', title, description }, [
    Plot.link(links, {
      x1: (link: Link) => link.from[0],
      y1: (link: Link) => link.from[1],
      x2: (link: Link) => link.to[0],
      y2: (link: Link) => link.to[1],
      stroke: colours.accent,
      strokeOpacity: 0.7,
      strokeWidth: (link: Link) => 1.2 + 1.2 * Math.log(link.hosts),
    }),
    Plot.dot(ends, { x: '0', y: '1', r: 3.2, fill: colours.capable, stroke: '#00496f', strokeWidth: 0.9 }),
  ]);
}
