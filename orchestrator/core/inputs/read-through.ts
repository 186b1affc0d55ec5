import { exists, sha256File } from '../folder/files.ts';
import type { Manifest } from '../folder/manifest.ts';
import type { PartStage } from '../stage.ts';
import { noteRead, readBefore } from './read-before.ts';

/**
 * Opens every file that stages will read, and reads it to its end, before the first packet: one that is cut or of another kind would
 * otherwise end the run after all was sent. Files that are not there are named when the run is opened.
 * @param cache folder that remembers which contents were read; default: the user's own
 * @throws CensusError naming the first file that cannot be used
 */
export async function readThroughInputs<C>(
  stages: readonly PartStage<C>[],
  config: C,
  before: Manifest | null,
  cache?: string,
): Promise<void> {
  for (const stage of stages) {
    const { name: tool, inputs, readThrough } = stage.tool(config);
    const paths = inputs?.(config) ?? [];
    if (readThrough === undefined || !(await allExist(paths))) continue;
    const digests = await Promise.all(paths.map(digestOf));
    // Only what a start of this run read through is in its manifest.
    if (paths.every((path, at) => digests[at] !== null && before?.inputs[path]?.sha256 === digests[at])) continue;
    if (await readBefore({ tool, paths, digests }, cache)) continue;
    await readThrough(stage.name, config);
    await noteRead({ tool, paths, digests }, cache);
  }
}

/** null for what cannot be read: the tool says why. */
async function digestOf(path: string): Promise<string | null> {
  return await sha256File(path).catch(() => null);
}

async function allExist(paths: readonly string[]): Promise<boolean> {
  const there = await Promise.all(paths.map(exists));
  return there.every((is) => is);
}
