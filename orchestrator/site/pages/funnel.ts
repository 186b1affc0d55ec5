import { formatCount } from '../../report/format.ts';
import { escapeHtml } from '../../report/page/html.ts';
import type { Row } from '../../report/rows.ts';
import type { Column } from '../../report/tables/table.ts';
import { versions } from '../counts.ts';
import type { Funnel } from '../disclosure/steps.ts';
import { funnelSvg } from '../figures/funnel.ts';
import type { Site } from '../site.ts';
import type { ToldRun } from '../told.ts';
import { downloads, figureHtml, tableHtml } from './parts.ts';

export const funnelColumns: Column[] = [
  { key: 'step', title: 'Endpoints that', kind: 'text' },
  { key: 'v1', title: 'v1', kind: 'count' },
  { key: 'v1_share', title: 'of above', kind: 'percent' },
  { key: 'v0', title: 'v0', kind: 'count' },
  { key: 'v0_share', title: 'of above', kind: 'percent' },
];

const steps: [
  of: keyof Funnel & ('asked' | 'replied' | 'answered' | 'offered' | 'capable' | 'confirmed'),
  text: string,
][] = [
  ['asked', 'were asked'],
  ['replied', 'answered anything, to any SYN'],
  ['answered', 'answered with a SYN/ACK'],
  ['offered', 'put an MPTCP option into it'],
  ['capable', 'are capable'],
  ['confirmed', 'are confirmed by a connection'],
];

/** From the endpoints asked to the confirmed ones; an empty cell is withheld or not measured. */
export function funnelRows({ funnel }: ToldRun): Row[] {
  const before: Record<string, number | null> = {};
  return steps.map(([of, step]) => {
    const row: Row = { step };
    for (const version of versions) {
      const value = funnel[version][of];
      const base = before[version] ?? null;
      row[version] = value;
      row[`${version}_share`] = value !== null && base !== null && base > 0 ? (100 * value) / base : null;
      if (value !== null) before[version] = value;
    }
    return row;
  });
}

export const verdictColumns: Column[] = [
  { key: 'version', title: 'Version', kind: 'text' },
  { key: 'verdict', title: 'Verdict', kind: 'text' },
  { key: 'where', title: 'Option', kind: 'text' },
  { key: 'endpoints', title: 'Endpoints', kind: 'count' },
  { key: 'share', title: 'of SYN/ACKs', kind: 'percent' },
];

const where = { no_option: 'none', option: 'MPTCP', any: 'any' } as const;

/** Of the endpoints with a SYN/ACK, every verdict. */
export function verdictRows({ funnel }: ToldRun): Row[] {
  return versions.flatMap((version) => {
    const { answered, capable, verdicts } = funnel[version];
    const row = (verdict: string, at: string, endpoints: number): Row => ({
      version,
      verdict: verdict === 'other' ? 'several that are too few' : verdict,
      where: at,
      endpoints,
      share: answered === null || answered === 0 ? null : (100 * endpoints) / answered,
    });
    return [
      ...(capable === null ? [] : [row('capable', where.option, capable)]),
      ...verdicts.map(({ step, verdict, endpoints }) => row(verdict, where[step], endpoints)),
    ].sort((a, b) => Number(b.endpoints) - Number(a.endpoints));
  });
}

/** The funnel of one run, from the names of the list on, and the verdicts at its end. */
export function funnelHtml(site: Site, told: ToldRun, up: string): string {
  const id = `runs/${told.run.slug}`;
  const { names } = told;
  const list =
    names === null
      ? 'The targets were addresses or prefixes, not names.'
      : `${formatCount(names.listed)} names in the target list, of which ${formatCount(names.resolved)} led to an address.`;
  const funnel = tableHtml({
    id: 'funnel',
    caption: `From targets to proof, run ${told.run.name}`,
    columns: funnelColumns,
    rows: funnelRows(told),
  });
  const verdicts = tableHtml({
    id: 'verdicts',
    caption: `Verdicts of endpoints with a SYN/ACK, run ${told.run.name}`,
    columns: verdictColumns,
    rows: verdictRows(told),
  });
  const missing = site.k > 1 ? ' A dash is a number that was not measured, or that is withheld.' : '';
  const figure = funnelSvg(told.funnel);
  return `<section id="proof"><h2>From targets to proof</h2><p class="intro">${escapeHtml(list)} An MPTCP option is not support: it may be our own, returned by a mirror.${missing}</p>${figureHtml(figure, 'Endpoints left at each step, on a scale of powers of ten')}<div class="pair"><div>${funnel}${downloads(up, `${id}/funnel`, { svg: figure !== null, sql: ['steps'] })}</div><div>${verdicts}${downloads(up, `${id}/verdicts`, { svg: false, sql: ['steps'] })}</div></div></section>`;
}
