import { formatCount } from '../../report/format.ts';
import { escapeHtml } from '../../report/page/html.ts';
import type { Kind } from '../data/entities.ts';
import { entityRow, listColumns, naming } from '../data/lists.ts';
import { numberCells, numberColumns, remainderCells } from '../data/rows.ts';
import { type Track, trackColumns, trackRows } from '../data/series.ts';
import type { Numbers, Piece } from '../disclosure/tree.ts';
import type { Site } from '../site.ts';
import { type Page, upFrom } from './frame.ts';
import { day, downloads, figureHtml, shareText, tableHtml } from './parts.ts';

/** What the parts of one of a kind are. */
const partsOf: Readonly<Record<Kind, { kind: Kind | null; caption: string }>> = {
  country: { kind: 'as', caption: 'Networks in it' },
  as: { kind: 'country', caption: 'Countries that it is in' },
  port: { kind: null, caption: 'Address families' },
};

const mostParts = 300;

function heading(kind: Kind, { entity: { key, name } }: Track): string {
  const bare = kind === 'port' || name === key;
  return bare ? escapeHtml(name) : `${escapeHtml(name)} <span class="key">${escapeHtml(key)}</span>`;
}

function atLeast(numbers: Numbers | null, piece: Piece): string {
  const value = numbers?.[piece] ?? null;
  if (value === null) return 'withheld';
  return `${numbers?.partly?.includes(piece) === true ? '\u2265\u00a0' : ''}${formatCount(value)}`;
}

/** The same numbers as the front page has, of this one alone. */
function numbersHtml(site: Site, { entity, points }: Track): string {
  const now = points.at(-1) ?? null;
  const v1 = now?.v1 ?? null;
  const v0 = now?.v0 ?? null;
  const item = (name: string, value: string, of: string) =>
    `<li><div class="value${value === 'withheld' ? ' withheld' : ''}">${escapeHtml(value)}</div><div class="name">${escapeHtml(name)}</div><div class="of">${escapeHtml(of)}</div></li>`;
  const base = (numbers: Numbers | null, version: string) => {
    if (numbers === null || numbers.answered === null) return `SYN/ACKs to ${version}: not shown`;
    const share =
      numbers.capable === null || numbers.partly?.includes('capable') === true
        ? ''
        : ` (${shareText(numbers.capable, numbers.answered)})`;
    return `of ${formatCount(numbers.answered)} SYN/ACKs to ${version}${share}`;
  };
  const { known, run } = site.newest;
  if (now === null)
    return `<p class="notice">The newest run, ${escapeHtml(run.name)}, tells nothing of ${escapeHtml(entity.name)}: too few addresses, or none.</p>`;
  return `<ul class="numbers">${item('capable of v1', atLeast(v1, 'capable'), base(v1, 'v1'))}${known.confirmed ? item('confirmed by a connection', atLeast(v1, 'confirmed'), 'of those capable of v1') : ''}${item('capable of v0', atLeast(v0, 'capable'), base(v0, 'v0'))}</ul>`;
}

function partsTable(site: Site, kind: Kind, { entity }: Track): string {
  const { kind: inner, caption } = partsOf[kind];
  const rows = entity.parts.map((part) =>
    inner === null
      ? { family: part.name, ...numberCells(part.both, site.newest.known) }
      : entityRow(inner, part, site.newest),
  );
  const columns = (
    inner === null ? [{ key: 'family', title: 'Family', kind: 'text' as const }, ...numberColumns] : listColumns(inner)
  ).filter(({ key }) => key !== 'withheld');
  const [first] = columns;
  if (rows.length === 0 || first === undefined) return '';
  const left =
    entity.left === null
      ? []
      : [
          {
            [first.key]: 'Others, and what is withheld above',
            name: '',
            ...remainderCells(entity.left, site.newest.known),
            withheld: '',
          },
        ];
  const link =
    inner === null
      ? {}
      : { link: (row: (typeof rows)[number]) => `../${naming[inner].folder}/${String(Object.values(row)[0])}.html` };
  const sorted = rows.sort(
    (a, b) =>
      Number(b.capable_v1 ?? 0) - Number(a.capable_v1 ?? 0) || Number(b.answered_v1 ?? 0) - Number(a.answered_v1 ?? 0),
  );
  const cut =
    rows.length > mostParts ? `<p class="cut">The first ${mostParts} of ${formatCount(rows.length)}.</p>` : '';
  return `<section><h2>${caption}</h2>${tableHtml({ id: 'parts', caption: `${caption}, run ${site.newest.run.name}`, columns, rows: sorted.slice(0, mostParts), foot: left, ...link })}${cut}</section>`;
}

/** One country, AS or port: its numbers now, over time, and what it is made of. */
export function entityPage(site: Site, kind: Kind, track: Track, svg: string | null): Page {
  const { folder, view, one, sql } = naming[kind];
  const { entity, points } = track;
  const path = `${folder}/${entity.key}.html`;
  const up = upFrom(path);
  const id = `${view}/${entity.key}`;
  const newest = points.at(-1) != null;
  const series = tableHtml({
    id: 'series',
    caption: 'Every run',
    columns: trackColumns.filter(({ key }) => key !== 'withheld'),
    rows: trackRows(points, site.runs).map((row) => ({ ...row, time: day(String(row.time)) })),
    link: (row) => `../run/${String(row.run)}.html`,
  });
  return {
    path,
    title: entity.name === entity.key || kind === 'port' ? entity.name : `${entity.name} (${entity.key})`,
    description: `MPTCP-capable endpoints of one ${one}: now, over time, as CSV and JSON.`,
    body: `<p class="eyebrow"><a href="index.html">${escapeHtml(kind === 'as' ? 'Networks' : naming[kind].many.replace(/^./, (letter) => letter.toUpperCase()))}</a></p><h1>${heading(kind, track)}</h1><p class="intro">Run ${escapeHtml(site.newest.run.name)}, scan of ${day(site.newest.run.time)}. <a href="${up}compare.html?a=${folder}/${entity.key}">Compare with another</a></p>${numbersHtml(site, track)}<section><h2>Over time</h2>${figureHtml(svg, `Capable endpoints per run. A gap is a run that tells no number of it${kind === 'as' ? '; a ring tells at least how many' : ''}.`)}${series}${downloads(up, id, { svg: svg !== null, sql })}</section>${newest ? partsTable(site, kind, track) : ''}`,
  };
}
