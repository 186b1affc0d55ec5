import { resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import { storedConfig } from '../config/stored.ts';
import { asMeasured } from '../core/folder/changes.ts';
import { requirePlainPath } from '../core/folder/folder.ts';
import { type Manifest, readManifest } from '../core/folder/manifest.ts';
import { becomeOwner } from '../core/process/owner.ts';
import { requireSameInputs } from '../core/replay.ts';
import { CensusError } from '../errors.ts';
import { besideReport } from '../inputs/inputs.ts';
import { pipeline } from '../pipeline.ts';
import { findTool } from '../tools/finder.ts';
import { pathText } from '../view/visible.ts';
import { type Party, parseParty } from './party.ts';
import { purgeRun } from './purge.ts';

/** What the report, which a purge makes again, reads outside of the run folder. */
function reportInputs(config: Config, { inputs }: Manifest): Manifest['inputs'] {
  const read = new Set(besideReport(config));
  return Object.fromEntries(Object.entries(inputs).filter(([path]) => read.has(path)));
}

/**
 * Removes a party from one stored run.
 * @returns what was removed, as a line
 * @throws CensusError E_RUN_FOLDER for a folder that holds no complete run
 */
async function purgeOne(given: string, party: Party, signal: AbortSignal): Promise<string> {
  const folder = resolve(given);
  requirePlainPath(folder);
  await becomeOwner(folder).catch(() => undefined); // a missing folder is reported below
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
  return `${pathText(given)}: ${lines} lines and ${packets} packets in ${files} raw files; ${units} units of this run are purged in all`;
}

/**
 * Removes a party from stored runs and says of each what was removed. A run that it cannot be removed from hinders no other one.
 * @throws CensusError E_INPUT when it is no address, prefix or name; at the end, naming every folder that the party is still in
 */
export async function* purgeLines(text: string, folders: string[], signal: AbortSignal): AsyncGenerator<string> {
  const party = parseParty(text);
  const refused: { given: string; error: CensusError }[] = [];
  for (const given of folders) {
    try {
      yield await purgeOne(given, party, signal);
    } catch (error) {
      if (!(error instanceof CensusError) || signal.aborted || folders.length === 1) throw error;
      refused.push({ given, error });
    }
  }
  const [first] = refused;
  if (first === undefined) return;
  const { code, message, hint } = first.error;
  const others = refused.slice(1).map(({ given, error }) => `; ${given}: ${error.message}`);
  throw new CensusError(
    code,
    `nothing was purged from ${first.given}: ${message}${others.join('')}`,
    hint,
    first.error,
  );
}
