import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBInstance } from '@duckdb/node-api';
import { writeFile } from '../../core/writing.ts';
import type { Figure } from '../../report/figures/svg.ts';
import { formatOf, plural } from '../../report/format.ts';
import { labNotice } from '../../report/headline.ts';
import { escapeHtml, figureHtml, pairsHtml, tableHtml } from '../../report/page/html.ts';
import { type Table, toCsv } from '../../report/tables/table.ts';
import type { History } from '../../schemas/records/history/history.ts';
import { historyFigures } from './figures.ts';
import { announcerTable, constantKeyTable, leftOutTable, runTable } from './tables.ts';

/** Drawings over time are wide: on a phone they scroll rather than shrink. So does the table of the runs everywhere. */
const wide = `@media (max-width: 820px) { .scroll svg { min-width: 680px; } }
#runs table { min-width: 1500px; }
#runs td:nth-child(-n + 2) { white-space: nowrap; }
#runs td.long { min-width: 260px; }`;

const about =
  'All runs were judged by one rule set, so that a line moves with the hosts and not with the rules. What else changed from run to run is marked.';

function lastWords({ runs }: History): string {
  const last = runs.at(-1);
  if (last === undefined) return '';
  const of = (name: string, n: number | null, base: number | null) =>
    n === null || base === null ? [] : [`${formatOf(n, base)} capable in ${name}`];
  const numbers = [...of('v1', last.capable_v1, last.answered_v1), ...of('v0', last.capable_v0, last.answered_v0)];
  return `Last run, ${last.time.slice(0, 10)}: ${numbers.join('; ')}, of the endpoints with a SYN/ACK; confidence ${last.confidence}.`;
}

function setting({ rule_set, rules_version, rib, country, city, every_days }: History): [string, string][] {
  const told = (table: History['rib']) =>
    table === null ? 'those of each run' : `${table.file} (sha256 ${table.sha256})`;
  return [
    ['rules', `${rule_set} ${rules_version}`],
    ['prefix table', told(rib)],
    ['countries', told(country ?? city)],
    ['one run every', every_days === null ? 'not known' : `${every_days} days`],
  ];
}

function pageHtml(history: History, css: string, figures: readonly Figure[], tables: readonly Table[]): string {
  const [first, last] = [history.runs[0], history.runs.at(-1)];
  const figure = (...ids: string[]) =>
    figures
      .filter(({ id }) => ids.includes(id))
      .map(figureHtml)
      .join('\n');
  const table = (...ids: string[]) =>
    tables
      .filter(({ id }) => ids.includes(id))
      .map(tableHtml)
      .join('\n');
  const sections: [id: string, title: string, body: string][] = [
    ['deployment', 'Deployment over time', figure('capable_share', 'capable_count', 'not_counted', 'answered')],
    ['places', 'Where', figure('by_port', 'by_family', 'by_country', 'by_as')],
    ['hosts', 'Over runs', `${figure('announcements')}\n${table('ever_announced', 'key_relations')}`],
    [
      'method',
      'The runs, and how far they can be compared',
      `${table('runs', 'left_out')}\n${pairsHtml(setting(history))}`,
    ],
  ];
  const span = `${plural(history.runs.length, 'run', 'runs')}, ${first?.time.slice(0, 10)} to ${last?.time.slice(0, 10)}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>MPTCP census: history</title>
<style>
${css}
${wide}</style>
</head>
<body>
<a class="skip" href="#numbers">Skip to the numbers</a>
<header>
<h1>MPTCP census: history</h1>
<p class="lead">${escapeHtml(span)}</p>
${history.runs.some(({ lab }) => lab) ? `<p class="lab">${escapeHtml(labNotice)}</p>` : ''}
<p>${escapeHtml(lastWords(history))}</p>
<p class="intro">${escapeHtml(about)}</p>
<nav aria-label="Sections">${sections.map(([id, title]) => `<a href="#${id}">${escapeHtml(title)}</a>`).join('')}</nav>
</header>
<main id="numbers" tabindex="-1">
${sections.map(([id, title, body]) => `<section id="${id}"><h2>${escapeHtml(title)}</h2>\n${body}\n</section>`).join('\n')}
</main>
<footer><p>The tables and figures stand beside this page as CSV and SVG, all numbers in series.csv. Two files there hold addresses and are not for publication: announcers.parquet and constant-keys.parquet.</p></footer>
</body>
</html>
`;
}

/** Writes the page with a CSV per table, an SVG and a CSV per figure. The same series gives the same bytes. */
export async function writePage(database: DuckDBInstance, history: History, out: string): Promise<void> {
  const figures = await historyFigures(database, history);
  const tables = [
    runTable(history),
    leftOutTable(history),
    await announcerTable(database),
    await constantKeyTable(database),
  ];
  const css = await readFile(new URL('../../report/page/page.css', import.meta.url), 'utf8');
  for (const { id, columns, rows } of tables) await writeFile(join(out, `${id}.csv`), toCsv(columns, rows));
  for (const { id, svg, columns, rows } of figures) {
    await writeFile(join(out, `${id}.csv`), toCsv(columns, rows));
    // A series that was here before may have drawn what there is nothing to draw of now.
    if (svg === null) await rm(join(out, `${id}.svg`), { force: true });
    else await writeFile(join(out, `${id}.svg`), `${svg}\n`);
  }
  await writeFile(join(out, 'index.html'), pageHtml(history, css, figures, tables));
}
