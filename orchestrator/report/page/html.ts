import { visible } from '../../view/visible.ts';
import type { Figure } from '../figures/svg.ts';
import { formatCell } from '../format.ts';
import type { Column, Table } from '../tables/table.ts';

/** Text for HTML: names of domains, ASes and systems come from strangers, and the name of a run folder from its user. */
export function escapeHtml(text: string): string {
  return visible(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** Text that would stand in many short lines where a table is wider than the screen. */
const long = 24;

function cellHtml(column: Column, cell: string | number | null | undefined): string {
  const text = escapeHtml(formatCell(cell, column.kind));
  if (column.kind === 'text') return text.length > long ? `<td class="long">${text}</td>` : `<td>${text}</td>`;
  const bar =
    column.bar === true && typeof cell === 'number' ? ` style="--share:${Math.min(100, cell).toFixed(2)}%"` : '';
  return `<td class="${bar === '' ? 'number' : 'number bar'}"${bar}>${text}</td>`;
}

/** What may be wider than the screen: a place that the keyboard reaches and scrolls. */
function scroll(title: string): string {
  return `<div class="scroll" role="region" tabindex="0" aria-label="${escapeHtml(title)}">`;
}

function notes(denominator: string, meaning: string): string {
  return `<p class="denominator">${escapeHtml(denominator)}</p><p class="meaning">${escapeHtml(meaning)}</p>`;
}

/** A table with its caption, denominator and what it does not mean. */
export function tableHtml(table: Table): string {
  if (table.rows.length === 0) {
    return `<figure id="${table.id}" class="table"><figcaption>${escapeHtml(table.title)}</figcaption><p class="empty">${escapeHtml(table.empty)}</p></figure>`;
  }
  const heads = table.columns.map(
    (column) => `<th scope="col"${column.kind === 'text' ? '' : ' class="number"'}>${escapeHtml(column.title)}</th>`,
  );
  const body = table.rows.map(
    (row) => `<tr>${table.columns.map((column) => cellHtml(column, row[column.key])).join('')}</tr>`,
  );
  return `<figure id="${table.id}" class="table"><figcaption>${escapeHtml(table.title)} <a class="csv" href="${table.id}.csv">CSV</a></figcaption>
${scroll(table.title)}<table><thead><tr>${heads.join('')}</tr></thead>
<tbody>
${body.join('\n')}
</tbody></table></div>${notes(table.denominator, table.meaning)}</figure>`;
}

/** A figure inline, with links to the file and its numbers. */
export function figureHtml(figure: Figure): string {
  if (figure.svg === null) {
    return `<figure id="figure-${figure.id}"><figcaption>${escapeHtml(figure.title)}</figcaption><p class="empty">${escapeHtml(figure.empty)}</p></figure>`;
  }
  return `<figure id="figure-${figure.id}"><figcaption>${escapeHtml(figure.title)} <a class="csv" href="${figure.id}.svg">SVG</a> <a class="csv" href="${figure.id}.csv">CSV</a></figcaption>
${scroll(figure.title)}${figure.svg}</div>
${notes(figure.denominator, figure.meaning)}</figure>`;
}

/** Name and value pairs. */
export function pairsHtml(pairs: [name: string, value: string][]): string {
  return `<table class="pairs"><tbody>${pairs.map(([name, value]) => `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`).join('\n')}</tbody></table>`;
}
