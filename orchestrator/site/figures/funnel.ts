import { formatCount } from '../../report/format.ts';
import { versions } from '../counts.ts';
import type { Funnel } from '../disclosure/steps.ts';
import { at, drawing, escapeXml, ink } from './svg.ts';

const steps = [
  ['asked', 'asked'],
  ['replied', 'answered anything'],
  ['answered', 'SYN/ACK'],
  ['offered', 'MPTCP option'],
  ['capable', 'capable'],
  ['confirmed', 'confirmed'],
] as const;

const [left, top, row, bar, width] = [132, 30, 40, 12, 900];
const right = 96;

/** Bars per step and version. The scale is of powers of ten: one in a thousand would be no bar at all. null: nothing is told. */
export function funnelSvg(funnel: Record<(typeof versions)[number], Funnel>): string | null {
  const known = versions.flatMap((version) => steps.map(([step]) => funnel[version][step] ?? 0));
  const most = Math.max(...known);
  if (most === 0) return null;
  const top10 = Math.max(1, Math.ceil(Math.log10(most)));
  const x = (value: number) => left + (Math.log10(Math.max(1, value)) / top10) * (width - left - right);
  const height = top + steps.length * row + 28;
  const grid = Array.from({ length: top10 + 1 }, (_, power) => {
    const here = at(x(10 ** power));
    return `<line class="grid" stroke="${ink.line}" x1="${here}" x2="${here}" y1="${top - 6}" y2="${height - 26}"/><text class="soft" fill="${ink.soft}" x="${here}" y="${height - 10}" text-anchor="middle">${formatCount(10 ** power)}</text>`;
  });
  const bars = steps.flatMap(([step, name], i) => {
    const y = top + i * row;
    const label = `<text class="text" fill="${ink.text}" x="${left - 10}" y="${y + 17}" text-anchor="end">${escapeXml(name)}</text>`;
    const rows = versions.flatMap((version, j) => {
      const value = funnel[version][step];
      if (value === null) return [];
      const width1 = Math.max(1, x(value) - left);
      const line = y + j * (bar + 3);
      return [
        `<rect class="bar ${version}" fill="${ink[version]}" x="${left}" y="${line}" width="${at(value === 0 ? 0 : width1)}" height="${bar}"><title>${escapeXml(`${version} ${name}: ${formatCount(value)}`)}</title></rect><text class="soft" fill="${ink.soft}" x="${at(left + (value === 0 ? 0 : width1) + 6)}" y="${line + 10}" font-size="11">${formatCount(value)}</text>`,
      ];
    });
    return [label, ...rows];
  });
  const key = versions.map(
    (version, i) =>
      `<rect class="bar ${version}" fill="${ink[version]}" x="${left + i * 60}" y="4" width="12" height="12"/><text class="text" fill="${ink.text}" x="${left + i * 60 + 17}" y="14">${version}</text>`,
  );
  const description = steps.map(
    ([step, name]) =>
      `${name}: ${versions.map((version) => `${version} ${funnel[version][step] ?? 'not shown'}`).join(', ')}`,
  );
  return drawing(
    {
      id: 'funnel-figure',
      title: 'Endpoints left at each step',
      description: `${description.join('; ')}.`,
      width,
      height,
    },
    [...grid, ...bars, ...key].join(''),
  );
}
