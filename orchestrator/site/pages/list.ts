import { formatCount } from '../../report/format.ts';
import { escapeHtml } from '../../report/page/html.ts';
import type { Row } from '../../report/rows.ts';
import type { Kind } from '../data/entities.ts';
import { allOf, leftOf, listColumns, listRows, naming } from '../data/lists.ts';
import { numberCells, remainderCells } from '../data/rows.ts';
import { mapSvg } from '../figures/map.ts';
import type { Site } from '../site.ts';
import { type Page, upFrom } from './frame.ts';
import { day, downloads, figureHtml, tableHtml } from './parts.ts';

/** Rows that stand in a page; a script shows others on demand. */
const most = 400;

const intros: Readonly<Record<Kind, string>> = {
  country:
    'Where a geolocation database places the address. For anycast and for large hosters that can be wrong by a continent.',
  as: 'The AS that originates the longest matching prefix. It announces an address; who runs the server is another question. Of an AS in several countries, endpoints count in those countries where enough of it are.',
  port: 'One host with two ports, or with an address of each family, counts once at each.',
};

function filters(site: Site, kind: Kind): string {
  const { many } = naming[kind];
  const options = [...site.runs]
    .reverse()
    .map(({ run }) => `<option value="${escapeHtml(run.slug)}">${escapeHtml(run.name)} (${day(run.time)})</option>`);
  return `<form class="filters" hidden aria-label="Filter the table"><label>Name <input name="q" type="search" autocomplete="off"></label><label>SYN/ACKs at least <input name="min" type="number" min="0" step="1" inputmode="numeric"></label><label>Run <select name="run"><option value="">newest</option>${options.join('')}</select></label><button type="reset">All ${escapeHtml(many)}</button></form><p class="count" role="status"></p>`;
}

function footRows(kind: Kind, site: Site): Row[] {
  const [first, second] = listColumns(kind);
  const { newest } = site;
  const row = (name: string, cells: Row): Row => ({
    [first?.key ?? '']: name,
    [second?.key ?? '']: '',
    ...cells,
  });
  return [
    row('Others, and what is withheld above', remainderCells(leftOf(kind, newest), newest.known)),
    row('All', numberCells(allOf(kind, newest), newest.known)),
  ];
}

/** Capable endpoints by country code, for the map. */
export function capableByCountry(rows: readonly Row[]): Map<string, number> {
  return new Map(
    rows.flatMap(({ country, capable_v1 }) => (typeof capable_v1 === 'number' ? [[String(country), capable_v1]] : [])),
  );
}

export const mapTitle = 'Endpoints capable of MPTCP v1 per country';

/** All of a kind: filter, sort, download. */
export async function listPage(site: Site, kind: Kind): Promise<Page> {
  const { folder, view, many, sql } = naming[kind];
  const path = `${folder}/index.html`;
  const up = upFrom(path);
  const rows = listRows(kind, site.newest);
  const columns = listColumns(kind).filter(({ key }) => key !== 'withheld');
  const cut =
    rows.length > most
      ? `<p class="cut">The first ${most} of ${formatCount(rows.length)}; the files below have all of them.</p>`
      : '';
  const title = kind === 'as' ? 'Networks' : `${many.charAt(0).toUpperCase()}${many.slice(1)}`;
  const table = tableHtml({
    id: 'list',
    caption: `${title}, run ${site.newest.run.name} of ${day(site.newest.run.time)}`,
    columns,
    rows: rows.slice(0, most),
    link: (row) => `${String(row[columns[0]?.key ?? ''])}.html`,
    foot: footRows(kind, site),
    data: ` data-view="${view}" data-newest="${escapeHtml(site.newest.run.slug)}" data-most="${most}" data-total="${rows.length}"`,
  });
  const map =
    kind === 'country' && rows.length > 0
      ? figureHtml(await mapSvg(mapTitle, capableByCountry(rows)), mapTitle, downloads(up, 'map', { svg: true, sql }))
      : '';
  return {
    path,
    title,
    description: `MPTCP-capable endpoints by ${naming[kind].one}, as CSV and JSON too.`,
    body: `<h1>${title}</h1><p class="intro">${escapeHtml(intros[kind])}</p>${map}<section aria-label="Table">${filters(site, kind)}${table}${cut}${downloads(up, view, { svg: false, sql })}</section>`,
  };
}
