import { resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import { storedConfig } from '../config/stored.ts';
import { asMeasured } from '../core/folder/changes.ts';
import { type Manifest, readManifest } from '../core/folder/manifest.ts';
import { becomeOwner } from '../core/process/owner.ts';
import { requireSameInputs } from '../core/replay.ts';
import { CensusError } from '../errors.ts';
import { pipeline } from '../pipeline.ts';
import { findTool } from '../tools/finder.ts';
import { parseParty } from './party.ts';
import { purgeRun } from './purge.ts';

/** What the report, which a purge makes again, reads outside of the run folder. */
function reportInputs({ asn }: Config, { inputs }: Manifest): Manifest['inputs'] {
  return Object.fromEntries(Object.entries(inputs).filter(([path]) => path === asn.organisations));
}

/**
 * Removes a party from stored runs and says of each what was removed.
 * @throws CensusError E_INPUT when it is no address, prefix or name; E_RUN_FOLDER at the first folder that holds no complete run
 */
export async function* purgeLines(text: string, folders: string[], signal: AbortSignal): AsyncGenerator<string> {
  const party = parseParty(text);
  for (const given of folders) {
    const folder = resolve(given);
    await becomeOwner(folder).catch(() => undefined); // what is not there is told below
    const before = await readManifest(folder);
    if (before === null)
      throw new CensusError('E_RUN_FOLDER', `${folder} holds no manifest.json`, 'name a run folder, such as runs/lab');
    const config = storedConfig(before.config);
    await requireSameInputs({ inputs: reportInputs(config, before) }, 'purge');
    const { units, files, lines, packets } = await purgeRun({
      folder,
      party,
      stages: pipeline(findTool),
      config,
      measured: storedConfig(asMeasured(before)),
      signal,
    });
    yield `${given}: ${lines} lines and ${packets} packets in ${files} raw files; ${units} units of this run are purged in all`;
  }
}
