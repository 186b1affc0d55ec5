import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parsePrefix } from '../address/ip.ts';
import type { Config } from '../config/config.ts';
import { isUrl } from '../core/inputs/list-file.ts';
import { bytesText } from '../dry-run/text.ts';
import { CensusError } from '../errors.ts';
import { targetFiles } from '../lists/sources.ts';

/** The targets of a run, by kind. */
export interface Given {
  /** Names of the list, without www doubles. */
  names: number;
  /** Addresses listed one by one. */
  addresses: number;
  /** Addresses within prefixes. */
  within: number;
}

/** Bytes of every run folder: report, map, manifest, and the files that each part has. */
const atAll = 5e6;

/**
 * Bytes on disk for each of these, raw files and records together, rounded up from measurements in the lab (small worlds, the study's size, a
 * /8). While it runs, merge needs about as much again as its hosts and names.
 */
const each = {
  name: 150,
  question: 100,
  answered: 100,
  silent: 20,
  /** The results of the look-ups for an address that replied. */
  lookup: 140,
  host: 400,
  /** One endpoint that is connected to: mostly packets. */
  connection: 4000,
};

/** Usual ratios: addresses per name and family, replies per probe (of a list, of a prefix), candidates and controls per host. */
const usual = { addresses: 0.4, ofList: 0.9, ofPrefix: 0.02, connections: 0.02 };

/** Bytes on disk of a run of these targets, with the usual ratios. */
export function expectedBytes({ names, addresses, within }: Given, config: Config): number {
  const { scan, resolve, targets } = config;
  const asked = names * ('list' in targets && targets.www ? 2 : 1);
  const questions = asked * resolve.families.length;
  const listed = addresses + questions * Math.min(usual.addresses, scan.addresses_per_name);
  const perAddress = scan.ports.length * scan.versions.length;
  const answered = perAddress * (listed * usual.ofList + within * usual.ofPrefix);
  // Silent addresses of a prefix are only counted.
  const silent = perAddress * listed * (1 - usual.ofList);
  return atAll + asked * each.name + questions * each.question + bytesFrom({ answered, silent }, config);
}

/** Bytes that answered and silent probes lead to by the end of a run. */
function bytesFrom({ answered, silent }: { answered: number; silent: number }, { scan }: Config): number {
  const hosts = answered / scan.versions.length;
  const lookups = hosts / scan.ports.length;
  const connections = hosts * usual.connections;
  const sums = [
    [answered, each.answered],
    [silent, each.silent],
    [lookups, each.lookup],
    [hosts, each.host],
    [connections, each.connection],
  ] as const;
  return sums.reduce((sum, [count, bytes]) => sum + count * bytes, 0);
}

/** Usual length of a line, and usual compression ratio of a list. */
const usualLine = 20;
const packed = { names: /\.(zip|gz|bz2|xz|zst|zstd)$/i, times: 3 };

const looked = 1 << 16;

/** Average line length, from the beginning of a file. */
function lineBytes(path: string): number {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(looked);
    const bytes = buffer.subarray(0, readSync(file, buffer));
    const lines = bytes.filter((byte) => byte === 10).length;
    return lines === 0 ? usualLine : bytes.length / lines;
  } finally {
    closeSync(file);
  }
}

/** Rough number of lines, without reading the whole file; 0 unless it is a plain file. */
function linesOf(path: string): number {
  const found = isUrl(path) || path === '-' ? undefined : statSync(path, { throwIfNoEntry: false });
  if (found === undefined || !found.isFile()) return 0;
  return packed.names.test(path) ? (found.size * packed.times) / usualLine : found.size / lineBytes(path);
}

/** The targets of a run, as far as they are local files. */
export function givenOf({ targets }: Config): Given {
  const none = { names: 0, addresses: 0, within: 0 };
  if ('prefixes' in targets) {
    const sizes = targets.prefixes.map((text) => {
      const prefix = parsePrefix(text);
      return prefix === null || prefix.family === 6 ? 0 : 2 ** (32 - prefix.length);
    });
    return { ...none, within: sizes.reduce((sum, size) => sum + size, 0) };
  }
  const lines = targetFiles(targets).reduce((sum, path) => sum + linesOf(path), 0);
  return 'addresses' in targets ? { ...none, addresses: lines } : { ...none, names: lines };
}

/** The same once the list was read: targets by kind, where names include www doubles. */
export function givenAsRead(config: Config, { name, address }: Record<string, number>): Given {
  if (name === undefined && address === undefined) return givenOf(config);
  const doubled = 'list' in config.targets && config.targets.www ? 2 : 1;
  return { ...givenOf(config), names: (name ?? 0) / doubled, addresses: address ?? 0 };
}

/** Bytes available to a user other than root on the file system of a folder, which need not exist yet. */
export async function freeBytes(folder: string): Promise<number> {
  const there = existsSync(folder) || folder === dirname(folder);
  if (!there) return await freeBytes(dirname(folder));
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/**
 * A disk that fills up after days of sending costs the part being measured, and the time.
 * @throws CensusError E_RUN_FOLDER if a run of these targets usually takes more than is free
 */
export async function requireRoom(folder: string, config: Config): Promise<void> {
  const [free, expected] = [await freeBytes(folder), expectedBytes(givenOf(config), config)];
  if (free >= expected) return;
  throw new CensusError(
    'E_RUN_FOLDER',
    `${folder} is on a file system with ${bytesText(free)} left, and a run of these targets usually takes ${bytesText(expected)}`,
    'make room there, put the run folder on a larger file system, or make several runs of fewer targets',
  );
}

/**
 * The same for the rest of a run, once the canary has shown how many probes are answered: a prefix in which every address replies takes
 * fifty times as much as usual.
 * @param share of the probes that were answered
 * @throws CensusError E_RUN_FOLDER if the rest would take more than is free
 */
export async function requireRoomForRest(
  folder: string,
  config: Config,
  { probes, share }: { probes: number; share: number },
): Promise<void> {
  const silent = 'prefixes' in config.targets ? 0 : probes * (1 - share);
  const [free, expected] = [await freeBytes(folder), bytesFrom({ answered: probes * share, silent }, config)];
  if (free >= expected) return;
  throw new CensusError(
    'E_RUN_FOLDER',
    `${folder} is on a file system with ${bytesText(free)} left, and the rest of this run would take about ${bytesText(expected)} if ${Math.ceil(100 * share)} % of the probes are answered, as for the first ones; nobody else was probed`,
    'make room there and run the same command again, or make several runs of fewer targets',
  );
}
