import type { DuckDBInstance } from '@duckdb/node-api';
import { z } from 'zod';
import { rows } from '../../core/database/duckdb.ts';
import { sqlText } from '../../core/database/sql.ts';
import type { Figure } from '../../report/figures/svg.ts';
import { type Dimension, otherKey, unknownKey } from '../../schemas/history.ts';
import type { History } from '../../schemas/records/history/history.ts';
import { HistorySeries } from '../../schemas/records/history/series.ts';
import { lineFigure } from './lines.ts';
import type { LineFigure, Point } from './stretches.ts';

/** Lines of a figure over places: more cannot be told apart. */
const mostLines = 6;

async function seriesRows(database: DuckDBInstance, where: string): Promise<HistorySeries[]> {
  const found: HistorySeries[] = [];
  for await (const row of rows(database, `FROM series WHERE ${where}`)) found.push(HistorySeries.parse(row));
  return found;
}

type NameOf = (row: HistorySeries) => string | null;

function pointsOf(found: readonly HistorySeries[], history: History, nameOf: NameOf): Point[] {
  const confidence = new Map(history.runs.map((run) => [run.run, run.confidence]));
  return found.flatMap((row) => {
    const series = nameOf(row);
    if (series === null) return [];
    const { run, time, count, of, low, high } = row;
    return [{ run, time, series, count, of, low, high, confidence: confidence.get(run) ?? 'sound' }];
  });
}

/** What figures over all of a run show: each line by its measure and version. */
const overall: readonly (Omit<LineFigure, 'points' | 'runs' | 'empty'> & {
  lines: readonly [name: string, measure: string, version: string | null][];
})[] = [
  {
    id: 'capable_share',
    title: 'Endpoints capable of MPTCP, as a share of those that answered',
    shows: 'share',
    label: 'Capable, %',
    lines: [
      ['v1', 'capable', 'v1'],
      ['v0', 'capable', 'v0'],
    ],
    denominator:
      "Each point: endpoints (address and port) that are capable, of those with a SYN/ACK to the version's probe in that run. The bar at a point ends where all undecided ones would be capable.",
    meaning:
      'The bar is what the measurement leaves open: replies that were lost, unknown or inconsistent. It is not a sampling interval, and says nothing about addresses that were not asked.',
  },
  {
    id: 'capable_count',
    title: 'Endpoints capable of MPTCP, and confirmed',
    shows: 'count',
    label: 'Endpoints',
    lines: [
      ['capable v1', 'capable', 'v1'],
      ['confirmed v1', 'confirmed', 'v1'],
      ['capable v0', 'capable', 'v0'],
    ],
    denominator: 'Each point: endpoints of that run. Confirmed: of the capable ones, those confirmed by a connection.',
    meaning:
      'Counts follow what was asked: a longer list or another port gives more of them. The shares above do less so.',
  },
  {
    id: 'not_counted',
    title: 'Endpoints that returned an option and are not counted',
    shows: 'count',
    label: 'Endpoints',
    lines: [
      ['mirrored v1', 'echoed', 'v1'],
      ['mirrored v0', 'echoed', 'v0'],
      ['inconsistent v1', 'inconsistent', 'v1'],
      ['inconsistent v0', 'inconsistent', 'v0'],
      ['malformed v1', 'malformed', 'v1'],
      ['malformed v0', 'malformed', 'v0'],
    ],
    denominator: "Each point: endpoints of that run, of those with a SYN/ACK to the version's probe.",
    meaning:
      'Mirrors return what they receive; they are the error that the erratum of the 2015 study corrects. Their number says nothing about servers.',
  },
  {
    id: 'answered',
    title: 'What answered',
    shows: 'count',
    label: 'Answered',
    lines: [
      ['endpoints, v1 probe', 'answered', 'v1'],
      ['endpoints, v0 probe', 'answered', 'v0'],
      ['addresses', 'addresses_answered', null],
    ],
    denominator: 'Each point: endpoints, or addresses with a SYN/ACK at any port, in that run.',
    meaning:
      'The denominators of the shares. Where they move, the list, the vantage point or the network moved with them.',
  },
  {
    id: 'announcements',
    title: 'Capable addresses that announced others',
    shows: 'count',
    label: 'Addresses',
    lines: [
      ['announced in the run', 'announcing', null],
      ['announced one that is not global', 'leaked_private', null],
      ['ever announced', 'ever_announced', null],
      ['MP_FAIL', 'mp_fail', null],
    ],
    denominator:
      'Each point: capable addresses whose connection was held to its end; ever announced: the union over all runs up to that one, of connections that were listened to.',
    meaning:
      'A lower bound: a server announces what its limits allow, in the time that the connection was held. The union counts an address that passed to another host as one.',
  },
];

