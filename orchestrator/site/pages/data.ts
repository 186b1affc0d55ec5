import { escapeHtml } from '../../report/page/html.ts';
import type { Site } from '../site.ts';
import type { Page } from './frame.ts';
import { tableHtml } from './parts.ts';

/** Stable addresses: what lies there may get columns, and loses none. */
export const addresses: [path: string, what: string][] = [
  ['data/v1/series.csv, .json, .svg', 'all: asked, answered, capable, confirmed, one row per run'],
  ['data/v1/share.csv, .json, .svg', 'the share of v1 with its bounds, one row per run'],
  ['data/v1/by-country.csv, .json', 'countries in the newest run'],
  ['data/v1/by-as.csv, .json', 'networks in the newest run'],
  ['data/v1/by-port.csv, .json', 'ports in the newest run'],
  ['data/v1/map.csv, .json, .svg', 'what the map shows'],
  ['data/v1/by-country/FI.csv, .json, .svg', 'one country over all runs'],
  ['data/v1/by-as/AS64500.csv, .json, .svg', 'one network over all runs'],
  ['data/v1/by-port/443.csv, .json, .svg', 'one port over all runs'],
  ['data/v1/by-country/FI/by-as.csv, .json', 'networks in a country, newest run'],
  ['data/v1/by-as/AS64500/by-country.csv, .json', 'countries of a network that is in several, newest run'],
  ['data/v1/by-port/443/by-family.csv, .json', 'address families of a port, newest run'],
  ['data/v1/runs/RUN/by-country.csv, .json', 'the same lists of any run; by-as and by-port too'],
  ['data/v1/runs/RUN/by-country-as.csv, .json', 'networks in each country, of any run; by-port-family too'],
  ['data/v1/runs/RUN/funnel.csv, .json, .svg', 'from targets to proof, of one run'],
  ['data/v1/runs/RUN/verdicts.csv, .json', 'verdicts of one run'],
  ['data/v1/runs/RUN/uncertainty.csv, .json', 'intervals of one run: over networks, and how far two scans agree'],
  ['data/v1/search.json', 'every country, network and port that has a page'],
  ['data/v1/sql/places.sql', 'the queries: views, claims, places, ports, rescan, steps'],
];

/** Where every number lies for programs. */
export function dataPage(site: Site): Page {
  const table = tableHtml({
    id: 'addresses',
    caption: 'Addresses that stay',
    columns: [
      { key: 'address', title: 'Address', kind: 'text' },
      { key: 'what', title: 'Contents', kind: 'text' },
    ],
    rows: addresses.map(([address, what]) => ({ address, what })),
  });
  const example = `${site.url ?? 'https://HOST/'}data/v1/by-country.csv`;
  return {
    path: 'data.html',
    title: 'Data',
    description: 'Every table as CSV and JSON at a stable address.',
    body: `<h1>Data</h1><p class="intro">Every table here is a file. Columns may be added below data/v1; none goes away or changes its meaning. An empty cell was not measured, or it is named in the column <code>withheld</code>.</p>${table}
<p>Start with <a href="data/v1/series.csv">series.csv</a>, <a href="data/v1/by-country.csv">by-country.csv</a>, <a href="data/v1/by-as.csv">by-as.csv</a>, <a href="data/v1/by-port.csv">by-port.csv</a>, or in a shell:</p><pre tabindex="0" role="region" aria-label="Example">curl -s ${escapeHtml(example)} | head -3
duckdb -c "SELECT * FROM read_csv('${escapeHtml(example)}') ORDER BY capable_v1 DESC LIMIT 10"</pre>
<p>The SQL runs by itself in the folder of a run (<a href="data/v1/sql/views.sql">views</a>, <a href="data/v1/sql/claims.sql">claims</a>, then <a href="data/v1/sql/places.sql">places</a>, <a href="data/v1/sql/ports.sql">ports</a> or <a href="data/v1/sql/steps.sql">steps</a>). What it counts goes through the <a href="method.html#disclosure">disclosure control</a> before it is published.</p>`,
  };
}
