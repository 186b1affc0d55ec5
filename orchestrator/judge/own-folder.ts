import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CensusError } from '../errors.ts';

/** A folder that is made when it is first asked for, readable by this user alone, and gone when the process ends. */
export function ownFolder(parent: string): () => string {
  let made: string | null = null;
  return () => {
    if (made !== null) return made;
    try {
      made = mkdtempSync(join(parent, 'mptcp-census-'));
    } catch (cause) {
      const hint = 'name a folder on a disk with room for the input: --temp FOLDER';
      throw new CensusError('E_INPUT', `nothing can be written to ${parent}`, hint, cause);
    }
    const folder = made;
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    return folder;
  };
}
