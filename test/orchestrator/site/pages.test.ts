// runs: behind
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { openDatabase, rows, runSql } from '../../../orchestrator/core/database/duckdb.ts';
import { headlines } from '../../../orchestrator/report/headline.ts';
import { readResults } from '../../../orchestrator/report/results.ts';
import { countOf, rowsOf } from '../../../orchestrator/report/rows.ts';
import { makeViews } from '../../../orchestrator/report/views.ts';
import { addresses } from '../../../orchestrator/site/pages/data.ts';
import { attacks } from '../../../scripts/bench/site/world.ts';
import { makeWeeks, place, siteOf, world } from './made.ts';
import { filesOf, parseCsv, viewsOf } from './published.ts';

const test = suite('site: pages and files');

const runs = await makeWeeks(3, { ...world, addresses: 2500 });
const title = `A "title" of <b>5</b>\u001b[31m & more`;
const files = await filesOf(await siteOf(runs, 'www', { title, url: 'https://mptcp.example.org/' }));
function file(path: string): string {
  const text = files.get(path);
  if (text === undefined) throw new Error(`there is no ${path}`);
  return text;
}
const pages = [...files].filter(([path]) => path.endsWith('.html'));
const documentOf = (text: string) => parseHTML(text).document;

/** The number that the report of a run says first, what it is of, and how many are undecided. */
async function reported(run: string): Promise<string> {
  const temp = place('temp');
  const database = await openDatabase({ temp });
  const source = { run: 'x', hosts: join(run, 'hosts.parquet'), domains: join(run, 'domains.parquet') };
  await makeViews(database, { sources: [source], organisations: null, temp });
  const query = (sql: string) => rows(database, sql);
  const [first] = headlines(await readResults(query));
  const [open] = await rowsOf(query, 'undecided');
  database.closeSync();
  const undecided = countOf(open, 'unknown_v1') + countOf(open, 'inconsistent_v1');
  return `${first?.value} of ${/[\d,]+/.exec(first?.of ?? '')?.[0]}, ${undecided} undecided`;
}

test('the number of the front page, and what it is of, are those of the report of the newest run', async () => {
  const { document } = parseHTML(file('index.html'));
  const number = document.getElementById('capable-v1')?.textContent;
  const of = /of ([\d,]+) endpoints/.exec(document.querySelector('.one')?.textContent ?? '')?.[1];
  const undecided = viewsOf(files).get('series')?.rows.at(-1)?.undecided_v1;
  assert.is(`${number} of ${of}, ${undecided} undecided`, await reported(runs[2] ?? ''));
  assert.match(
    document.querySelector('.hero')?.textContent ?? '',
    /to [\d.]+\s%: the answers of (at most )?\d+ more are undecided/,
  );
  for (const said of ['2026-09-21', 'ours, version 2', 'vantage point not checked', 'week-02', 'Linux 6.18', 'sound'])
    assert.ok(document.querySelector('.hero')?.textContent?.includes(said), said);
});

test('names that attack are text: in pages no element, no control sign anywhere, in CSV no formula', () => {
  for (const [path, text] of files) {
    assert.not.match(text, /(?![\n\t])[\p{Cc}\u202a-\u202e\u2066-\u2069]/u, path);
  }
  for (const [path, text] of pages) {
    const document = documentOf(text);
    assert.equal(
      [...document.querySelectorAll('script')].map((script) => script.getAttribute('src')?.replace(/^(\.\.\/)*/, '')),
      ['assets/site.js'],
      path,
    );
    for (const element of document.querySelectorAll('*'))
      for (const { name } of element.attributes) assert.not.match(name, /^(on|style$)/, path);
    assert.is(document.querySelectorAll('img, style, iframe, object, base').length, 0, path);
  }
  const names = parseCsv(file('data/v1/by-as.csv')).map((row) => row[1]);
  assert.ok(names.includes(`'${attacks.formula}`));
  assert.ok(names.includes(attacks.script));
  assert.ok(names.includes(attacks.quotes));
  for (const [path, text] of files)
    if (path.endsWith('.csv'))
      for (const row of parseCsv(text)) for (const cell of row) assert.not.match(cell, /^\s*[=+@]|^-[^\d]/, path);
});

