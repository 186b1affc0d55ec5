// runs: behind
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readNames } from '../../../orchestrator/ip2asn-lite/src/names.ts';
import { writeReport } from '../../../orchestrator/report/report.ts';
import { makeFacts } from './facts.ts';
import { makeDomain, makeHost, verdict, writeParquet } from './parquet.ts';

const test = suite('a file of AS names by somebody who means harm');

/** A host in each AS of the file, with that name wherever a name is shown; what the report makes of them. */
async function reported() {
  const names = await readNames('test/fixtures/ip2asn-lite/names-evil.json', false);
  const hosts = [...names].map(([asn, name], n) =>
    makeHost({
      address: `198.18.0.${n}`,
      v1: verdict('capable', 'fresh_key'),
      ...{ asn, as_name: name, country: name, city: name, latitude: 1, longitude: 1 },
      os: [{ name, accuracy: 99, family: name, vendor: name }],
      domains: [{ name, rank: n + 1, www: false }],
    }),
  );
  const domains = [...names.values()].map((name, n) =>
    makeDomain({ name, rank: n + 1, addresses: [`198.18.0.${n}`], addresses_capable_v1: 1 }),
  );
  const folder = await mkdtemp(join(tmpdir(), 'census-evil-'));
  const out = join(folder, 'report');
  const { text } = await writeReport({
    ...(await writeParquet(join(folder, 'data'), hosts, domains)),
    ...{ out, facts: makeFacts() },
  });
  const files = new Map<string, string>();
  for (const name of await readdir(out)) files.set(name, await readFile(join(out, name), 'utf8'));
  await rm(folder, { recursive: true });
  return { names: [...names.values()], text, files };
}

/** Cells of a row of CSV, quotation marks doubled within them. */
const cells = (line: string) => [...line.matchAll(/(?:^|,)("(?:[^"]|"")*"|[^",]*)(?=,|$)/g)];

test('names with escape codes, markup, quotation marks and a change of direction are harmless on terminal, page and in CSV', async () => {
  const { names, text, files } = await reported();
  assert.ok(
    names.length > 10 &&
      names.every((name) => name.startsWith('<img src=x') && name.includes('"q" \u202e\u001b[31mRED\u0007')),
  );
  for (const [file, content] of [['terminal', text], ...files] satisfies [string, string][]) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
    assert.not.match(content, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/, file);
  }
  const page = files.get('index.html') ?? '';
  assert.is(parseHTML(page).document.querySelectorAll('img').length, 0);
  assert.ok(page.includes('&lt;img src=x onerror=alert(1)&gt;') && text.includes('<img src=x onerror=alert(1)>'));
  for (const [file, content] of files) {
    if (file.endsWith('.svg')) assert.not.match(content, '<img', file);
    if (!file.endsWith('.csv')) continue;
    const [head = '', ...rows] = content.trimEnd().split('\n');
    for (const row of rows) assert.is(cells(row).length, cells(head).length, `${file}: ${row}`);
  }
  assert.match(files.get('table2.csv') ?? '', /^"<img src=x onerror=alert\(1\)>& \| ""q"" /m);
});

test.run();
