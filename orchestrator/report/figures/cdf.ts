import * as Plot from '@observablehq/plot';
import { formatCount } from '../format.ts';
import type { Results } from '../results.ts';
import { countOf, type Row } from '../rows.ts';
import { colours, drawSvg, type Figure } from './svg.ts';

const names: Record<string, string> = { capable: 'MPTCP-capable', answered: 'all that answered' };

function countOfSeries(rows: Row[], series: string): number {
  const row = rows.find((candidate) => candidate.series === series);
  return row === undefined ? 0 : countOf(row, 'n');
}

/** What stands in place of a figure over ranks that has nothing to show. */
export function noRanks(results: Results): string {
  if (results.alone === true) return 'Replies alone name no domains, so there are no ranks.';
  if (results.total('domains_listed') === 0) return 'This run had no list of names, so there are no ranks.';
  return `No ranked domain has a capable address, out of ${formatCount(results.total('domains_answered'))} that answered.`;
}

/** Points of both lines, from rank 0 to the last rank of any series. */
function stepsOf(rows: Row[], last: number) {
  return ['answered', 'capable'].flatMap((series) => {
    const own = rows
      .filter((row) => row.series === series)
      .map((row) => ({ rank: countOf(row, 'rank'), share: countOf(row, 'share') }));
    const reach = own.length === 0 ? [] : [{ rank: 0, share: 0 }, ...own, { rank: last, share: 1 }];
    return reach.map((point) => ({ ...point, series: names[series] ?? series }));
  });
}

/** A line's name and size, written into the empty corner of the plot. */
function labelsOf(rows: Row[], last: number) {
  return ['capable', 'answered'].map((series, i) => ({
    rank: last * 0.36,
    share: 0.2 - i * 0.09,
    series: names[series] ?? series,
    text: `━ ${names[series]} (n = ${formatCount(countOfSeries(rows, series))})`,
  }));
}

function drawCdf(rows: Row[], title: string): string {
  const last = Math.max(1, ...rows.map((row) => countOf(row, 'rank')));
  const [capable, answered] = ['capable', 'answered'].map((series) => countOfSeries(rows, series));
  const description = `Cumulative share of domains over rank: ${capable} capable, ${answered} that answered.`;
  const text = { x: 'rank', y: 'share', text: 'text', fill: 'series', textAnchor: 'start', fontWeight: 600 } as const;
  return drawSvg(
    { id: 'rank_cdf', title, description },
    {
      width: 400,
      height: 310,
      marginLeft: 52,
      marginBottom: 44,
      marginRight: 22,
      x: { label: 'Rank in the list', domain: [0, last], tickFormat: formatCount, ticks: 4 },
      y: { label: 'Domains at this rank or better, %', domain: [0, 100], percent: true, grid: true, ticks: 5 },
      color: { domain: [names.capable, names.answered], range: [colours.capable, colours.all] },
      marks: [
        Plot.ruleY([0], { stroke: colours.ink }),
        Plot.line(stepsOf(rows, last), {
          x: 'rank',
          y: 'share',
          stroke: 'series',
          curve: 'step-after',
          strokeWidth: 2,
        }),
        Plot.text(labelsOf(rows, last), text),
      ],
    },
  );
}

/** Figure 5a of the paper. */
export function cdfFigure(results: Results): Figure {
  const rows = results.rows('rank_cdf');
  const capable = countOfSeries(rows, 'capable');
  const answered = countOfSeries(rows, 'answered');
  const title = 'Figure 5a. Ranks of the capable domains';
  return {
    id: 'rank_cdf',
    title,
    svg: capable === 0 ? null : drawCdf(rows, title),
    columns: [
      { key: 'series', kind: 'text' },
      { key: 'rank', kind: 'count' },
      { key: 'share', kind: 'id' },
      { key: 'n', kind: 'count' },
    ],
    rows,
    denominator: `n = ${formatCount(capable)} ranked domains with a capable address, beside ${formatCount(answered)} ranked domains that answered.`,
    meaning:
      'Where the blue line runs above the grey one, capable domains are more popular than domains that merely answer. Domains on shared addresses move together, so steps are not independent.',
    empty: noRanks(results),
  };
}
