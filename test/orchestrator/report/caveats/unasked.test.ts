import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ReportFacts } from '../../../../orchestrator/report/facts.ts';
import { writeReport } from '../../../../orchestrator/report/report.ts';
import { makeFacts } from '../facts.ts';
import { makeHost, verdict, writeParquet } from '../parquet.ts';

const test = suite('a version that was not asked');

/** A report of one host that is capable in v0, and was asked nothing else. */
async function report(facts: Partial<ReportFacts>) {
  const folder = await mkdtemp(join(tmpdir(), 'unasked-'));
  const host = makeHost({ address: '198.18.0.1', v1: null, v0: verdict('capable', 'fresh_key') });
  const paths = await writeParquet(join(folder, 'data'), [host], []);
  const out = join(folder, 'report');
  const { text } = await writeReport({ ...paths, out, facts: makeFacts(facts) });
  const csv = async (name: string) => (await readFile(join(out, `${name}.csv`), 'utf8')).trim().split('\n');
  const page = await readFile(join(out, 'index.html'), 'utf8');
  const [summary, verdicts, funnel, ports] = await Promise.all(['summary', 'verdicts', 'funnel', 'ports'].map(csv));
  await rm(folder, { recursive: true });
  return { text, page, summary: summary ?? [], verdicts: verdicts ?? [], funnel: funnel ?? [], ports: ports ?? [] };
}

const asked = { probes: 1, silent: 0, v1: null, v0: 1 };

test('has no numbers, and the page says why beside every dash', async () => {
  const { text, page, summary, verdicts, funnel, ports } = await report({ versions: ['v0'], asked });
  assert.match(
    text,
    '1 (100.00\u00a0%) is MPTCP-capable: v1 was not asked, 1 in v0. No confirmed ones: v1 was not asked.',
  );
  assert.match(text, /–\s+capable of MPTCP v1, v1 was not asked/);
  assert.not.match(text, '0 in v1');
  assert.not.match(page, /to the v1 probe/);
  assert.match(page, 'A dash: v1 was not asked.');
  assert.ok(summary.includes('endpoints_capable_v1,') && summary.includes('endpoints_synack_v1,'), summary.join('\n'));
  assert.ok(summary.includes('endpoints_capable_v0,1'));
  assert.ok(verdicts.includes('capable,,,1,100.00'), verdicts.join('\n'));
  assert.ok(funnel.includes('capable,,,1,100.00') && funnel.includes('confirmed,,,not applicable,'), funnel.join('\n'));
  assert.equal(ports.slice(1), ['IPv4,80,1,,,,,1,1,100.00']);
});

test('is told from one that was asked and found nobody', async () => {
  const { text, verdicts, ports } = await report({
    versions: ['v1', 'v0'],
    asked: { ...asked, probes: 2, silent: 1, v1: 1 },
  });
  assert.match(text, '0 in v1, 1 in v0');
  assert.ok(verdicts.includes('silent,1,,0,'), verdicts.join('\n'));
  assert.equal(ports.slice(1), ['IPv4,80,1,0,0,,,1,1,100.00']);
});

test('of replies alone is one that no reply answers', async () => {
  const { text } = await report({ versions: null, asked: null, replies: { lines: 1, rejected: 0 } });
  assert.match(text, 'no reply answers a v1 probe, 1 in v0');
});

test.run();
