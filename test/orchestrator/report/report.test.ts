// takes: long
// runs: behind
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ReportFacts } from '../../../orchestrator/report/facts.ts';
import { writeReport } from '../../../orchestrator/report/report.ts';
import type { DomainsRecord } from '../../../orchestrator/schemas/records/domains.ts';
import type { HostsRecord } from '../../../orchestrator/schemas/records/hosts.ts';
import { makeFacts } from './facts.ts';
import { makeDomain, makeHost, readCase, verdict, writeParquet } from './parquet.ts';

const test = suite('report');
const smallCase = 'test/cases/report/small';

/** Writes a report and gives every file of it. */
async function report(hosts: HostsRecord[], domains: DomainsRecord[], facts: Partial<ReportFacts> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'census-report-'));
  const paths = await writeParquet(join(folder, 'data'), hosts, domains);
  const out = join(folder, 'report');
  const summary = await writeReport({ ...paths, out, facts: makeFacts(facts) });
  const names = (await readdir(out)).sort();
  assert.equal(names, summary.files, 'the summary names exactly the files that are there');
  const files: Record<string, string> = {};
  for (const name of names) files[name] = await readFile(join(out, name), 'utf8');
  await rm(folder, { recursive: true });
  return { text: summary.text, files, page: files['index.html'] ?? '' };
}

test('every table and figure of the small case counts as it does on paper', async () => {
  const { hosts, domains } = await readCase(smallCase);
  const { files } = await report(hosts, domains);
  const expected = await readdir(`${smallCase}/expected`);
  assert.equal(
    Object.keys(files).filter((name) => name.endsWith('.csv')),
    expected.sort(),
  );
  for (const name of expected) {
    assert.fixture(files[name] ?? '', await readFile(`${smallCase}/expected/${name}`, 'utf8'), name);
  }
});

test('the same hosts in another order give the same bytes in every file', async () => {
  const { hosts, domains } = await readCase(smallCase);
  const once = await report(hosts, domains);
  const again = await report(hosts.toReversed(), domains.toReversed());
  assert.is(once.text, again.text);
  for (const [name, content] of Object.entries(once.files)) assert.is(again.files[name], content, name);
});

test('the page and the terminal show every denominator', async () => {
  const { hosts, domains } = await readCase(smallCase);
  const { page, text } = await report(hosts, domains);
  const denominators = [
    'Denominators: SYN/ACKs, 8 to the v1 probe and 7 to the v0 probe.',
    'n = 4 capable addresses, out of 8 that answered with a SYN/ACK.',
    'The first 3 of 3 domains with a capable address',
    'Of the 4 endpoints capable in v1, 2 (50.00\u00a0%) are confirmed; a connection was tried to 4 of them.',
    'Of the 3 addresses capable in v1, 1 (33.33\u00a0%) is confirmed; a connection was tried to 3 of them.',
    'Of the 2 domains with an address capable in v1, 2 (100.00\u00a0%) are confirmed; a connection was tried for 2 of them.',
    'Confirmation is not applicable to v0',
    '6 of 24 probes were answered by nothing.',
    'n = 2 of 4 (50.00\u00a0%) capable addresses with a candidate, 3 candidates',
    'A connection was tried to 4 of 4',
  ];
  for (const denominator of denominators) {
    assert.ok(page.includes(denominator), `the page lacks: ${denominator}`);
    assert.ok(text.replace(/\n {2}/g, ' ').includes(denominator), `the terminal lacks: ${denominator}`);
  }
  for (const figure of [
    'n = 3 servers at 2 locations.',
    'n = 3 ranked domains with a capable address, beside 5 ranked domains',
  ]) {
    assert.ok(page.includes(figure), `the page lacks: ${figure}`);
  }
  assert.match(text, 'Of the 8 addresses that answered with a SYN/ACK, 4 (50.00\u00a0%) are MPTCP-capable');
});

