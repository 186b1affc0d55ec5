import { formatCell, formatCount, formatShare } from '../../report/format.ts';
import { escapeHtml } from '../../report/page/html.ts';
import type { Row } from '../../report/rows.ts';
import type { Column } from '../../report/tables/table.ts';

/** Links to the files of a view. */
export function downloads(up: string, id: string, { svg, sql }: { svg: boolean; sql: readonly string[] }): string {
  const base = `${up}data/v1/${id}`;
  const files = [
    `<a href="${base}.csv" download>CSV</a>`,
    `<a href="${base}.json">JSON</a>`,
    ...(svg ? [`<a href="${base}.svg">SVG</a>`] : []),
    ...sql.slice(-1).map((name) => `<a href="${up}data/v1/sql/${name}.sql">SQL</a>`),
  ];
  return `<p class="downloads"><span class="unseen">Download: </span>${files.join(' ')}</p>`;
}

/** "withheld" where disclosure control keeps a number back, "at least" where a part of it; a dash where nothing was measured. */
function cellHtml({ key, kind }: Column, row: Row): string {
  const cell = row[key];
  const kept = String(row.withheld ?? '')
    .split(' ')
    .includes(key.replace('share_', 'capable_'));
  if (kept && typeof cell !== 'number') return '<td class="number withheld">withheld</td>';
  const text = `${kept ? '\u2265\u00a0' : ''}${escapeHtml(formatCell(cell, kind))}`;
  if (key === 'time' || key === 'name') return `<td class="${key}">${text}</td>`;
  return kind === 'text' ? `<td>${text}</td>` : `<td class="number">${text}</td>`;
}

export interface Shown {
  id: string;
  caption: string;
  columns: Column[];
  rows: readonly Row[];
  /** The page of a row, relative to this one; the first column is then a link. */
  link?: (row: Row) => string | null;
  /** Rows below a line: what is left, and the sum. */
  foot?: readonly Row[];
  /** data-… attributes, already safe. */
  data?: string;
}

function rowHtml({ columns, link }: Shown, row: Row): string {
  const [first, ...rest] = columns;
  if (first === undefined) return '';
  const text = escapeHtml(formatCell(row[first.key], first.kind));
  const target = link?.(row) ?? null;
  const head = target === null ? text : `<a href="${escapeHtml(target)}">${text}</a>`;
  return `<tr><th scope="row"${first.kind === 'text' ? '' : ' class="number"'}>${head}</th>${rest.map((column) => cellHtml(column, row)).join('')}</tr>`;
}

/** A table that a screen reader names, and that scrolls by itself where it is wider than the screen. */
export function tableHtml(shown: Shown): string {
  const heads = shown.columns.map(
    ({ key, title, kind }) =>
      `<th scope="col" data-key="${key}"${kind === 'text' ? '' : ' class="number"'}>${escapeHtml(title)}</th>`,
  );
  const body = shown.rows.map((row) => rowHtml(shown, row));
  const foot = (shown.foot ?? []).map((row) => rowHtml({ ...shown, link: () => null }, row));
  return `<div class="scroll" role="region" tabindex="0" aria-labelledby="${shown.id}-caption"><table id="${shown.id}"${shown.data ?? ''}><caption id="${shown.id}-caption">${escapeHtml(shown.caption)}</caption><thead><tr>${heads.join('')}</tr></thead>
<tbody>
${body.join('\n')}
</tbody>${foot.length === 0 ? '' : `<tfoot>\n${foot.join('\n')}\n</tfoot>`}</table></div>`;
}

/** A drawing with its caption; nothing where there is none. */
export function figureHtml(svg: string | null, caption: string, below = ''): string {
  if (svg === null)
    return `<figure><figcaption>${escapeHtml(caption)}</figcaption><p class="empty">No value of it may be disclosed.</p></figure>`;
  return `<figure><figcaption>${escapeHtml(caption)}</figcaption><div class="scroll" role="region" tabindex="0" aria-label="${escapeHtml(caption)}">${svg}</div>${below}</figure>`;
}

export function pairsHtml(pairs: readonly (readonly [name: string, value: string])[]): string {
  return `<dl class="pairs">${pairs.map(([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`).join('')}</dl>`;
}

/** A number as words: what is withheld is "fewer than k", or not told. */
export function told(value: number | null, k: number): string {
  return value === null ? (k > 1 ? `fewer than ${k}, or withheld` : 'not measured') : formatCount(value);
}

export function shareText(n: number | null, base: number | null): string {
  return n === null || base === null ? '–' : formatShare(n, base);
}

export function day(time: string): string {
  return time.slice(0, 10);
}
