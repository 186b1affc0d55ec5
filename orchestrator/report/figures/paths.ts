import * as Plot from '@observablehq/plot';
import { formatCount, plural } from '../format.ts';
import type { Results } from '../results.ts';
import { countOf } from '../rows.ts';
import { emptySentence } from '../tables/coverage.ts';
import { logTicks } from './log-ticks.ts';
import { colours, drawSvg, type Figure } from './svg.ts';

const title = 'Round trip of the SYN against ping';

/** The paper's own idea for finding proxies (section 5.3): TCP's round trip against the network's. */
export function pathFigure(results: Results): Figure {
  const rows = results.rows('paths');
  const points = rows.map((row) => ({ ping: countOf(row, 'ping_ms'), syn: countOf(row, 'syn_ms') }));
  const near = points.filter(({ ping, syn }) => syn < ping / 2).length;
  const all = points.flatMap(({ ping, syn }) => [ping, syn]).filter((ms) => ms > 0);
  const [low, high] = [Math.min(...all) / 1.5, Math.max(...all) * 1.5];
  const domain = [low, high];
  const ticks = points.length === 0 ? [] : logTicks(low, high);
  const svg = (): string =>
    drawSvg(
      {
        id: 'paths',
        title,
        description: `${points.length} addresses; ${near} answered the SYN in less than half of ping's time.`,
      },
      {
        width: 400,
        height: 360,
        marginLeft: 56,
        marginBottom: 44,
        x: { type: 'log', label: 'Ping, ms', domain, grid: true, ticks, tickFormat: '~g' },
        y: { type: 'log', label: 'SYN to SYN/ACK, ms', domain, grid: true, ticks, tickFormat: '~g' },
        marks: [
          Plot.line(
            [domain, domain].map((ends, i) => ({ ping: ends[i], syn: ends[i] })),
            { x: 'ping', y: 'syn', stroke: colours.all, strokeDasharray: '4 3' },
          ),
          Plot.dot(points, {
            x: 'ping',
            y: 'syn',
            r: 3,
            fillOpacity: 0.5,
            fill: (point: { ping: number; syn: number }) =>
              point.syn < point.ping / 2 ? colours.accent : colours.capable,
          }),
        ],
      },
    );
  return {
    id: 'paths',
    title,
    svg: points.length === 0 ? null : svg(),
    columns: [
      { key: 'ping_ms', kind: 'id' },
      { key: 'syn_ms', kind: 'id' },
    ],
    rows,
    denominator: `n = ${plural(points.length, 'capable address', 'capable addresses')} with both round trips; ${formatCount(near)} in orange answered the SYN in less than half of ping's time. The dashed line is equality.`,
    meaning: 'Smallest of the few round trips measured per address, from this vantage point only.',
    empty: emptySentence(results, 'ping', 'path'),
  };
}
