import { escapeHtml } from '../../report/page/html.ts';
import { visible } from '../../view/visible.ts';
import type { SiteRun } from '../runs.ts';
import type { Site } from '../site.ts';
import { day } from './parts.ts';

/** Signs that mean something to TeX. */
function tex(text: string): string {
  return visible(text)
    .replace(/[\\{}]/g, '')
    .replace(/[#$%&_]/g, (sign) => `\\${sign}`)
    .replace(/[~^]/g, (sign) => `\\${sign}{}`);
}

function yaml(text: string): string {
  return JSON.stringify(visible(text));
}

function rules({ ruleSet, rulesVersion }: SiteRun): string {
  return rulesVersion === null ? ruleSet : `${ruleSet} ${rulesVersion}`;
}

export function bibtex({ title, url }: Site, run: SiteRun): string {
  const where = url === null ? '' : `  howpublished = {\\url{${tex(url)}}},\n`;
  return `@misc{mptcp-census-${run.slug.toLowerCase()},
  title = {{${tex(title)}: run ${tex(run.name)}}},
  year = {${run.time.slice(0, 4)}},
${where}  note = {Scan of ${day(run.time)}, rule set ${tex(rules(run))}, ${tex(run.software)}, result\\_sha256 ${run.result ?? 'none'}}
}
`;
}

export function cff({ title, url }: Site, run: SiteRun): string {
  return `cff-version: 1.2.0
message: ${yaml('If you use these numbers, cite the run they come from.')}
type: dataset
title: ${yaml(`${title}: run ${run.name}`)}
authors:
  - name: ${yaml(title)}
date-released: ${day(run.timeEnd)}
version: ${yaml(run.result ?? run.name)}
abstract: ${yaml(`Rule set ${rules(run)}; ${run.software}; result_sha256 ${run.result ?? 'none'}`)}
${url === null ? '' : `url: ${yaml(url)}\n`}`;
}

/** Both forms, to be copied: with a button where scripts run, by hand where none do. */
export function citeHtml(site: Site, run: SiteRun): string {
  const block = (id: string, name: string, text: string) =>
    `<div class="quote"><h3 id="${id}-name">${name}</h3><pre id="${id}" tabindex="0" role="region" aria-labelledby="${id}-name">${escapeHtml(text)}</pre><button type="button" class="copy" data-copy="${id}" hidden>Copy ${name}</button></div>`;
  return `<section id="cite"><h2>Cite these numbers</h2><p>The digest names the result: whoever replays the run gets the same one.</p><p class="digest"><b>result_sha256</b> <code>${escapeHtml(run.result ?? 'none')}</code></p><details open><summary>BibTeX and CITATION.cff</summary><div class="quotes">${block('bibtex', 'BibTeX', bibtex(site, run))}${block('cff', 'CFF', cff(site, run))}</div></details><p class="said" role="status"></p></section>`;
}
