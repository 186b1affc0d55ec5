import { readFile } from 'node:fs/promises';
import { headlineWithVantage } from '../caveats/vantage.ts';
import type { ReportFacts } from '../facts.ts';
import type { Figure } from '../figures/svg.ts';
import { headlines, labNotice, measuredText, sentence } from '../headline.ts';
import type { Results } from '../results.ts';
import type { Table } from '../tables/table.ts';
import { escapeHtml, figureHtml, pairsHtml, tableHtml } from './html.ts';

/** Everything that the page shows, by file name. */
export interface Exhibits {
  table: (id: string) => Table;
  figure: (id: string) => Figure;
}

const sections: [id: string, title: string, intro: string][] = [
  [
    'verdicts-section',
    'What answered',
    'Every SYN asks for one MPTCP version and carries a fresh key where that version has one. Verdicts follow from the option bytes that came back; the rules are listed in docs/methods.md and can be run again over the raw files.',
  ],
  [
    'where',
    'Where the capable servers are',
    'Addresses that are capable in at least one version, at any of the ports asked.',
  ],
  ['who', 'Which domains they serve', 'Entries of the target list; an entry and its www variant count once.'],
  [
    'what',
    'What they are',
    'Real connections, announced addresses, fingerprints and round trips of the capable addresses.',
  ],
  [
    'how',
    'How the numbers came about',
    'What is known about how they were measured. For a run, manifest.json in its folder has all of it.',
  ],
];

function section(index: number, body: string): string {
  const [id, title, intro] = sections[index] ?? ['', '', ''];
  return `<section id="${id}"><h2>${escapeHtml(title)}</h2><p class="intro">${escapeHtml(intro)}</p>\n${body}\n</section>`;
}

/** Side by side: for what is legible in half the page. */
function pair(left: string, right: string): string {
  return `<div class="pair"><div>${left}</div><div>${right}</div></div>`;
}

function keyNumbers(facts: ReportFacts, results: Results): string {
  const items = headlines(results)
    .map((headline) => headlineWithVantage(headline, facts))
    .map(
      ({ name, value, of, bounds, confirmed, warns }) =>
        `<li${warns ? ' class="warn"' : ''}><div class="value">${escapeHtml(value)}</div><div class="name">${escapeHtml(name)}</div><div class="of">${escapeHtml(of)}</div>${bounds === null ? '' : `<div class="bounds">${escapeHtml(bounds)}</div>`}${confirmed === null ? '' : `<div class="confirmed">${escapeHtml(confirmed)}</div>`}</li>`,
    );
  return `<ul class="key">${items.join('\n')}</ul>`;
}

/** What bears on every number below: losses first of all. */
function noticesHtml({ notices }: ReportFacts): string {
  if (notices.length === 0) return '';
  const items = notices.map(({ stage, text }) => `<li><b>${escapeHtml(stage)}</b>: ${escapeHtml(text)}</li>`);
  return `<section class="notices" aria-label="Losses and notices"><p>Read all numbers with this in mind:</p><ul>${items.join('')}</ul></section>`;
}

function provenance(facts: ReportFacts): string {
  const run: [string, string][] = [
    [facts.replies === null ? 'run' : 'name', facts.run],
    ['software', facts.software],
    ...(facts.result === null ? [] : [['result_sha256', facts.result] satisfies [string, string]]),
    ...facts.setting,
  ];
  const programs = facts.programs.map(({ name, version }): [string, string] => [name, version]);
  const inputs = facts.inputs.map(({ file, sha256 }): [string, string] => [file, `sha256 ${sha256}`]);
  const parts: [title: string, pairs: [string, string][]][] = [
    [facts.replies === null ? 'Run' : 'Source', run],
    ['Programs', programs],
    ['Configuration', facts.config],
    ['Files read', inputs],
  ];
  const shown = parts.filter(([, pairs]) => pairs.length > 0);
  return shown.map(([title, pairs]) => `<h3>${title}</h3>${pairsHtml(pairs)}`).join('\n');
}

/** The page: one file without scripts, fonts or links to anywhere but the files beside it. */
export async function renderPage(facts: ReportFacts, results: Results, { table, figure }: Exhibits): Promise<string> {
  const css = await readFile(new URL('./page.css', import.meta.url), 'utf8');
  const tables = (...ids: string[]) => ids.map((id) => tableHtml(table(id))).join('\n');
  const figures = (...ids: string[]) => ids.map((id) => figureHtml(figure(id))).join('\n');
  const body = [
    section(
      0,
      `${tables('funnel')}\n${pair(tables('verdicts'), tables('rungs'))}\n${tables('bounds', 'not_counted')}\n${tables('families', 'ports', 'dense')}\n${tables('stages')}`,
    ),
    section(1, `${figures('map')}\n${tables('table1', 'table2', 'organisations')}`),
    section(
      2,
      `${tables('table3', 'mixed_domains', 'lists')}\n${pair(figures('rank_cdf'), figures('top_groups'))}\n${tables('popularity')}\n${tables('domain_countries', 'domain_systems', 'domain_organisations')}`,
    ),
    section(
      3,
      `${tables('announcements')}\n${pair(tables('multihomed'), tables('host_sizes'))}\n${tables('joins')}\n${figures('host_places')}\n${tables('announcers')}\n${pair(tables('connections'), tables('path_ratios'))}\n${pair(figures('paths'), tables('table4'))}\n${tables('system_signs', 'nearer', 'causes')}\n${tables('ways', 'changed_by')}`,
    ),
    section(4, `${tables('controls', 'rescan', 'rescan_pairs')}\n${provenance(facts)}`),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>MPTCP census: ${escapeHtml(facts.run)}</title>
<style>
${css}</style>
</head>
<body>
<a class="skip" href="#numbers">Skip to the numbers</a>
<header>
<h1>MPTCP census: ${escapeHtml(facts.run)}</h1>
<p class="lead">${escapeHtml(measuredText(facts))} · ${escapeHtml(facts.software)}</p>
${facts.lab ? `<p class="lab">${escapeHtml(labNotice)}</p>` : ''}
${noticesHtml(facts)}
<p>${escapeHtml(sentence(results))}</p>
${keyNumbers(facts, results)}
<nav aria-label="Sections">${sections.map(([id, title]) => `<a href="#${id}">${escapeHtml(title)}</a>`).join('')}</nav>
</header>
<main id="numbers" tabindex="-1">
${body.join('\n')}
</main>
<footer><p>The tables and figures stand beside this page as CSV and SVG. No address of a capable host is published here: a list of them is a target list.</p></footer>
</body>
</html>
`;
}
