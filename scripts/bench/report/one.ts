import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ReportFacts } from '../../../orchestrator/report/facts.ts';

/**
 * One report by the sources of a checkout on hosts.parquet and domains.parquet of a folder, in a process of its own, with the memory that
 * a census of that key has; prints what it cost as JSON. Usage: one.ts CHECKOUT RECORDS OUT
 */
const [checkout = '', records = '', out = ''] = process.argv.slice(2);

/** What a manifest could say of the run: a seed among it, so that all intervals are drawn. */
const facts: ReportFacts = {
  run: 'bench',
  replies: null,
  lab: true,
  measured: { from: '2026-11-22T10:00:00.000Z', to: '2026-11-22T12:00:00.000Z' },
  software: 'mptcp-census',
  stages: [],
  versions: ['v1', 'v0'],
  asked: null,
  lost: { replies: 0, opinions: null },
  rescan: null,
  seed: 1,
  vantage: 'vantage point not checked',
  notices: [],
  programs: [],
  setting: [],
  config: [],
  inputs: [],
  result: null,
};

const { writeReport } = await import(pathToFileURL(join(checkout, 'orchestrator/report/report.ts')).href);
const details = join(records, 'details.parquet');
const before = process.cpuUsage();
const begun = performance.now();
await writeReport({
  hosts: join(records, 'hosts.parquet'),
  ...(existsSync(details) ? { details } : {}),
  domains: join(records, 'domains.parquet'),
  out,
  facts,
  memory: '512MB',
});
const { user, system } = process.cpuUsage(before);
const cost = {
  processor: (user + system) / 1e6,
  wall: (performance.now() - begun) / 1e3,
  peak: (process.resourceUsage().maxRSS * 1024) / 1e6,
};
console.log(JSON.stringify(cost));
