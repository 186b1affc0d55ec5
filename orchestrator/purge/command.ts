import { resolve } from 'node:path';
import { storedConfig } from '../config/stored.ts';
import { asMeasured } from '../core/folder/changes.ts';
import { readManifest } from '../core/folder/manifest.ts';
import { CensusError } from '../errors.ts';
import { pipeline } from '../pipeline.ts';
import { findTool } from '../tools/finder.ts';
import { parseParty } from './party.ts';
import { purgeRun } from './purge.ts';

/**
 * Removes a party from stored runs and says of each what was removed.
 * @throws CensusError E_INPUT when it is no address, prefix or name; E_RUN_FOLDER at the first folder that holds no complete run
 */
export async function* purgeLines(text: string, folders: string[], signal: AbortSignal): AsyncGenerator<string> {
  const party = parseParty(text);
  for (const given of folders) {
    const folder = resolve(given);
    const before = await readManifest(folder);
    if (before === null)
      throw new CensusError('E_RUN_FOLDER', `${folder} holds no manifest.json`, 'name a run folder, such as runs/lab');
    const { units, files, lines, packets } = await purgeRun({
      folder,
      party,
      stages: pipeline(findTool),
      config: storedConfig(before.config),
      measured: storedConfig(asMeasured(before)),
      signal,
    });
    yield `${given}: ${lines} lines and ${packets} packets in ${files} raw files; ${units} units of this run are purged in all`;
  }
}
