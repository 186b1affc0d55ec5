import type { DuckDBInstance } from '@duckdb/node-api';
import * as Plot from '@observablehq/plot';
import { z } from 'zod';
import { rows } from '../../core/database/duckdb.ts';
import { colours, drawSvg, type Figure } from '../../report/figures/svg.ts';
import { formatCount, plural } from '../../report/format.ts';

/** Bars over the time of the captures; a plot is a few hundred pixels wide. */
const BINS = 60;

const Bin = z.object({ at: z.string(), state: z.string(), n: z.number() });

const binsSql = `
  WITH of AS (SELECT CAST(started_at AS TIMESTAMP) AS moment, state FROM connections),
    ends AS (SELECT min(moment) AS first, greatest(epoch_us(max(moment)) - epoch_us(min(moment)), 1) AS span FROM of)
  SELECT strftime(first + to_microseconds(CAST(floor((epoch_us(moment) - epoch_us(first)) * ${BINS}.0 / (span + 1)) * span / ${BINS} AS BIGINT)), '%Y-%m-%dT%H:%M:%S.%fZ') AS at,
    state, count(*) AS n
  FROM of, ends GROUP BY ALL ORDER BY 1, 2`;

const states: readonly string[] = ['mptcp', 'fell_back', 'unknown', 'not_offered'];
const stateColours = [colours.capable, colours.accent, colours.all, '#cc79a7'];

async function overTime(database: DuckDBInstance): Promise<Figure> {
  const bins: z.infer<typeof Bin>[] = [];
  for await (const row of rows(database, binsSql)) bins.push(Bin.parse(row));
  const all = bins.reduce((sum, { n }) => sum + n, 0);
  const title = 'Connections over time, by outcome';
  const id = 'over_time';
  const data = bins.map((bin) => ({ ...bin, at: new Date(bin.at) }));
  const svg =
    bins.length === 0
      ? null
      : drawSvg(
          { id, title, description: `${all} connections, by the time of their first packet.` },
          {
            width: 640,
            height: 280,
            marginLeft: 56,
            marginBottom: 56,
            x: { label: 'First packet, UTC', type: 'utc' },
            y: { label: 'Connections', grid: true, tickFormat: formatCount },
            color: { domain: states, range: stateColours, legend: false },
            marks: [
              Plot.ruleY([0], { stroke: colours.ink }),
              Plot.ruleX(data, Plot.stackY({ x: 'at', y: 'n', stroke: 'state', strokeWidth: 6, order: [...states] })),
            ],
          },
        );
  return {
    id,
    title,
    svg,
    columns: [
      { key: 'at', kind: 'text' },
      { key: 'state', kind: 'text' },
      { key: 'n', kind: 'count' },
    ],
    rows: bins,
    denominator: `${plural(all, 'connection or offer', 'connections and offers')}. Blue: MPTCP; orange: fell back; grey: unknown; pink: not offered.`,
    meaning:
      'By the first captured packet, so connections that were open when a capture began appear at its beginning.',
    empty: 'The capture has no connection with an MPTCP option.',
  };
}

const Step = z.object({ bytes: z.number(), share: z.number() });

/** At most 201 steps, whatever the number of connections. */
const cdfSql = `
  WITH sizes AS (SELECT client_bytes + server_bytes AS bytes FROM connections WHERE state = 'mptcp'),
    steps AS (SELECT bytes, cume_dist() OVER (ORDER BY bytes) AS share FROM sizes)
  SELECT max(bytes) AS bytes, 100 * max(share) AS share FROM steps GROUP BY CAST(floor(share * 200) AS INTEGER) ORDER BY share`;

/** Powers of ten around the values. */
function powersAround(values: number[]): number[] {
  const first = Math.floor(Math.log10(Math.min(...values, 1e12)));
  const last = Math.ceil(Math.log10(Math.max(...values, 10)));
  return Array.from({ length: Math.max(2, last - first + 1) }, (_, index) => 10 ** (first + index));
}

async function sizes(database: DuckDBInstance): Promise<Figure> {
  const steps: z.infer<typeof Step>[] = [];
  for await (const row of rows(database, cdfSql)) steps.push(Step.parse(row));
  const title = 'Payload of MPTCP connections';
  const id = 'sizes';
  const powers = powersAround(steps.map(({ bytes }) => Math.max(1, bytes)));
  const shown = steps.map(({ bytes, share }) => ({ bytes: Math.max(1, bytes), share }));
  const svg =
    steps.length === 0
      ? null
      : drawSvg(
          { id, title, description: 'Cumulative share of MPTCP connections by payload in bytes.' },
          {
            width: 640,
            height: 280,
            marginLeft: 56,
            marginBottom: 56,
            x: {
              label: 'Bytes, both ways',
              type: 'log',
              domain: [powers[0], powers.at(-1)],
              ticks: powers,
              tickFormat: formatCount,
            },
            y: { label: 'Connections with at most this payload, %', domain: [0, 100], grid: true },
            marks: [
              Plot.ruleY([0], { stroke: colours.ink }),
              Plot.line(shown, {
                x: 'bytes',
                y: 'share',
                stroke: colours.capable,
                strokeWidth: 2,
                curve: 'step-before',
              }),
            ],
          },
        );
  return {
    id,
    title,
    svg,
    columns: [
      { key: 'bytes', kind: 'count' },
      { key: 'share', kind: 'percent' },
    ],
    rows: steps,
    denominator: 'Connections that used MPTCP.',
    meaning:
      'TCP payload of all subflows; retransmissions count again. Connections without payload are drawn at one byte.',
    empty: 'The capture has no connection that used MPTCP.',
  };
}

export async function trafficFigures(database: DuckDBInstance): Promise<Figure[]> {
  return [await overTime(database), await sizes(database)];
}
