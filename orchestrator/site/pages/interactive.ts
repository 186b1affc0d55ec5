import { escapeHtml } from '../../report/page/html.ts';
import { kinds } from '../data/entities.ts';
import { listColumns, listRows, naming } from '../data/lists.ts';
import type { Site } from '../site.ts';
import type { Page } from './frame.ts';

/** How many of each kind are offered while typing. */
const offered = 40;

function choices(site: Site): string {
  const runs = [...site.runs].reverse().map(({ run }) => [`run/${run.slug}`, `Run ${run.name}`] as const);
  const others = kinds.flatMap((kind) => {
    const key = listColumns(kind)[0]?.key ?? '';
    return listRows(kind, site.newest)
      .slice(0, offered)
      .map((row) => [`${naming[kind].folder}/${String(row[key])}`, String(row.name)] as const);
  });
  return [...runs, ...others]
    .map(([value, name]) => `<option value="${escapeHtml(value)}">${escapeHtml(name)}</option>`)
    .join('');
}

/** Any two runs, countries, networks or ports side by side. */
export function comparePage(site: Site): Page {
  const links = kinds.map((kind) => `<a href="${naming[kind].folder}/index.html">${escapeHtml(naming[kind].many)}</a>`);
  return {
    path: 'compare.html',
    title: 'Compare',
    description: 'Any two runs, countries, networks or ports side by side.',
    body: `<h1>Compare any two</h1><p class="intro">Two runs, or two countries, networks or ports, over all runs. The address of this page keeps what is compared.</p>
<form class="filters" id="compare" aria-label="What to compare"><label>First <input name="a" list="known" required autocomplete="off" spellcheck="false" placeholder="country/FI"></label><label>Second <input name="b" list="known" required autocomplete="off" spellcheck="false" placeholder="as/AS64500"></label><button type="submit">Compare</button><datalist id="known">${choices(site)}</datalist></form>
<p id="said" role="status"></p><div id="compared"></div>
<noscript><p class="notice">Comparing needs a script. Without one, open two of them: ${links.join(', ')}, <a href="run/index.html">runs</a>.</p></noscript>`,
  };
}

/** What the search of every page leads to. */
export function searchPage(): Page {
  return {
    path: 'search.html',
    title: 'Search',
    description: 'Find a country, a network or a port.',
    body: `<h1>Search</h1><p id="said" role="status"></p><ol id="found" class="found"></ol><noscript><p class="notice">Searching needs a script. Without one: <a href="country/index.html">countries</a>, <a href="as/index.html">networks</a>, <a href="port/index.html">ports</a>.</p></noscript>`,
  };
}
