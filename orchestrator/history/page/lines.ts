import * as Plot from '@observablehq/plot';
import { colours, drawSvg, type Figure } from '../../report/figures/svg.ts';
import { formatCount, percentText } from '../../report/format.ts';
import type { Row } from '../../report/rows.ts';
import type { Confidence } from '../../schemas/history.ts';
import type { HistoryRun } from '../../schemas/records/history/run.ts';
import { type Drawn, drawnMarks, frequentMarks, holes, type LineFigure, stretches } from './stretches.ts';

/** Okabe and Ito, as far as they tell lines apart; the first two are those of the report. */
const palette = [colours.capable, colours.accent, '#009e73', '#cc79a7', '#b38600', '#56b4e9', colours.all];
const width = 780;
/** Times the largest value that a bar may be high. */
const mostBar = 2;

function legend(names: readonly string[]) {
  let x = 0;
  return names.map((name) => {
    const at = x;
    x += 30 + 7 * name.length;
    return { name, at };
  });
}

const day = 86_400_000;

function timeDomain(points: readonly Drawn[]): [Date, Date] {
  const times = points.map(({ at }) => at.getTime());
  const [first, last] = [Math.min(...times), Math.max(...times)];
  // One run has no scale of its own: days around it, rather than the hours of one day.
  const around = Math.max((last - first) / 40, first === last ? 3 * day : day / 2);
  return [new Date(first - around), new Date(last + around)];
}

/** One line that lies on another leaves it seen: the later ones are broken, each otherwise. */
function lines(names: readonly string[], points: readonly Drawn[]) {
  return names.map((name, i) =>
    Plot.line(
      points.filter(({ series }) => series === name),
      {
        ...{ x: 'at', y: 'value', z: 'stretch', stroke: 'series', strokeWidth: 1.75 },
        ...(i === 0 ? {} : { strokeDasharray: `${9 - i} ${2 + 3 * i}` }),
      },
    ),
  );
}

/** Filled where the run is sound, hollow where it is reduced, hollow and faded where it is doubtful. */
function dots(points: readonly Drawn[], r: number) {
  const of = (confidence: Confidence) => points.filter((point) => point.confidence === confidence);
  const hollow = {
    x: 'at',
    y: 'value',
    stroke: 'series',
    fill: 'var(--plot-background)',
    r: r + 1,
    strokeWidth: 1.5,
  } as const;
  return [
    Plot.dot(of('sound'), { x: 'at', y: 'value', fill: 'series', r }),
    Plot.dot(of('reduced'), hollow),
    Plot.dot(of('doubtful'), { ...hollow, strokeOpacity: 0.45, strokeDasharray: '2 1.5' }),
  ];
}

/** How far the axis goes: a point that lost much must not press all others flat. Its bar is cut there. */
function highest(points: readonly Drawn[]): number {
  const values = Math.max(0, ...points.map(({ value }) => value));
  return Math.max(values, Math.min(Math.max(0, ...points.map(({ top }) => top)), mostBar * values));
}

