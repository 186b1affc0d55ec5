// takes: long
// runs: behind
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../orchestrator/config/config.ts';
import { openDatabase, rows } from '../../../orchestrator/core/database/duckdb.ts';
import { sqlText } from '../../../orchestrator/core/database/sql.ts';
import { lineParser } from '../../../orchestrator/core/part/parse-line.ts';
import { judgeEndpoints } from '../../../orchestrator/evidence/judge.ts';
import { CountedLines } from '../../../orchestrator/judge/counted-lines.ts';
import { Rejects } from '../../../orchestrator/judge/rejects.ts';
import { reportReplies, writeHosts } from '../../../orchestrator/judge/report.ts';
import { HostsRecord } from '../../../orchestrator/schemas/records/hosts.ts';
import { ScanRecord } from '../../../orchestrator/schemas/records/scan.ts';
import { findTool } from '../../../orchestrator/tools/finder.ts';

const test = suite('report of replies alone');
const parse = lineParser(findTool('syn_prober', 'zmap'), ScanRecord, Config.parse({ targets: { addresses: '-' } }));

function fixture(name: string): string[] {
  return readFileSync(`test/fixtures/zmap/${name}.ndjson`, 'utf8').split('\n');
}

/** Some lines at a time. */
async function* each(lines: readonly string[]) {
  for (let at = 0; at < lines.length; at += 7) yield lines.slice(at, at + 7);
}

async function report(lines: readonly string[], before: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'replies-'));
  const out = mkdtempSync(join(tmpdir(), 'report-'));
  for (const [name, text] of Object.entries(before)) writeFileSync(join(out, name), text);
  const rejects = new Rejects(() => {});
  const counted = new CountedLines(each(lines));
  const summary = await reportReplies({
    endpoints: judgeEndpoints(counted, parse, rejects.add),
    folder,
    out,
    run: 'some file',
    software: 'mptcp-census 0',
    counts: () => ({ lines: counted.count, rejected: rejects.count }),
  });
  const names = readdirSync(out).sort();
  const files = Object.fromEntries(names.map((name) => [name, readFileSync(join(out, name), 'utf8')]));
  for (const path of [folder, out]) rmSync(path, { recursive: true });
  return { text: summary.text, files, page: files['index.html'] ?? '' };
}

const v1 = fixture('v1');
const v0 = fixture('v0');
const both = await report([...v1, ...v0, '{"cut']);
const none = await report([]);
const foreign = await report(fixture('icmp_echo_time'));

for (const [title, { page, text, files }] of Object.entries({ both, none, foreign })) {
  test(`${title}: no number is made up, and nothing is empty without a sentence`, () => {
    assert.not.match(
      page + text,
      /NaN|undefined|Infinity|\[object|disabled for this run|its targets were|No packet was sent/,
    );
    assert.match(page, 'There is no run behind this page');
    assert.not.match(files['funnel.csv'] ?? '', /^asked/m);
    assert.match(files['summary.csv'] ?? '', /^domains_listed,$/m);
    const { document } = parseHTML(page);
    for (const figure of document.querySelectorAll('figure'))
      assert.ok(figure.querySelector('td, svg') || figure.querySelector('.empty')?.textContent, figure.id);
    for (const table of document.querySelectorAll('table')) assert.ok(table.querySelector('td'));
    assert.equal(
      Object.keys(files).filter((name) => name.endsWith('.svg')),
      [],
    );
  });
}

test('the denominators are what the file has: endpoints that answered', () => {
  const targets = (lines: string[]) =>
    new Set(lines.flatMap((line) => (line === '' ? [] : [String(JSON.parse(line).target)]))).size;
  assert.match(both.files['funnel.csv'] ?? '', `answered anything,${targets(v1)},,${targets(v0)},`);
  assert.match(both.page, 'What was probed, and how much of it was silent or lost, is not known.');
  assert.match(both.page, /Replies that came 20\d\d-\d\d-\d\dT.*Z to 20\d\d-/);
});

test('a line that could not be read is a loss, told above all numbers', () => {
  const lines = [...v1, ...v0].filter((line) => line !== '').length + 1;
  assert.match(both.text, new RegExp(`^LOST {2}judge: unread_lines = 1 of ${lines}: `, 'm'));
  assert.not.match(none.text, 'LOST');
});

test('a file of another program gives no count but that of its lines', () => {
  assert.match(foreign.text, /^LOST {2}judge: unread_lines = (\d+) of \1:/m);
  assert.match(foreign.files['summary.csv'] ?? '', /^endpoints_replied,0$/m);
});

test('a figure that an earlier report drew there is gone', async () => {
  const { files } = await report(v1, { 'map.svg': '<svg/>' });
  assert.is(files['map.svg'], undefined);
});

test('a host row has what replies tell, and says of all else that it was not measured', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'replies-'));
  const { path } = await writeHosts(
    judgeEndpoints(each(v1), parse, () => {}),
    folder,
    'x',
  );
  const database = await openDatabase({ temp: folder });
  const hosts: HostsRecord[] = [];
  for await (const row of rows(database, `FROM read_parquet(${sqlText(path)})`)) hosts.push(HostsRecord.parse(row));
  database.closeSync();
  rmSync(folder, { recursive: true });
  const host = hosts.find(({ v1 }) => v1?.verdict === 'capable');
  if (host === undefined) throw new Error('no capable endpoint in the fixture');
  assert.is(host.v1?.verdict, 'capable');
  assert.equal([host.v0, host.v0_missing, host.v1_missing], [null, 'not_measured', null]);
  assert.equal([host.country, host.country_missing, host.announced_missing], [null, 'not_measured', 'not_measured']);
  assert.equal(host.domains, []);
});

test.run();
