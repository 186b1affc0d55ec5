import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { writeReport } from '../../../../orchestrator/report/report.ts';
import { makeFacts } from '../facts.ts';
import { readCase, writeParquet } from '../parquet.ts';

const test = suite('report/page');

const css = readFileSync('orchestrator/report/page/page.css', 'utf8');

async function smallPage() {
  const folder = await mkdtemp(join(tmpdir(), 'census-page-'));
  const { hosts, domains } = await readCase('test/cases/report/small');
  const paths = await writeParquet(join(folder, 'data'), hosts, domains);
  const out = join(folder, 'report');
  await writeReport({ ...paths, out, facts: makeFacts({}) });
  const page = readFileSync(join(out, 'index.html'), 'utf8');
  const top = readFileSync(join(out, 'top_groups.svg'), 'utf8');
  await rm(folder, { recursive: true });
  return { page, top, document: parseHTML(page).document };
}
const small = smallPage();

test('headings go down one level at a time, from one of the first', async () => {
  const { document } = await small;
  const levels = [...document.querySelectorAll('h1, h2, h3, h4')].map(({ tagName }) => Number(tagName.slice(1)));
  assert.is(levels.filter((level) => level === 1).length, 1);
  for (const [i, level] of levels.entries()) assert.ok(level <= (levels[i - 1] ?? 0) + 1, levels.join(' '));
});

test('the first link leads past the summary to the numbers, and is there', async () => {
  const { document } = await small;
  const link = document.querySelector('a');
  assert.is(link?.getAttribute('href'), '#numbers');
  assert.is(document.querySelector('#numbers')?.tagName, 'MAIN');
});

test('every colour of a drawing has its like on a dark page', async () => {
  const { page } = await small;
  const [, dark = ''] = css.split('@media (prefers-color-scheme: dark)');
  const drawn = new Set(page.match(/\b(?:fill|stroke)="#[0-9a-f]{6}"/g));
  assert.ok(drawn.size > 4, [...drawn].join(' '));
  for (const colour of drawn) assert.ok(dark.includes(`svg [${colour}]`), colour);
  for (const svg of page.match(/<svg[^>]*class="plot[^>]*>/g) ?? []) assert.not.match(svg, /background|[^-]color:/);
});

test('so has every colour of the page itself', () => {
  const [light = '', dark = ''] = css.split('@media (prefers-color-scheme: dark)');
  const named = (text: string) => [...new Set([...text.matchAll(/^ +--([a-z]+): #/gm)].map(([, name]) => name))].sort();
  assert.ok(named(light).length > 6, named(light).join(' '));
  assert.equal(named(dark.split('@media')[0] ?? ''), named(light));
});

test('a bar is named by the rank that it goes down to, and that of the whole list by no number', async () => {
  const { top } = await small;
  assert.match(top, />all</);
  assert.match(top, />10</);
});

test('names of values have a width of their own: the value has the rest of the page', async () => {
  const { document } = await small;
  for (const table of document.querySelectorAll('table.pairs')) assert.is(table.closest('.pair'), null);
  assert.match(css, /\.pairs th \{[^}]*width: 320px/);
});

test.run();
