import { formatCount, formatShare } from '../../report/format.ts';
import { escapeHtml } from '../../report/page/html.ts';
import { listColumns, listRows, naming } from '../data/lists.ts';
import { countsSvg, shareSvg } from '../data/series.ts';
import type { Funnel } from '../disclosure/steps.ts';
import { mapSvg } from '../figures/map.ts';
import type { Site } from '../site.ts';
import { citeHtml } from './cite.ts';
import type { Page } from './frame.ts';
import { funnelHtml } from './funnel.ts';
import { capableByCountry, mapTitle } from './list.ts';
import { day, downloads, figureHtml, pairsHtml, tableHtml, told } from './parts.ts';
import { relianceText } from './reliance.ts';
import { surenessPairs } from './sureness.ts';

/** Rows of the short tables. */
const few = 8;

/** Between what is certain and what could be: endpoints whose answers contradict each other may be capable. */
export function boundsText({ answered, capable, undecided, exact }: Funnel): string | null {
  if (answered === null || capable === null || answered === 0) return null;
  const [low, high] = [formatShare(capable, answered), formatShare(Math.min(answered, capable + undecided), answered)];
  return undecided === 0
    ? `${low}: no answer was left undecided`
    : `${low} to ${high}: the answers of ${exact ? '' : 'at most '}${formatCount(undecided)} more are undecided`;
}

/** The one number, and all that it needs to be read. */
export function heroHtml(site: Site): string {
  const { run, funnel } = site.newest;
  const { answered, capable } = funnel.v1;
  const of =
    answered === null
      ? 'endpoints are capable of Multipath TCP v1; how many answered is withheld'
      : `of ${formatCount(answered)} endpoints that answered a v1 SYN with a SYN/ACK are capable of Multipath TCP v1`;
  const bounds = boundsText(funnel.v1);
  const rules = run.rulesVersion === null ? run.ruleSet : `${run.ruleSet}, version ${run.rulesVersion}`;
  return `<section class="hero" aria-labelledby="title"><h1 id="title">${escapeHtml(site.title)}</h1><p class="one"><span class="figure${capable === null ? ' words' : ''}" id="capable-v1">${escapeHtml(told(capable, site.k))}</span> <span class="of">${escapeHtml(of)}</span></p>${pairsHtml(
    [
      ...(bounds === null ? [] : [['share, with its bounds', bounds] as const]),
      ...surenessPairs(site.newest),
      ...(site.newest.known.confirmed
        ? [['confirmed by a connection', told(funnel.v1.confirmed, site.k)] as const]
        : []),
      ['scan', `${run.time.slice(0, 16).replace('T', ' ')} to ${run.timeEnd.slice(0, 16).replace('T', ' ')} UTC`],
      [
        'vantage point',
        [...run.setting.filter(([name]) => name === 'kernel').map(([, value]) => value), run.vantage].join('; '),
      ],
      ['confidence', relianceText(site.newest.reliance)],
      ['rule set', rules],
      ['run', run.name],
    ],
  )}</section>`;
}

export function marksHtml({ marks }: Site): string {
  if (marks.length === 0) return '';
  const items = marks.map(({ time, text }) => `<li><b>${day(time)}</b> ${escapeHtml(text)}</li>`);
  return `<ol class="marks" aria-label="What changed">${items.join('')}</ol>`;
}

function top(site: Site, kind: 'country' | 'as' | 'port'): string {
  const { folder, many, view, sql } = naming[kind];
  const columns = listColumns(kind).filter((column) => ['name', 'capable_v1', 'share_v1'].includes(column.key));
  const rows = listRows(kind, site.newest);
  const key = listColumns(kind)[0]?.key ?? '';
  const table = tableHtml({
    id: `top-${folder}`,
    caption: `${many.charAt(0).toUpperCase()}${many.slice(1)} with the most`,
    columns,
    rows: rows.slice(0, few),
    link: (row) => `${folder}/${String(row[key])}.html`,
  });
  return `<div>${table}<p class="more"><a href="${folder}/index.html">All ${escapeHtml(many)}</a></p>${downloads('', view, { svg: false, sql })}</div>`;
}

/** The front page: one number first, then how it moves, where it is, and what stands behind it. */
export async function frontPage(site: Site): Promise<Page> {
  const { newest, runs } = site;
  const points = runs.map(({ places }) => ({ v1: places.v1?.numbers ?? null, v0: places.v0?.numbers ?? null }));
  const counts = countsSvg(site, { id: 'counts', title: 'Capable endpoints over time', points });
  const share = shareSvg(site);
  const map = await mapSvg(mapTitle, capableByCountry(listRows('country', newest)));
  return {
    path: 'index.html',
    title: site.title,
    description: `How many endpoints speak Multipath TCP: ${told(newest.funnel.v1.capable, site.k)} on ${day(newest.run.time)}, with bounds, by country, network and port.`,
    body: `${heroHtml(site)}
<section><h2>Over time</h2><div class="pair">${figureHtml(counts, 'Capable endpoints per run', downloads('', 'series', { svg: true, sql: ['steps'] }))}${figureHtml(share, 'Share of v1 among SYN/ACKs; the shade ends where all undecided ones were capable', downloads('', 'share', { svg: share !== null, sql: ['steps'] }))}</div>${marksHtml(site)}</section>
<section><h2>Where</h2>${figureHtml(map, mapTitle, downloads('', 'map', { svg: true, sql: ['places'] }))}<div class="thirds">${top(site, 'country')}${top(site, 'as')}${top(site, 'port')}</div></section>
${funnelHtml(site, newest, '')}
${citeHtml(site, newest.run)}`,
  };
}
