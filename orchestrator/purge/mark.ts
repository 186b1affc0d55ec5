import { randomBytes, scryptSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { exists, writeWhole } from '../core/folder/files.ts';
import { purgeMark } from '../core/folder/purge-mark.ts';
import { jsonOf } from '../core/process/lines.ts';
import { CensusError } from '../errors.ts';
import type { Party } from './party.ts';

/**
 * What a purge that was ended must know when it is started again. Whose it is can be checked and not read: to try all addresses of IPv4
 * takes years.
 */
const Mark = z.strictObject({
  salt: z.string(),
  party: z.string(),
  /** Stages switched off whose records are of what the stages before them hold: so they stay. */
  current: z.array(z.string()),
});

function hashOf(salt: string, { key }: Party): string {
  return scryptSync(key, salt, 32).toString('hex');
}

/**
 * Marks a folder as being purged, or reads the mark of a purge that was ended.
 * @param current stages switched off whose records are up to date now
 * @returns those of when the purge was first started
 * @throws CensusError E_RUN_FOLDER when another party's purge was ended there
 */
export async function markFolder(root: string, party: Party, current: string[]): Promise<string[]> {
  const path = join(root, purgeMark);
  if (await exists(path)) {
    const { data } = Mark.safeParse(jsonOf(await readFile(path, 'utf8')));
    if (data !== undefined && data.party === hashOf(data.salt, party)) return data.current;
    throw new CensusError(
      'E_RUN_FOLDER',
      `a purge of another party was ended in ${root} before its end`,
      'repeat that one first: mptcp-census purge with its party and this folder',
    );
  }
  const salt = randomBytes(16).toString('hex');
  await writeWhole(path, `${JSON.stringify({ salt, party: hashOf(salt, party), current })}\n`);
  return current;
}
