import { plural } from '../../report/format.ts';
import { labNotice } from '../../report/headline.ts';
import { escapeHtml } from '../../report/page/html.ts';
import type { Site } from '../site.ts';

/** Nothing from elsewhere, no script or style within a page. */
export const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'";

export interface Page {
  /** Below the folder of the site, such as as/AS64500.html. */
  path: string;
  title: string;
  /** For search engines and for those who share the page. */
  description: string;
  body: string;
}

const sections: [path: string, name: string][] = [
  ['index.html', 'Overview'],
  ['country/index.html', 'Countries'],
  ['as/index.html', 'Networks'],
  ['port/index.html', 'Ports'],
  ['run/index.html', 'Runs'],
  ['compare.html', 'Compare'],
  ['method.html', 'Method'],
  ['data.html', 'Data'],
];

/** "../" for each folder that a page lies in. */
export function upFrom(path: string): string {
  return '../'.repeat(path.split('/').length - 1);
}

function navigation(path: string, up: string): string {
  const items = sections.map(([target, name]) => {
    const own = target === path ? ' aria-current="page"' : '';
    const within =
      target !== path && target.includes('/') && path.startsWith(target.split('/')[0] ?? '') ? ' class="within"' : '';
    return `<li><a href="${up}${target}"${own}${within}>${name}</a></li>`;
  });
  return `<nav aria-label="Sections"><ul>${items.join('')}</ul></nav>`;
}

/** What bears on every number of a page. */
function notices({ k, embargo, embargoed, newest }: Site): string {
  const lines = [
    ...(newest.run.lab ? [labNotice] : []),
    ...(k < 5
      ? [
          `Made with --k ${k}: numbers of ${k === 1 ? 'a single address' : `${k} addresses`} are shown. Such a page is for demonstrations, not for publication.`,
        ]
      : []),
    ...(embargo === null
      ? []
      : [
          `Under embargo: nothing measured after ${embargo} is published here${embargoed === 0 ? '' : `; ${plural(embargoed, 'run is', 'runs are')} held back`}.`,
        ]),
  ];
  if (lines.length === 0) return '';
  return `<aside class="notices" aria-label="Read this first">${lines.map((line) => `<p>${escapeHtml(line)}</p>`).join('')}</aside>`;
}

/** A whole page. */
export function renderFrame(site: Site, { path, title, description, body }: Page): string {
  const up = upFrom(path);
  const canonical =
    site.url === null ? '' : `\n<link rel="canonical" href="${escapeHtml(new URL(path, site.url).href)}">`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(path === 'index.html' ? title : `${title} · ${site.title}`)}</title>
<meta name="description" content="${escapeHtml(description)}">${canonical}
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${up}assets/site.css">
<script type="module" src="${up}assets/site.js"></script>
</head>
<body data-up="${up}">
<a class="skip" href="#main">Skip to the numbers</a>
<header class="top"><div class="bar">
<a class="brand" href="${up}index.html">${escapeHtml(site.title)}</a>
<form class="find" role="search" action="${up}search.html" method="get"><label for="find" class="unseen">Find a country, network or port</label><input id="find" name="q" type="search" placeholder="Country, AS, port" autocomplete="off"><button type="submit">Search</button></form>
</div>${navigation(path, up)}</header>
<main id="main" tabindex="-1">
${notices(site)}
${body}
</main>
<footer class="bottom"><p>Aggregates only: a number here stands for nobody or for ${plural(site.k, 'address', 'addresses')} at least, and no address, prefix or name of a host is published. <a href="${up}method.html#disclosure">How</a>.</p><p>Made by ${escapeHtml(site.newest.run.software)}. Every table is <a href="${up}data.html">CSV and JSON at a stable address</a>.</p></footer>
</body>
</html>
`;
}
