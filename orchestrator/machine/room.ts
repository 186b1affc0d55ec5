import { statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { parsePrefix } from '../address/ip.ts';
import type { Config } from '../config/config.ts';
import { isUrl } from '../core/inputs/list-file.ts';
import { CensusError } from '../errors.ts';
import { targetFiles } from '../lists/sources.ts';

/** Bytes that a run writes for each byte of a list, at the least: a line of 20 gives records and raw files of some 300. */
const perListByte = 10;
/** Lists shrink to a third when they are packed. */
const packed = /\.(zip|gz|bz2|xz|zst)$/i;
/** Bytes for each address of a prefix: one of a hundred answers, with 100 a reply. */
const perAddress = 1;

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** The least that a run writes, as far as its targets lie here. */
export function leastBytes({ targets, scan }: Config): number {
  if ('prefixes' in targets) {
    const sizes = targets.prefixes.map((text) => {
      const prefix = parsePrefix(text);
      return prefix === null || prefix.family === 6 ? 0 : 2 ** (32 - prefix.length);
    });
    return sizes.reduce((sum, size) => sum + size, 0) * perAddress * scan.ports.length * scan.versions.length;
  }
  const here = targetFiles(targets).filter((path) => !isUrl(path) && path !== '-');
  return here.reduce((sum, path) => sum + sizeOf(path) * perListByte * (packed.test(path) ? 3 : 1), 0);
}

function giga(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/**
 * A disk that is full after days of sending costs the part that was being measured, and the time.
 * @throws CensusError E_RUN_FOLDER when there is less room than the run will need at the least
 */
export async function requireRoom(folder: string, config: Config): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const [free, needed] = [bavail * bsize, leastBytes(config)];
  if (free >= needed) return;
  throw new CensusError(
    'E_RUN_FOLDER',
    `${folder} is on a file system with ${giga(free)} left, and this run writes ${giga(needed)} at the least`,
    'make room there, or put the run folder on a larger file system',
  );
}
