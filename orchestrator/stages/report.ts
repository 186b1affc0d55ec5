import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { noCounts } from '../core/folder/entries.ts';
import { writeWhole } from '../core/folder/files.ts';
import type { WholeStage } from '../core/stage.ts';
import type { Notice } from '../report/facts.ts';
import { type RejectedLine, readOrganisations } from '../report/organisations/file.ts';
import { writeReport } from '../report/report.ts';
import { reportFacts } from './report-facts.ts';

const order = [
  'targets',
  'resolve',
  'scan',
  'confirm',
  'handshake',
  'path',
  'hops',
  'asn',
  'whois',
  'geo',
  'os',
  'merge',
];

/** Keeps the lines of the organisations file that say nothing, each with its reason, and has them told. */
async function keepRejected(folder: string, rejected: readonly RejectedLine[]): Promise<Notice[]> {
  const path = join(folder, 'rejects', 'report.ndjson');
  await rm(path, { force: true });
  if (rejected.length === 0) return [];
  const lines = rejected.map(({ line, text, reason }) =>
    JSON.stringify({
      stage: 'report',
      part: null,
      program: 'asn.organisations',
      reason: `line ${line}: ${reason}`,
      line: text,
    }),
  );
  await writeWhole(path, `${lines.join('\n')}\n`);
  const text = `${rejected.length} lines of the file of organisations say nothing that can be used; rejects/report.ndjson has each with its reason`;
  return [{ stage: 'report', text, lost: false }];
}

/** Tables, figures and one page out of hosts and domains; the tables for the terminal beside them. */
export const report: WholeStage<Config> = {
  kind: 'whole',
  name: 'report',
  reads: ['merge'],
  unit: 'table or figure',
  showsConfig: true,
  outputs: ['report', join('rejects', 'report.ndjson')],
  async run(context) {
    const out = join(context.folder, 'report');
    const { organisations: file } = context.config.asn;
    const organisations = file === null ? null : await readOrganisations(file);
    const facts = reportFacts(context, order);
    facts.notices.push(...(await keepRejected(context.folder, organisations?.rejected ?? [])));
    const summary = await writeReport({
      hosts: join(context.folder, 'hosts.parquet'),
      domains: join(context.folder, 'domains.parquet'),
      out,
      facts,
      organisations,
      memory: context.config.memory,
    });
    await writeWhole(join(out, 'summary.txt'), summary.text.endsWith('\n') ? summary.text : `${summary.text}\n`);
    const counts = noCounts();
    counts.units_in = summary.files.length;
    counts.answered = summary.files.length;
    counts.records_out = summary.files.length;
    return counts;
  },
};