function draw(figure: LineFigure, points: readonly Drawn[]): string {
  const names = [...new Set(points.map(({ series }) => series))];
  const most = highest(points);
  const marks = drawnMarks(figure.runs);
  const color = { domain: names, range: palette.slice(0, names.length) };
  const last = names.map((name) => {
    const point = points.findLast(({ series }) => series === name);
    return `${name}: ${point === undefined ? 'none' : formatCount(point.count)}`;
  });
  const ofRuns = `${figure.runs.length} runs; in the last one ${last.join(', ')}.`;
  return drawSvg(
    { id: figure.id, title: figure.title, description: ofRuns },
    {
      width,
      height: 320,
      marginLeft: 60,
      marginTop: 34,
      marginBottom: 40,
      marginRight: 18,
      x: { label: null, type: 'utc', domain: timeDomain(points), ticks: 7 },
      y: {
        label: figure.label,
        labelAnchor: 'center',
        domain: [0, most === 0 ? 1 : most * 1.06],
        grid: true,
        ticks: figure.shows === 'count' ? Math.max(1, Math.min(5, Math.floor(most))) : 5,
        tickFormat: figure.shows === 'share' ? (value: number) => String(Number(value.toPrecision(6))) : formatCount,
      },
      color,
      marks: [
        Plot.rectX(holes(figure.runs), { x1: 'from', x2: 'to', fill: colours.all, fillOpacity: 0.13 }),
        Plot.ruleX(marks, { x: 'at', stroke: colours.ink, strokeOpacity: 0.45, strokeDasharray: '3 3' }),
        Plot.text(marks, {
          x: 'at',
          text: 'text',
          frameAnchor: 'top',
          textAnchor: 'end',
          rotate: -90,
          lineAnchor: 'bottom',
          dx: -2,
          fontSize: 9,
          fill: colours.ink,
          fillOpacity: 0.75,
        }),
        Plot.ruleY([0], { stroke: colours.ink }),
        Plot.ruleX(points, {
          x: 'at',
          y1: 'bottom',
          y2: ({ top }: Drawn) => Math.min(top, most * 1.06),
          stroke: 'series',
          strokeWidth: 3,
          strokeOpacity: 0.35,
        }),
        ...lines(names, points),
        ...dots(points, figure.runs.length > 60 ? 2 : 3),
        ...legend(names).map(({ name, at }) =>
          Plot.text([name], {
            text: (text: string) => `━ ${text}`,
            frameAnchor: 'top-left',
            dx: at,
            dy: -24,
            fill: () => name,
            fontWeight: 600,
          }),
        ),
      ],
    },
  );
}

const shareCell = (share: number | null): string | null => (share === null ? null : percentText(100 * share));

/** What the signs of a drawing say, as far as it has them. */
function keyWords(runs: readonly HistoryRun[], drawn: readonly Drawn[]): string {
  const frequent = frequentMarks(runs);
  const words: [there: boolean, text: string][] = [
    [holes(runs).length > 0, 'Grey: no run where one was due.'],
    [drawnMarks(runs).length > 0, 'Dashed: what is written there changed with that run.'],
    [drawn.some(({ confidence }) => confidence === 'reduced'), 'Hollow: reduced confidence.'],
    [drawn.some(({ confidence }) => confidence === 'doubtful'), 'Hollow and faded: doubtful.'],
    [drawn.some(({ top }) => top > 1.06 * highest(drawn)), 'A bar that ends at the top goes on: the CSV has its end.'],
    [frequent.length > 0, `What changed at most of the points is not drawn: ${frequent.join(', ')}.`],
  ];
  return words.map(([there, text]) => (there ? ` ${text}` : '')).join('');
}

/** A figure over time with the rows that it shows. */
export function lineFigure(figure: LineFigure): Figure {
  const drawn = stretches(figure);
  const rows: Row[] = drawn.map(({ run, time, series, count, of, low, high, confidence }) => ({
    ...{ time, run, series, count, of, confidence },
    ...{ low_percent: shareCell(low), high_percent: shareCell(high) },
  }));
  const { id, title, denominator, meaning, empty } = figure;
  const key = keyWords(figure.runs, drawn);
  return {
    ...{ id, title, denominator, empty },
    meaning: `${meaning}${key}`,
    svg: drawn.length === 0 ? null : draw(figure, drawn),
    columns: [
      { key: 'time', kind: 'text' },
      { key: 'run', kind: 'text' },
      { key: 'series', kind: 'text' },
      { key: 'count', kind: 'count' },
      { key: 'of', kind: 'count' },
      { key: 'low_percent', kind: 'id' },
      { key: 'high_percent', kind: 'id' },
      { key: 'confidence', kind: 'text' },
    ],
    rows,
  };
}
