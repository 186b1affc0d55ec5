import { isSeen, sha256File } from '../folder/files.ts';
import type { Manifest } from '../folder/manifest.ts';
import type { OnRead } from '../progress.ts';
import type { PartStage } from '../stage.ts';
import { noteRead, readBefore } from './read-before.ts';

/**
 * Opens every file that stages will read, and reads it to its end, before the first packet: one that is cut or of another kind would
 * otherwise end the run after all was sent. Files that are not there, or in a closed folder, are named when the run is opened.
 * @param of cache: a folder that remembers which contents were read; default: the user's own. onReading hears of one that takes long
 * @throws CensusError naming the first file that cannot be used
 */
export async function readThroughInputs<C>(
  stages: readonly PartStage<C>[],
  config: C,
  before: Manifest | null,
  { cache, onReading }: { cache?: string; onReading?: OnReading } = {},
): Promise<void> {
  for (const stage of stages) {
    const { name: tool, inputs, readThrough } = stage.tool(config);
    const paths = inputs?.(config) ?? [];
    if (readThrough === undefined || !(await allExist(paths))) continue;
    const digests = await Promise.all(paths.map(digestOf));
    // Only what a start of this run read through is in its manifest.
    if (paths.every((path, at) => digests[at] !== null && before?.inputs[path]?.sha256 === digests[at])) continue;
    if (await readBefore({ tool, paths, digests }, cache)) continue;
    await readThrough(stage.name, config, onReading === undefined ? undefined : foretold(onReading));
    await noteRead({ tool, paths, digests }, cache);
  }
}

/** Hears how far a file that takes long is read through, and how many seconds it will take from there on. */
export type OnReading = (path: string, share: number, secondsLeft: number) => void;

/** What is read within so many milliseconds needs no word. */
const quickMs = 2_000;
const everyMs = 500;

function foretold(tell: OnReading): OnRead {
  const begun = performance.now();
  let toldAt = begun + quickMs - everyMs;
  return (path, share) => {
    const now = performance.now();
    if (now - toldAt < everyMs || share <= 0) return;
    toldAt = now;
    tell(path, share, ((now - begun) * (1 - share)) / share / 1000);
  };
}

/** null for what cannot be read: the tool says why. */
async function digestOf(path: string): Promise<string | null> {
  return await sha256File(path).catch(() => null);
}

async function allExist(paths: readonly string[]): Promise<boolean> {
  const there = await Promise.all(paths.map(isSeen));
  return there.every((is) => is);
}
