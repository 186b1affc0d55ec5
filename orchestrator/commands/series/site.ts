import { CensusError } from '../../errors.ts';
import type { AddCommand } from '../host.ts';

function atLeastOne(text: string): number {
  const k = Number(text);
  if (/^\d{1,6}$/.test(text) && k >= 1) return k;
  throw new CensusError('E_INPUT', `--k is ${JSON.stringify(text)}`, 'give a whole number from 1 on; 5 is the default');
}

function dayOf(text: string): string {
  const time = new Date(`${text}T00:00:00Z`);
  if (/^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(time.getTime()) && time.toISOString().startsWith(text))
    return text;
  throw new CensusError(
    'E_INPUT',
    `--embargo is ${JSON.stringify(text)}, which is not a date`,
    'write it as 2026-12-01',
  );
}

function urlOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '' || url.username !== '')
    throw new CensusError('E_INPUT', `--url is ${JSON.stringify(text)}`, 'write it as https://mptcp.example.org/');
  return url.href.endsWith('/') ? url.href : `${url.href}/`;
}

export const addSite: AddCommand = (program, host) => {
  program
    .command('site')
    .description('build a static web site from runs: pages and files with aggregates only, for any web server')
    .argument('<run...>', 'folders of finished runs; the newest is the front page')
    .requiredOption('--out <folder>', 'folder to write into; an earlier site there is removed')
    .option('--k <number>', 'minimum number of addresses behind a published number', '5')
    .option('--embargo <day>', 'leave out runs whose scan ended after this day')
    .option('--title <text>', 'title of the site', 'MPTCP census')
    .option('--url <url>', 'URL at which it will be published, for citations')
    .addHelpText(
      'after',
      `
The pages load nothing from elsewhere, and forbid the browser to; server/ has headers for nginx and Caddy.
docs/methods.md, "Disclosure control", says what is withheld and what that protects against.

Examples:
  $ mptcp-census site runs/* --out www
  $ mptcp-census site runs/2026-* --out www --embargo 2026-12-01 --url https://mptcp.example.org/
  $ mptcp-census site runs/lab --out www --k 1         a demonstration: nothing is withheld, and each page says so`,
    )
    .action(async (runs, { out, k, embargo, title, url }) => {
      const given = {
        k: atLeastOne(k),
        embargo: embargo === undefined ? null : dayOf(embargo),
        url: url === undefined ? null : urlOf(url),
      };
      const { makeSite } = await import('../../site/make.ts');
      host.out.line(await makeSite({ runs, out, title, ...given, signal: host.stopSignal(), tell: host.err.line }));
    });
};
