import * as Plot from '@observablehq/plot';
import { formatCount } from '../format.ts';
import type { Results } from '../results.ts';
import { countOf } from '../rows.ts';
import { noRanks } from './cdf.ts';
import { colours, drawSvg, type Figure } from './svg.ts';

/** Powers of ten are ranks; the last group is the list. Its last rank is no count: ranks have gaps. */
function nameOf(top: number): string {
  if (!Number.isInteger(Math.log10(top))) return 'all';
  if (top >= 1e6) return `${formatCount(top / 1e6)} M`;
  return top >= 1000 ? `${top / 1000} k` : String(top);
}

/** Figure 5b of the paper. */
export function topGroupsFigure(results: Results): Figure {
  const rows = results.rows('top_groups');
  const groups = rows.map((row) => ({
    group: nameOf(countOf(row, 'top')),
    share: countOf(row, 'share'),
    label: `${formatCount(countOf(row, 'capable'))}\nof\n${formatCount(countOf(row, 'answered'))}`,
  }));
  const title = 'Figure 5b. Capable share from the top of the list';
  const most = Math.max(0, ...groups.map((group) => group.share));
  const svg = drawSvg(
    {
      id: 'top_groups',
      title,
      description: groups.map(({ group, label }) => `top ${group}: ${label.replaceAll('\n', ' ')}`).join('; '),
    },
    {
      width: 400,
      height: 310,
      marginLeft: 52,
      marginBottom: 44,
      insetTop: 46,
      x: { label: 'Domains down to this rank of the list', domain: groups.map(({ group }) => group), padding: 0.2 },
      y: {
        label: 'Capable, % of the domains that answered',
        domain: [0, most === 0 ? 1 : most],
        grid: true,
        ticks: 5,
      },
      marks: [
        Plot.barY(groups, { x: 'group', y: 'share', fill: colours.capable, fillOpacity: 0.85 }),
        Plot.ruleY([0], { stroke: colours.ink }),
        Plot.text(groups, { x: 'group', y: 'share', text: 'label', lineAnchor: 'bottom', dy: -5, fontSize: 11 }),
      ],
    },
  );
  return {
    id: 'top_groups',
    title,
    svg: groups.length === 0 || most === 0 ? null : svg,
    columns: [
      { key: 'top', kind: 'count' },
      { key: 'answered', kind: 'count' },
      { key: 'capable', kind: 'count' },
      { key: 'share', kind: 'percent' },
    ],
    rows,
    denominator:
      'Each bar: ranked domains with a capable address, of those in the group with an address that answered (both printed above it). The groups contain each other.',
    meaning: 'Groups of ten or a hundred are small: one operator with several entries moves them by percent.',
    empty: noRanks(results),
  };
}