test('the page stands alone, and a reader who cannot see its figures is told what they show', async () => {
  const { hosts, domains } = await readCase(smallCase);
  const { page } = await report(hosts, domains);
  const { document } = parseHTML(page);
  const figures = [...document.querySelectorAll('svg[role=img]')];
  assert.is(figures.length, 5);
  for (const figure of figures) {
    assert.ok(figure.querySelector('title')?.textContent);
    assert.ok(figure.querySelector('desc')?.textContent);
  }
  const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
  assert.is(new Set(ids).size, ids.length, 'an id stands twice');
  assert.is(document.querySelectorAll('script, link, img, iframe').length, 0);
  const links = [...document.querySelectorAll('a')].map((link) => String(link.getAttribute('href')));
  assert.ok(links.every((link) => link.startsWith('#') || /^[a-z0-9_]+\.(csv|svg)$/.test(link)));
  assert.not.match(page, /NaN|undefined|Infinity|\[object/);
});

test('whatever may be wider than a phone lies in a place that the keyboard reaches and that has a name', async () => {
  const { hosts, domains } = await readCase(smallCase);
  const { document } = parseHTML((await report(hosts, domains)).page);
  const wide = [...document.querySelectorAll('figure table, figure > svg, figure .scroll > svg')];
  assert.ok(wide.length > 10);
  for (const one of wide) {
    const place = one.parentElement;
    assert.is(place?.getAttribute('class'), 'scroll', one.parentElement?.id);
    assert.is(place?.getAttribute('tabindex'), '0');
    assert.ok(place?.getAttribute('aria-label'));
  }
});

test('no table of many columns stands in half the page, where its last ones would be out of sight', async () => {
  const { hosts, domains } = await readCase(smallCase);
  const { document } = parseHTML((await report(hosts, domains)).page);
  const wide = [...document.querySelectorAll('.pair table:not(.pairs)')].filter(
    (table) => table.querySelectorAll('thead th').length > 5,
  );
  assert.ok(document.querySelectorAll('.pair table:not(.pairs)').length > 2);
  assert.equal(
    wide.map((table) => table.closest('figure')?.id),
    [],
  );
});

test('names that strangers chose cannot become markup', async () => {
  const name = '<script>alert(1)</script>&"';
  const host = makeHost({
    address: '198.18.0.1',
    v1: verdict('capable', 'fresh_key'),
    asn: 64500,
    as_name: name,
    domains: [{ name, rank: 1, www: false }],
  });
  const { page } = await report(
    [host],
    [makeDomain({ name, rank: 1, addresses: [host.address], addresses_capable_v1: 1 })],
  );
  assert.not.match(page, '<script>');
  assert.match(page, '&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;');
});

const hostile: [title: string, name: string, shown: string, csv: string][] = [
  ['escape codes', 'A\u001b[2J\u009bB', 'A\ufffd[2J\ufffdB', 'A\ufffd[2J\ufffdB'],
  ['new lines and tabs', 'A\r\nLOST  scan\tB', 'A\ufffd\ufffdLOST  scan\ufffdB', 'A\ufffd\ufffdLOST  scan\ufffdB'],
  ['a change of direction', 'A\u202eoof', 'A\ufffdoof', 'A\ufffdoof'],
  ['a formula', '=HYPERLINK(1)', '=HYPERLINK(1)', "'=HYPERLINK(1)"],
  ['a formula by another sign', '@SUM(1)', '@SUM(1)', "'@SUM(1)"],
  ['letters of the world', 'Zürich 東京 🙂', 'Zürich 東京 🙂', 'Zürich 東京 🙂'],
];
for (const [title, name, shown, csv] of hostile) {
  test(`a name with ${title} is text in terminal, page and spreadsheet`, async () => {
    const host = makeHost({
      address: '198.18.0.1',
      v1: verdict('capable', 'fresh_key'),
      asn: 64500,
      as_name: name,
      country: name,
      city: name,
      latitude: 1,
      longitude: 1,
      os: [{ name, accuracy: 99, family: name, vendor: name }],
      domains: [{ name, rank: 1, www: false }],
    });
    const domain = makeDomain({ name, rank: 1, addresses: [host.address], addresses_capable_v1: 1 });
    const { text, page, files } = await report([host], [domain]);
    for (const content of [text, ...Object.values(files)]) assert.not.match(content, /(?!\n)\p{Cc}|\u202e/u);
    assert.ok(text.includes(shown), text);
    assert.ok(page.includes(shown));
    for (const file of ['table1', 'table2', 'table3', 'table4', 'map'])
      assert.ok(
        files[`${file}.csv`]?.includes(`${file === 'map' ? `1,1,${csv}` : `\n${csv}`},`),
        `${file}: ${files[`${file}.csv`]}`,
      );
  });
}

test('no address of a capable host is in any file', async () => {
  const { hosts, domains } = await readCase(smallCase);
  const { files } = await report(hosts, domains);
  for (const [name, content] of Object.entries(files)) assert.not.match(content, /198\.18\.\d+\.\d+|2001:db8/, name);
});

const capable = makeHost({ address: '198.18.0.1', v1: verdict('capable', 'fresh_key') });
const plain = makeHost({ address: '198.18.0.2' });
const silence = { probes: 40, silent: 40, v1: 20, v0: 20 };
const empties: [string, HostsRecord[], string[], Partial<ReportFacts>?][] = [
  [
    'a run that asked nothing',
    [],
    ['No address answered anything.', 'No address was found capable, out of 0 addresses'],
    { asked: null },
  ],
  ['a run without an answer', [], ['40 of 40 probes were answered by nothing.'], { asked: silence }],
  ['a run without a capable host', [plain], ['No address was found capable, out of 1 address that answered']],
  [
    'a run without geo, asn, os and path',
    [capable, plain],
    [
      'Not measured: the geo stage was disabled for this run.',
      'Not measured: the asn stage was disabled for this run.',
      'Not measured: the os stage was disabled for this run.',
      'Not measured: the path stage was disabled for this run.',
      'This run had no list of names: its targets were addresses or prefixes.',
    ],
  ],
];
for (const [title, hosts, sentences, facts] of empties) {
  test(`${title} says so in sentences and draws no empty plot`, async () => {
    const { page, text, files } = await report(hosts, [], facts);
    for (const sentence of sentences) {
      assert.ok(page.includes(sentence), `the page lacks: ${sentence}`);
    }
    assert.equal(
      Object.keys(files).filter((name) => name.endsWith('.svg')),
      [],
    );
    assert.not.match(page + text, /NaN|undefined|Infinity/);
  });
}

test('losses are told above all numbers, on the page and in the terminal', async () => {
  const notices = [{ stage: 'scan', text: 'send_failures = 17: packets were lost', lost: true }];
  const { page, text } = await report([plain], [], { notices });
  const { document } = parseHTML(page);
  assert.is(document.querySelector('header .notices li')?.textContent, 'scan: send_failures = 17: packets were lost');
  assert.match(text, /^LOST {2}scan: send_failures = 17: packets were lost$/m);
  assert.not.match((await report([plain], [])).page, 'class="notices"');
});

test('only a lab run says that it says nothing about the Internet', async () => {
  assert.match((await report([plain], [])).page, 'A run inside a test Internet.');
  assert.not.match((await report([plain], [], { lab: false })).page, 'A run inside a test Internet.');
});

test.run();
