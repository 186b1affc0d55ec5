import type { Row } from '../../report/rows.ts';
import type { Column } from '../../report/tables/table.ts';
import { versions } from '../counts.ts';
import type { Piece } from '../disclosure/tree.ts';
import { type Line, seriesSvg } from '../figures/series.ts';
import type { Site } from '../site.ts';
import type { ToldRun } from '../told.ts';
import { type Both, type Entity, entitiesOf, type Kind } from './entities.ts';
import { numberCells, numberColumns } from './rows.ts';

/** One of a kind over all runs; null where a run tells nothing of it. */
export interface Track {
  entity: Entity;
  /** By run, oldest first. */
  points: (Both | null)[];
}

/** Everything of a kind that any run tells of. The name and the parts are those of the newest run that tells of it. */
export function tracksOf(kind: Kind, runs: readonly ToldRun[]): Map<string, Track> {
  const tracks = new Map<string, Track>();
  runs.forEach((run, i) => {
    for (const entity of entitiesOf(kind, run)) {
      const track = tracks.get(entity.key) ?? { entity, points: runs.map(() => null) };
      track.entity = entity;
      track.points[i] = entity.both;
      tracks.set(entity.key, track);
    }
  });
  return tracks;
}

const runColumns: Column[] = [
  { key: 'run', title: 'Run', kind: 'text' },
  { key: 'time', title: 'Scan began', kind: 'text' },
];

export const trackColumns: Column[] = [...runColumns, ...numberColumns];

export function trackRows(points: readonly (Both | null)[], runs: readonly ToldRun[]): Row[] {
  return runs.map(({ run, known }, i) => ({
    run: run.slug,
    time: run.time,
    ...numberCells(points[i] ?? { v1: null, v0: null }, known),
  }));
}

/** The columns of the series of all: the funnel of each run, and what its verdicts follow from. */
export const wholeColumns: Column[] = [
  ...runColumns,
  ...versions.flatMap((version): Column[] =>
    ['asked', 'replied', 'answered', 'offered', 'capable', 'confirmed', 'undecided'].map((step) => ({
      key: `${step}_${version}`,
      title: `${version} ${step}`,
      kind: 'count',
    })),
  ),
  { key: 'rule_set', title: 'Rule set', kind: 'text' },
  { key: 'rules_version', title: 'Rules version', kind: 'id' },
  { key: 'result_sha256', title: 'result_sha256', kind: 'text' },
];

export function wholeRows(runs: readonly ToldRun[]): Row[] {
  return runs.map(({ run, funnel }) => {
    const row: Row = {
      run: run.slug,
      time: run.time,
      rule_set: run.ruleSet,
      rules_version: run.rulesVersion,
      result_sha256: run.result,
    };
    for (const version of versions) {
      const { asked, replied, answered, offered, capable, confirmed, undecided } = funnel[version];
      const told = { asked, replied, answered, offered, capable, confirmed, undecided };
      for (const [step, value] of Object.entries(told)) row[`${step}_${version}`] = value;
    }
    return row;
  });
}

function linesOf(points: readonly (Both | null)[]): Line[] {
  const of = (pick: (both: Both) => number | null | undefined) =>
    points.map((both) => (both === null ? null : (pick(both) ?? null)));
  const partly = (pick: (both: Both) => Both['v1'], piece: Piece) =>
    points.map((both) => both !== null && pick(both)?.partly?.includes(piece) === true);
  const v1 = (both: Both) => both.v1;
  const lines: Line[] = [
    { name: 'v1 capable', of: 'v1', values: of((both) => both.v1?.capable), atLeast: partly(v1, 'capable') },
    {
      name: 'v1 confirmed',
      of: 'confirmed',
      values: of((both) => both.v1?.confirmed),
      atLeast: partly(v1, 'confirmed'),
    },
    {
      name: 'v0 capable',
      of: 'v0',
      values: of((both) => both.v0?.capable),
      atLeast: partly((both) => both.v0, 'capable'),
    },
  ];
  return lines.filter(({ values }) => values.some((value) => value !== null));
}

/** Capable endpoints over time, of one of a kind or of all. */
export function countsSvg(
  site: Site,
  { id, title, points, wide = false }: { id: string; title: string; points: readonly (Both | null)[]; wide?: boolean },
): string | null {
  const { runs, marks } = site;
  return seriesSvg({
    id,
    title,
    times: runs.map(({ run }) => run.time),
    lines: linesOf(points),
    unit: 'endpoints',
    marks: [...marks],
    wide,
  });
}

/** The share of v1 over time, between what is certain and what could be. */
export function shareSvg({ runs, marks }: Site, wide = false): string | null {
  const parts = runs.map(({ funnel: { v1 } }) =>
    v1.answered === null || v1.capable === null || v1.answered === 0
      ? null
      : { answered: v1.answered, capable: v1.capable, undecided: v1.undecided },
  );
  return seriesSvg({
    id: 'share',
    title: 'Share of v1 capable endpoints over time',
    times: runs.map(({ run }) => run.time),
    lines: [
      { name: 'v1 capable', of: 'v1', values: parts.map((part) => part && (100 * part.capable) / part.answered) },
    ],
    band: parts.map(
      (part) =>
        part && {
          low: (100 * part.capable) / part.answered,
          high: (100 * Math.min(part.answered, part.capable + part.undecided)) / part.answered,
        },
    ),
    unit: 'percent',
    marks: [...marks],
    wide,
  });
}
