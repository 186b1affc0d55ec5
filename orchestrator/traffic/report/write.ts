import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFile } from '../../core/writing.ts';
import { escapeHtml, figureHtml, tableHtml } from '../../report/page/html.ts';
import { type Table, toCsv } from '../../report/tables/table.ts';
import type { TrafficCapture } from '../../schemas/records/traffic/capture.ts';
import { visible } from '../../view/visible.ts';
import { noticesOf } from '../notices.ts';
import type { TrafficStore } from '../store.ts';
import { trafficFigures } from './figures.ts';
import { readText } from './summary.ts';

interface TrafficReport {
  out: string;
  /** Name of what was read. */
  name: string;
  capture: TrafficCapture;
  tables: readonly Table[];
  text: string;
  store: TrafficStore;
}

const about =
  'All numbers are counts over the captures that were read. Traffic at other places, or before and after, is not included.';

/** Tables, figures, Parquet, and a self-contained page. */
export async function writeTrafficReport({ out, name, capture, tables, text, store }: TrafficReport): Promise<void> {
  await store.writeParquet(out);
  await writeFile(join(out, 'capture.json'), `${visible(JSON.stringify(capture))}\n`);
  await writeFile(join(out, 'summary.txt'), visible(text));
  const figures = await trafficFigures(store.database);
  for (const table of tables) await writeFile(join(out, `${table.id}.csv`), toCsv(table.columns, table.rows));
  for (const { id, svg, columns, rows } of figures) {
    await writeFile(join(out, `${id}.csv`), toCsv(columns, rows));
    if (svg !== null) await writeFile(join(out, `${id}.svg`), `${svg}\n`);
  }
  const css = await readFile(new URL('../../report/page/page.css', import.meta.url), 'utf8');
  const notices = noticesOf(capture).map((notice) => `<li>${escapeHtml(notice)}</li>`);
  const title = `MPTCP in ${name}`;
  const told = `<section class="notices" aria-label="Losses and notices"><p>Read all numbers with this in mind:</p><ul>${notices.join('\n')}</ul></section>`;
  const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>
${css}</style>
</head>
<body>
<a class="skip" href="#numbers">Skip to the numbers</a>
<header>
<h1>${escapeHtml(title)}</h1>
<p class="lead">${escapeHtml(readText(capture))}</p>
${notices.length === 0 ? '' : told}
<p>${escapeHtml(about)}</p>
</header>
<main id="numbers" tabindex="-1">
<section id="tables">
${tables.map(tableHtml).join('\n')}
</section>
<section id="figures">
${figures.map(figureHtml).join('\n')}
</section>
</main>
</body>
</html>
`;
  await writeFile(join(out, 'index.html'), page);
}