const places: readonly { dimension: Dimension; id: string; title: string }[] = [
  { dimension: 'port', id: 'by_port', title: 'Endpoints capable in v1, by port' },
  { dimension: 'family', id: 'by_family', title: 'Endpoints capable in v1, by address family' },
  { dimension: 'country', id: 'by_country', title: 'Endpoints capable in v1, by country' },
  { dimension: 'as', id: 'by_as', title: 'Endpoints capable in v1, by origin AS' },
];

const Key = z.object({ key: z.string(), label: z.string().nullable() });

/** Keys with the most capable endpoints in any run, and how they are called. */
async function topKeys(database: DuckDBInstance, dimension: Dimension): Promise<Map<string, string>> {
  const sql = `SELECT key, any_value(label) AS label FROM series
    WHERE dimension = ${sqlText(dimension)} AND measure = 'capable' AND version = 'v1' AND count > 0 AND key <> ${sqlText(otherKey)}
    GROUP BY key ORDER BY max(count) DESC, key LIMIT ${mostLines}`;
  const named = new Map<string, string>();
  const family = (key: string) => (dimension === 'family' ? `IPv${key}` : dimension === 'port' ? `port ${key}` : key);
  for await (const row of rows(database, sql)) {
    const { key } = Key.parse(row);
    named.set(key, key === unknownKey ? 'not known' : family(key));
  }
  return named;
}

/** Points of 0 for the runs that asked and have no row: nothing answered there, which is a number. */
function zeros(
  { runs }: History,
  place: { dimension: Dimension; key: string; series: string; own: readonly Point[] },
): Point[] {
  const { dimension, key, series, own } = place;
  return runs.flatMap(({ run, time, confidence, versions, ports }) => {
    const asked = versions.includes(1) && (dimension !== 'port' || ports.includes(Number(key)));
    if (!asked || own.some((point) => point.run === run)) return [];
    return [{ run, time, confidence, series, count: 0, of: 0, low: null, high: null }];
  });
}

async function placeFigure(
  database: DuckDBInstance,
  history: History,
  place: (typeof places)[number],
): Promise<Figure> {
  const { dimension, id, title } = place;
  const named = await topKeys(database, dimension);
  const found = await seriesRows(
    database,
    `dimension = ${sqlText(dimension)} AND measure = 'capable' AND version = 'v1' AND key IN (${[...named.keys(), ''].map(sqlText).join(', ')})`,
  );
  const points = [...named].flatMap(([key, series]) => {
    const own = pointsOf(found, history, (row) => (row.key === key ? series : null));
    return [...own, ...zeros(history, { dimension, key, series, own })];
  });
  return lineFigure({
    ...{
      id,
      title,
      shows: 'count',
      label: 'Endpoints',
      points,
      runs: history.runs,
    },
    denominator: `Each point: capable endpoints of that run. Drawn are the ${mostLines} with the most in any run; series.csv has all.`,
    meaning: placeMeaning(history, dimension),
    empty: 'No endpoint of any run is capable in v1.',
  });
}

function placeMeaning({ rib, country, city }: History, dimension: Dimension): string {
  if (dimension === 'port' || dimension === 'family') return 'Lines begin and end where that was asked.';
  const frozen = dimension === 'as' ? rib !== null : country !== null || city !== null;
  return frozen
    ? 'All runs were looked up in one table: where a line moves, the hosts moved.'
    : 'Each run was looked up in the table of its own day: a line also moves where the table changed.';
}

function inOrderOf(names: readonly string[], points: readonly Point[]): Point[] {
  return names.flatMap((name) => points.filter(({ series }) => series === name));
}

/** Every figure of a series. */
export async function historyFigures(database: DuckDBInstance, history: History): Promise<Figure[]> {
  const found = await seriesRows(database, "dimension = 'all'");
  const whole = overall.map(({ lines, ...figure }) => {
    const nameOf: NameOf = ({ measure, version }) =>
      lines.find(([, known, of]) => known === measure && of === version)?.[0] ?? null;
    const points = pointsOf(found, history, nameOf);
    const seen = lines
      .map(([name]) => name)
      .filter((name) => points.some(({ series, count }) => series === name && (count > 0 || lines.length < 4)));
    return lineFigure({
      ...figure,
      points: inOrderOf(seen, points),
      runs: history.runs,
      empty: 'No run of the series measured it, or none found any.',
    });
  });
  const byPlace: Figure[] = [];
  for (const place of places) byPlace.push(await placeFigure(database, history, place));
  return [...whole, ...byPlace];
}
