import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parsePrefix } from '../address/ip.ts';
import type { Config } from '../config/config.ts';
import { isUrl } from '../core/inputs/list-file.ts';
import { bytesText } from '../dry-run/text.ts';
import { CensusError } from '../errors.ts';
import { targetFiles } from '../lists/sources.ts';

/** What a run is given, by kind. */
export interface Given {
  /** Names of the list, each once, without their www doubles. */
  names: number;
  /** Addresses that stand in a list one by one. */
  addresses: number;
  /** Addresses within prefixes. */
  within: number;
}

/** Bytes that a run folder holds whatever is asked: report, map, manifest, and what every part has of its own. */
const atAll = 5e6;

/**
 * Bytes on disk for each of these, raw files and records together, measured in censuses of the lab, of the study's size and of a /8, and
 * rounded up. Merge holds about as much again as its hosts and names take, for as long as it works.
 */
const each = {
  name: 150,
  question: 100,
  answered: 100,
  silent: 20,
  /** Of an address that answered: what the stages that look it up find. */
  lookup: 140,
  host: 400,
  /** Of an endpoint that is connected to: most of it is its packets. */
  connection: 4000,
};

/** What is usual: addresses for each name asked of one family, answers for each probe, and candidates with their controls for each host. */
const usual = { addresses: 0.4, ofList: 0.9, ofPrefix: 0.02, connections: 0.02 };

/** Bytes that a run of these targets fills on disk where hosts are as they usually are. */
export function expectedBytes({ names, addresses, within }: Given, config: Config): number {
  const { scan, resolve, targets } = config;
  const asked = names * ('list' in targets && targets.www ? 2 : 1);
  const questions = asked * resolve.families.length;
  const listed = addresses + questions * Math.min(usual.addresses, scan.addresses_per_name);
  const perAddress = scan.ports.length * scan.versions.length;
  const answered = perAddress * (listed * usual.ofList + within * usual.ofPrefix);
  // nothing is kept of an address of a prefix that says nothing
  const silent = perAddress * listed * (1 - usual.ofList);
  return atAll + asked * each.name + questions * each.question + bytesFrom({ answered, silent }, config);
}

/** What probes that are answered, and those that are not, come to up to the end of a run. */
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

/** A line of a list as it usually is, and how much smaller lists are when they are packed. */
const usualLine = 20;
const packed = { names: /\.(zip|gz|bz2|xz|zst|zstd)$/i, times: 3 };

const looked = 1 << 16;

/** Bytes of a line, by the beginning of a file. */
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

/** Lines of a list, roughly: it is not read through. None where it is not a plain file. */
function linesOf(path: string): number {
  const found = isUrl(path) || path === '-' ? undefined : statSync(path, { throwIfNoEntry: false });
  if (found === undefined || !found.isFile()) return 0;
  return packed.names.test(path) ? (found.size * packed.times) / usualLine : found.size / lineBytes(path);
}

/** What a run is given, as far as its targets lie here. */
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

/** The same where the list was read through: targets by kind, www doubles among the names. */
export function givenAsRead(config: Config, { name, address }: Record<string, number>): Given {
  if (name === undefined && address === undefined) return givenOf(config);
  const doubled = 'list' in config.targets && config.targets.www ? 2 : 1;
  return { ...givenOf(config), names: (name ?? 0) / doubled, addresses: address ?? 0 };
}

/** Bytes that are free, for whoever is not root, on the file system that a folder is in or would be made in. */
export async function freeBytes(folder: string): Promise<number> {
  const there = existsSync(folder) || folder === dirname(folder);
  if (!there) return await freeBytes(dirname(folder));
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/**
 * A disk that is full after days of sending costs the part that was being measured, and the time.
 * @throws CensusError E_RUN_FOLDER when there is less room than a run of these targets usually fills
 */
export async function requireRoom(folder: string, config: Config): Promise<void> {
  const [free, expected] = [await freeBytes(folder), expectedBytes(givenOf(config), config)];
  if (free >= expected) return;
  throw new CensusError(
    'E_RUN_FOLDER',
    `${folder} is on a file system with ${bytesText(free)} left, and a run of these targets usually fills ${bytesText(expected)}`,
    'make room there, put the run folder on a larger file system, or make several runs of fewer targets',
  );
}

/**
 * The same for the rest of a run, once the first probes have shown how many are answered: a prefix in which every address answers fills
 * fifty times what prefixes usually do.
 * @param share of the probes that were answered
 * @throws CensusError E_RUN_FOLDER when there is less room than that
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
    `${folder} is on a file system with ${bytesText(free)} left, and the rest of this run usually fills ${bytesText(expected)} where ${Math.ceil(100 * share)} % of the probes are answered, as of the first ones; nobody else was asked`,
    'make room there and run the same command again, or make several runs of fewer targets',
  );
}
