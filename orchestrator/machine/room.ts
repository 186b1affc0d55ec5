import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parsePrefix } from '../address/ip.ts';
import type { Config } from '../config/config.ts';
import { isUrl } from '../core/inputs/list-file.ts';
import { bytesText } from '../dry-run/text.ts';
import { CensusError } from '../errors.ts';
import { targetFiles } from '../lists/sources.ts';
import { expectedBytes, type Given } from './disk.ts';

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