test('in JSON the same names are whole, and nothing that a page would read', () => {
  const names =
    viewsOf(files)
      .get('by-as')
      ?.rows.map(({ name }) => name) ?? [];
  assert.ok(names.includes(attacks.formula) && names.includes(attacks.script) && names.includes(attacks.quotes));
  for (const [path, text] of files) if (path.endsWith('.json')) assert.not.match(text, /[<>]/, path);
});

test('no file names an address, a prefix, a city, the scanner or a folder', () => {
  for (const [path, text] of files)
    assert.not.match(text, /\b240\.\d+\.\d+\.\d|2001:db8|198\.18\.0\.2|secret-host|=1\+1|\/tmp\//, path);
});

test('every page forbids what comes from elsewhere, and asks for nothing', () => {
  for (const [path, text] of pages) {
    const document = documentOf(text);
    const policy = document.querySelector('meta[http-equiv]')?.getAttribute('content') ?? '';
    assert.ok(
      policy.startsWith(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'",
      ),
      path,
    );
    for (const element of document.querySelectorAll('[src], link[href]')) {
      const target = element.getAttribute('src') ?? element.getAttribute('href') ?? '';
      if (element.getAttribute('rel') !== 'canonical') assert.not.match(target, /^(https?:|\/)/, path);
    }
    assert.ok(text.length < 1_000_000, `${path}: ${text.length}`);
  }
  for (const [path, text] of files)
    if (/\.(js|css)$/.test(path))
      assert.not.match(text, /https?:\/\/(?!www\.w3\.org\/)|@import|\beval\b|innerHTML/, path);
  for (const name of ['nginx.conf', 'Caddyfile'])
    assert.match(
      file(`server/${name}`),
      /default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'.*frame-ancestors 'none'/,
    );
});

test('every link of a page leads to a file', () => {
  for (const [path, text] of pages) {
    for (const link of documentOf(text).querySelectorAll('a[href], link[rel=stylesheet], script[src]')) {
      const target = link.getAttribute('href') ?? link.getAttribute('src') ?? '';
      const { pathname } = new URL(target, `http://x/${path}`);
      assert.ok(files.has(decodeURIComponent(pathname.slice(1))), `${path}: ${target}`);
    }
  }
});

test('every table is CSV and JSON with the same rows, and its queries lie where it says', () => {
  const views = viewsOf(files);
  assert.ok(views.size > 40, `${views.size}`);
  for (const [name, { rows: found, columns, sql }] of views) {
    const [head = [], ...body] = parseCsv(file(`data/v1/${name}.csv`));
    assert.equal(
      head,
      columns.map(({ key }) => key),
      name,
    );
    assert.is(body.length, found.length, name);
    body.forEach((cells, i) => {
      columns.forEach(({ key, kind }, j) => {
        const value = found[i]?.[key] ?? '';
        if (kind === 'count') assert.is(cells[j], String(value), `${name} ${key}`);
      });
    });
    assert.ok(Array.isArray(sql) && sql.length > 0, name);
    for (const query of Array.isArray(sql) ? sql : []) {
      const { pathname } = new URL(String(query), `http://x/data/v1/${name}.json`);
      assert.ok(files.has(pathname.slice(1)), `${name}: ${query}`);
    }
  }
});

test('the queries run by themselves over a run, and give the numbers of the pages', async () => {
  const database = await openDatabase({ temp: place('temp') });
  const sql = (name: string) =>
    file(`data/v1/sql/${name}.sql`).replaceAll(/'(hosts|domains)\.parquet'/g, `'${runs[2]}/$1.parquet'`);
  await runSql(database, sql('views'));
  await runSql(database, sql('claims'));
  const found: unknown[] = [];
  for await (const row of rows(database, sql('places'))) found.push(row);
  for await (const row of rows(database, sql('ports'))) found.push(row);
  for await (const row of rows(database, sql('steps'))) found.push(row);
  database.closeSync();
  const Whole = z.looseObject({ version: z.string(), outer_key: z.string().nullable(), capable: z.int() });
  const wholes = found.flatMap((row) => Whole.safeParse(row).data ?? []).filter(({ outer_key }) => outer_key === null);
  const all = viewsOf(files).get('by-country')?.all;
  assert.equal(Object.fromEntries(wholes.map(({ version, capable }) => [version, capable])), {
    v1: all?.capable_v1,
    v0: all?.capable_v0,
  });
});

test('the addresses that the data page promises are there, and docs/site.md has the same', async () => {
  const docs = await readFile('docs/site.md', 'utf8');
  for (const [address] of addresses) {
    const [first = '', ...endings] = address.split(', ');
    assert.ok(docs.includes(`\`${first}\``), first);
    const base = first
      .replace(/\.\w+$/, '')
      .replace('RUN', 'week-02')
      .replace('/FI', '/US')
      .replace('AS64500', 'AS64501');
    for (const ending of [/\.\w+$/.exec(first)?.[0] ?? '', ...endings]) file(`${base}${ending}`);
  }
});

test('numbers of drawings are those of their tables', () => {
  for (const [name, { rows: found }] of viewsOf(files)) {
    if (!/^(series|by-(country|as|port)\/[^/]+)$/.test(name)) continue;
    const svg = files.get(`data/v1/${name}.svg`);
    if (svg === undefined) continue;
    const told = [...svg.matchAll(/<title>(\d{4}-\d\d-\d\d): (?:at least )?([\d,]+) (v\d) (\w+)<\/title>/g)];
    assert.ok(told.length > 0, name);
    for (const [, day, n = '', version, piece] of told) {
      const row = found.find(({ time }) => String(time).startsWith(day ?? '?'));
      assert.is(row?.[`${piece}_${version}`], Number(n.replaceAll(',', '')), `${name} ${day}`);
    }
  }
});

test('k of 1 withholds nothing and says so on each page; an embargo holds back and says so', async () => {
  const shown = await filesOf(await siteOf(runs, 'one', { k: 1, embargo: '2026-09-15' }));
  const html = [...shown].filter(([path]) => path.endsWith('.html'));
  for (const [path, text] of html) {
    assert.match(text, /Made with --k 1: numbers of a single address are shown/, path);
    assert.match(text, /nothing measured after 2026-09-15 is published here; 1 run is held back/, path);
    assert.not.match(text, /week-02|number withheld/, path);
  }
  for (const [name, { rows: found }] of viewsOf(shown))
    for (const row of found) if (!name.startsWith('by-')) assert.ok(!row.withheld, name);
  assert.not.match(file('index.html'), /--k/);
});

test('an embargo before all runs is refused, and so is a folder with other files', async () => {
  const throwing = async (work: Promise<unknown>): Promise<string> => String(await work.catch((error: Error) => error));
  assert.match(
    await throwing(siteOf(runs, 'never', { embargo: '2026-01-01' })),
    /no scan of the 3 runs ended by 2026-01-01/,
  );
  let looks = 0;
  const stopping = new Proxy(new AbortController().signal, {
    get: (signal, key) => (key === 'aborted' ? looks++ > 0 : Reflect.get(signal, key)),
  });
  assert.match(await throwing(siteOf(runs, 'stopped', { signal: stopping })), /stopped/);
  for (const name of ['never', 'stopped']) assert.not(existsSync(place(name)), 'what was not made leaves no folder');
  await mkdir(place('taken'), { recursive: true });
  await writeFile(join(place('taken'), 'thesis.tex'), 'mine');
  assert.match(await throwing(siteOf(runs, 'taken')), /contains files that do not belong to a site/);
  assert.is(await readFile(join(place('taken'), 'thesis.tex'), 'utf8'), 'mine');
});

test('a site made again holds no page of what is no longer told, and the same bytes else', async () => {
  const again = await filesOf(await siteOf(runs, 'www', { title, url: 'https://mptcp.example.org/' }));
  assert.equal([...again.keys()].sort(), [...files.keys()].sort());
  for (const [path, text] of files) assert.is(again.get(path), text, path);
  const refused = siteOf(runs, 'www', { embargo: '2026-01-01' });
  assert.is(await refused.catch(() => 'refused'), 'refused');
  assert.is((await filesOf(place('www'))).size, files.size, 'what cannot be made takes no site away');
  const fewer = await filesOf(await siteOf(runs.slice(0, 1), 'www'));
  assert.not.ok([...fewer.keys()].some((path) => path.includes('week-02')));
});

test.run();
