import { escapeHtml } from '../../report/page/html.ts';
import type { Column } from '../../report/tables/table.ts';
import { kinds } from '../data/entities.ts';
import { listColumns, listRows, naming } from '../data/lists.ts';
import { wholeColumns, wholeRows } from '../data/series.ts';
import type { Site } from '../site.ts';
import type { ToldRun } from '../told.ts';
import { citeHtml } from './cite.ts';
import { type Page, upFrom } from './frame.ts';
import { boundsText } from './front.ts';
import { funnelHtml } from './funnel.ts';
import { day, downloads, pairsHtml, tableHtml, told } from './parts.ts';
import { relianceText } from './reliance.ts';
import { surenessColumns, surenessPairs, surenessRows } from './sureness.ts';

const few = 25;

function surenessHtml(one: ToldRun, up: string): string {
  const table = tableHtml({
    id: 'uncertainty',
    caption: `How sure the shares are, run ${one.run.name}`,
    columns: surenessColumns,
    rows: surenessRows(one),
  });
  return `<section><h2>How sure</h2><p class="intro">Over networks: what other networks of such sizes and habits might give. Two scans: of those scanned twice who answered, the share with the same verdict both times.</p>${table}${downloads(up, `runs/${one.run.slug}/uncertainty`, { svg: false, sql: ['rescan'] })}</section>`;
}

/** One run by itself, as it was published: a number that is cited stays where it was. */
export function runPage(site: Site, one: ToldRun): Page {
  const { run, funnel } = one;
  const path = `run/${run.slug}.html`;
  const up = upFrom(path);
  const lists = kinds.map((kind) => {
    const { folder, many, view, sql } = naming[kind];
    const rows = listRows(kind, one);
    const key = listColumns(kind)[0]?.key ?? '';
    const title = `${many.charAt(0).toUpperCase()}${many.slice(1)}`;
    const table = tableHtml({
      id: `run-${folder}`,
      caption: `${title}${rows.length > few ? `, the first ${few} of ${rows.length}` : ''}`,
      columns: listColumns(kind).filter((column) => column.key !== 'withheld'),
      rows: rows.slice(0, few),
      link: (row) => `../${folder}/${String(row[key])}.html`,
    });
    return `<section><h2>${escapeHtml(title)}</h2>${table}${downloads(up, `runs/${run.slug}/${view}`, { svg: false, sql })}</section>`;
  });
  const bounds = boundsText(funnel.v1);
  return {
    path,
    title: `Run ${run.name}`,
    description: `One run of ${day(run.time)}: its numbers as they were published.`,
    body: `<p class="eyebrow"><a href="index.html">Runs</a></p><h1>Run ${escapeHtml(run.name)}</h1>${pairsHtml([
      ['capable of v1', told(funnel.v1.capable, site.k)],
      ...(bounds === null ? [] : [['share, with its bounds', bounds] as const]),
      ...surenessPairs(one),
      ['scan', `${run.time.slice(0, 16).replace('T', ' ')} to ${run.timeEnd.slice(0, 16).replace('T', ' ')} UTC`],
      ['ports', run.ports.join(', ')],
      ['rule set', `${run.ruleSet}${run.rulesVersion === null ? '' : `, version ${run.rulesVersion}`}`],
      ['confidence', relianceText(one.reliance)],
      ['vantage point', run.vantage],
      ...run.setting,
      ['software', run.software],
    ])}${funnelHtml(site, one, up)}${surenessHtml(one, up)}${lists.join('')}${citeHtml(site, run)}`,
  };
}

const shown: ReadonlySet<string> = new Set([
  'run',
  'time',
  'answered_v1',
  'capable_v1',
  'confirmed_v1',
  'undecided_v1',
  'answered_v0',
  'capable_v0',
  'rules_version',
]);

const titles: Readonly<Record<string, string>> = {
  answered_v1: 'SYN/ACK to v1',
  answered_v0: 'SYN/ACK to v0',
};

/** Every run, the newest first. */
export function runsPage(site: Site): Page {
  const columns: Column[] = wholeColumns
    .filter(({ key }) => shown.has(key))
    .map((column) => ({ ...column, title: titles[column.key] ?? column.title }));
  const rows = wholeRows(site.runs).map((row) => ({ ...row, time: day(String(row.time)) }));
  const table = tableHtml({
    id: 'runs',
    caption: 'Every run, the newest first',
    columns,
    rows: rows.reverse(),
    link: (row) => `${String(row.run)}.html`,
    data: ' data-sortable',
  });
  const [a, b] = [site.runs.at(-2), site.runs.at(-1)];
  const compare =
    a === undefined || b === undefined
      ? ''
      : `<p><a href="../compare.html?a=run/${a.run.slug}&amp;b=run/${b.run.slug}">Compare the last two</a></p>`;
  return {
    path: 'run/index.html',
    title: 'Runs',
    description: 'Every run with its numbers, rules and digest.',
    body: `<h1>Runs</h1><p class="intro">Each number stands as its run gave it. Runs of other rules, lists or ports are marked in every chart.</p>${compare}${table}${downloads('../', 'series', { svg: true, sql: ['steps'] })}`,
  };
}
