import { readFileSync, writeFileSync } from 'node:fs';
import { readManifest } from '../../../../orchestrator/core/folder/manifest.ts';
import { type Archive, withArchive } from '../../../../orchestrator/ip2asn-lite/test/archive-server.ts';
import { RIB } from '../../../../orchestrator/ip2asn-lite/test/archived-ribs.ts';
import { cli, setUp } from '../../own-prober.ts';
import { scanned } from '../../stages/records.ts';

const HOUR = 3600_000;

/** Looked at once: names of tables are made of it before and after a run. */
const now = Date.now();

/** Where an archive keeps the table of so many hours from now. */
export function tableOf(hours: number, suffix = 'gz'): string {
  const iso = new Date(now + hours * HOUR).toISOString();
  const [date = '', clock = ''] = [iso.slice(0, 10), iso.slice(11, 16)];
  return `/bgpdata/${date.slice(0, 7).replace('-', '.')}/RIBS/rib.${date.replaceAll('-', '')}.${clock.replace(':', '')}.${suffix}`;
}

/** An address that the tables of the archives here have. */
export const address = '198.18.3.1';

/** A run over eight addresses of which one answers; its prefix table is that of an archive. `at('asked')` is there once a packet was due. */
export function setUpRun(archive: string) {
  const run = setUp(null, '198.18.3.0/29\n', 16);
  const config = JSON.parse(readFileSync(run.config, 'utf8'));
  writeFileSync(run.at('replies'), `${JSON.stringify(scanned(address, []))}\n`);
  config.scan.tool = { command: ['bash', '-c', `cat >>${run.at('asked')}; cat ${run.at('replies')}`] };
  config.asn = { archive };
  writeFileSync(run.config, JSON.stringify(config));
  return run;
}

/** An archive on the loopback interface with tables of an hour ago, of five hours ahead and of three days ago. */
export async function withTables(use: (archive: Archive) => Promise<void>): Promise<void> {
  await withArchive({}, async (archive) => {
    for (const hours of [-1, 5, -72]) archive.files.set(tableOf(hours), RIB);
    await use(archive);
  });
}

/** What the run keeps of its table. */
export const fetchedIn = async (folder: string) => (await readManifest(folder))?.stages.asn?.fetched ?? null;

/** The AS of the address that answers. */
export async function asnOf(folder: string): Promise<number | null> {
  const { stdout } = await cli('cat', folder, 'asn', '--address', address);
  return JSON.parse(stdout).asn;
}

/** The AS that the tables have for it. */
export const inTable = (769 * 2654435761) % 400_000;
