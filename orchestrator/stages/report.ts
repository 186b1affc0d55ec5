import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { noCounts } from '../core/folder/entries.ts';
import { writeWhole } from '../core/folder/files.ts';
import type { WholeStage } from '../core/stage.ts';
import { writeReport } from '../report/report.ts';
import { reportFacts } from './report-facts.ts';

const order = ['targets', 'resolve', 'scan', 'handshake', 'asn', 'whois', 'geo', 'os', 'path', 'merge'];

/** Tables, figures and one page out of hosts and domains; the tables for the terminal beside them. */
export const report: WholeStage<Config> = {
  kind: 'whole',
  name: 'report',
  reads: ['merge'],
  unit: 'table or figure',
  showsConfig: true,
  outputs: ['report'],
  async run(context) {
    const out = join(context.folder, 'report');
    const summary = await writeReport({
      hosts: join(context.folder, 'hosts.parquet'),
      domains: join(context.folder, 'domains.parquet'),
      out,
      facts: reportFacts(context, order),
    });
    await writeWhole(join(out, 'summary.txt'), summary.text.endsWith('\n') ? summary.text : `${summary.text}\n`);
    const counts = noCounts();
    counts.units_in = summary.files.length;
    counts.answered = summary.files.length;
    counts.records_out = summary.files.length;
    return counts;
  },
};
