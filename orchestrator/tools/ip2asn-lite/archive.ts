import { rm } from 'node:fs/promises';
import { type FetchOptions, fetchRib, findRib, Ip2AsnError } from 'ip2asn-lite';
import type { Config } from '../../config/config.ts';
import { installHint } from '../../core/process/install-hint.ts';
import { findProgram } from '../../core/process/programs.ts';
import { throwIfStopped } from '../../core/stop.ts';
import type { FetchContext, FetchedFile, Fetches, Program } from '../../core/tool.ts';
import { CensusError } from '../../errors.ts';
import { openTableAt } from './table.ts';

const HOUR = 3600_000;
const MEGABYTE = 1e6;

/** Tables of RouteViews are compressed with it, and Node has no equivalent. */
const bzip2: Program = {
  name: 'bzip2',
  version: { args: ['--help'], pattern: /Version (\d[\d.]*)/ },
  apt: 'bzip2',
  privileges: null,
  okExits: [0],
};

/** What both the question before the run and the fetch are made of. */
function searchOf({ asn }: Config, at: Date) {
  if (asn.archive === null) throw new CensusError('E_CONFIG', 'asn.archive is not set', 'name an archive of RIBs');
  return { from: asn.archive, at, within: asn.within_hours * HOUR };
}

/** An error of the library as one that the user can act on. */
function unreached(cause: unknown, hint: string): unknown {
  if (!(cause instanceof Ip2AsnError)) return cause;
  const far = 'a larger asn.within_hours accepts a table farther away; asn.rib takes a table that you have';
  return new CensusError('E_INPUT', `asn.archive: ${cause.message}`, cause.code === 'NO_RIB' ? far : hint, cause);
}

async function check(config: Config, at: Date): Promise<void> {
  const quick: Pick<FetchOptions, 'retries' | 'stallTimeout'> = { retries: 1, stallTimeout: 10_000 };
  let name: string;
  try {
    ({ name } = await findRib({ ...searchOf(config, at), ...quick }));
  } catch (cause) {
    throw unreached(cause, 'check the URL and whether this machine may reach it; asn.rib takes a table that you have');
  }
  if (!name.endsWith('.bz2') || (await findProgram(bzip2)).path !== null) return;
  throw new CensusError(
    'E_PROGRAM_MISSING',
    `asn.archive has ${name}, and bzip2 is not installed`,
    `${installHint(bzip2)}, or name an archive of .gz files`,
  );
}

/** "rib.20151101.0600.bz2: 34 of 120 MB", once per megabyte. */
function teller(tell: (text: string) => void): (bytes: number, total: number | null) => void {
  let last = -1;
  return (bytes, total) => {
    const now = Math.floor(bytes / MEGABYTE);
    if (now === last) return;
    last = now;
    tell(`prefix table: ${now}${total === null ? '' : ` of ${Math.ceil(total / MEGABYTE)}`} MB`);
  };
}

/**
 * Reads a table through, as the lookups will. A server that says no length can end a file early: it is removed, so that it is not taken for
 * the table the next time. A bad file of names is no reason to get the table again.
 */
async function requireReadable(stage: string, path: string, names: string | null): Promise<void> {
  try {
    await openTableAt(stage, path, names);
  } catch (error) {
    const missing = error instanceof CensusError && error.code === 'E_PROGRAM_MISSING';
    if (names !== null && !missing) await requireReadable(stage, path, null);
    else if (!missing) await rm(path, { force: true });
    throw error;
  }
}

async function fetch({ config, stage, folder, at, signal, progress }: FetchContext<Config>): Promise<FetchedFile> {
  const search = searchOf(config, at);
  const rib = await fetchRib({ ...search, folder, signal, onProgress: teller(progress) }).catch((cause: unknown) => {
    throwIfStopped(signal, stage);
    throw unreached(cause, 'run the same command again: what has come of the file is continued');
  });
  await requireReadable(stage, rib.path, config.asn.names);
  const { origin, pathname } = new URL(rib.url);
  return { path: rib.path, url: origin + pathname, time: rib.time };
}

/** The RIB of an archive that is nearest to the scan. */
export const archive: Fetches<Config> = { asked: ({ asn }) => asn.archive !== null, check, fetch };
