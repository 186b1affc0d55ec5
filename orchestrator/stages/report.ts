import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { clientFiles } from '../clients/config.ts';
import { type Clients, gatherClients, type Locate } from '../clients/gather.ts';
import type { Config } from '../config/config.ts';
import { noCounts } from '../core/folder/entries.ts';
import { writeWhole } from '../core/folder/files.ts';
import { askedView } from '../core/rows/asked-view.ts';
import type { WholeContext, WholeStage } from '../core/stage.ts';
import type { Notice } from '../report/facts.ts';
import { type RejectedLine, readOrganisations } from '../report/organisations/file.ts';
import { writeReport } from '../report/report.ts';
import type { ToolFinder } from '../roles.ts';
import { GeoRecord } from '../schemas/records/geo.ts';
import { detailsFile } from './merge/details.ts';
import { isRescanned, rescannedFile } from './merge/rescanned.ts';
import { readByMerge } from './merge.ts';
import { reportFacts } from './report-facts.ts';

const order = [...readByMerge, 'merge'];

/** Keeps the lines of files beside the run that say nothing, each with its reason, and has them told. */
async function keepRejected(
  folder: string,
  organisations: readonly RejectedLine[],
  clients: Clients | null,
): Promise<Notice[]> {
  const path = join(folder, 'rejects', 'report.ndjson');
  await rm(path, { force: true });
  const lineOf = (program: string, reason: string, line: string) =>
    JSON.stringify({ stage: 'report', part: null, program, reason, line });
  const ofClients = clients?.rejected ?? [];
  const lines = [
    ...organisations.map(({ line, text, reason }) => lineOf('asn.organisations', `line ${line}: ${reason}`, text)),
    ...ofClients.map(({ file, line, text, reason }) => lineOf('clients', `${file}, line ${line}: ${reason}`, text)),
  ];
  if (lines.length === 0) return [];
  await writeWhole(path, `${lines.join('\n')}\n`);
  const kept = 'say nothing that can be used; rejects/report.ndjson has each with its reason';
  const notice = (text: string): Notice => ({ stage: 'report', text, lost: false });
  const unread = clients?.files.reduce((sum, { rejected }) => sum + rejected, 0) ?? 0;
  return [
    ...(organisations.length === 0
      ? []
      : [notice(`${organisations.length} lines of the file of organisations ${kept}`)]),
    ...(unread === 0 ? [] : [notice(`${unread} entries of the lists of clients ${kept}`)]),
  ];
}

/** Asks the geo database of the run about addresses that are none of its units; null where it is a program of the user's own. */
async function locator(find: ToolFinder, config: Config): Promise<Locate> {
  const tool = find('geo_database', config.geo.tool);
  const database = await tool.lookUp?.('report', config);
  if (database === undefined) return null;
  return (address) => GeoRecord.parse(tool.toRecord(tool.raw.parse(database.find({ address })), { config }));
}

async function readClients(find: ToolFinder, config: Config): Promise<Clients | null> {
  const files = clientFiles(config);
  return files.length === 0 ? null : await gatherClients(files, await locator(find, config));
}

const Addresses = z.object({ addresses: z.int() });

/** How many addresses were scanned a second time; null: there was no rescan. */
async function rescannedOf({ manifest, query }: WholeContext<Config>): Promise<number | null> {
  if (!isRescanned(manifest)) return null;
  for await (const row of query(`SELECT count(*) AS addresses FROM ${askedView('rescan')}`))
    return Addresses.parse(row).addresses;
  return 0;
}

/** Whether merge wrote details.parquet: earlier versions did not. */
function hasDetails({ manifest }: WholeContext<Config>): boolean {
  return manifest.stages.merge?.outputs[detailsFile] !== undefined;
}

/** Which ASes are of one organisation, and where clients are. */
function filesBeside({ asn, clients }: Config): string[] {
  return [...(asn.organisations === null ? [] : [asn.organisations]), ...clientFiles({ clients })];
}

/** Tables, figures and one page out of hosts and domains; the tables for the terminal beside them. */
export const report = (find: ToolFinder): WholeStage<Config> => ({
  kind: 'whole',
  name: 'report',
  // Who was asked again and answered neither time is in no file of merge's.
  reads: ['rescan', 'merge'],
  unit: 'table or figure',
  showsConfig: true,
  inputs: filesBeside,
  outputs: ['report', join('rejects', 'report.ndjson')],
  async run(context) {
    const out = join(context.folder, 'report');
    const { organisations: file } = context.config.asn;
    const organisations = file === null ? null : await readOrganisations(file);
    const rescanned = await rescannedOf(context);
    const facts = reportFacts(context, order, rescanned);
    const clients = await readClients(find, context.config);
    facts.notices.push(...(await keepRejected(context.folder, organisations?.rejected ?? [], clients)));
    const summary = await writeReport({
      hosts: join(context.folder, 'hosts.parquet'),
      ...(hasDetails(context) ? { details: join(context.folder, detailsFile) } : {}),
      domains: join(context.folder, 'domains.parquet'),
      ...(rescanned === null ? {} : { rescanned: join(context.folder, rescannedFile) }),
      out,
      facts,
      organisations,
      clients,
      memory: context.config.memory,
    });
    await writeWhole(join(out, 'summary.txt'), summary.text.endsWith('\n') ? summary.text : `${summary.text}\n`);
    const counts = noCounts();
    counts.units_in = summary.files.length;
    counts.answered = summary.files.length;
    counts.records_out = summary.files.length;
    return counts;
  },
});
